"""Hanging a scan on a paper of a case that can still be edited, and taking it off again."""

from typing import IO

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.cases import acts, queries
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Paper
from xueji.documents import services as documents

SIGNED = "这份扫描件已有人看过并签署，不能再更换或移除。请签署人退回补正后再换。"


class NoSuchPaper(Exception):
    """The case has no such paper, or not for this post to hang anything on."""


@transaction.atomic
def attach(
    *,
    case_id: int,
    paper_id: int,
    name: str,
    data: IO[bytes],
    acting: Acting,
    replaces: bool = False,
) -> Paper:
    """Keep the scan and hang it on the paper; a paper carries one, and ``replaces`` lets it go.

    Raises BadFile for what is no scan, Refused when the paper has one that stays.
    """
    case, paper = _locked(case_id, paper_id, acting)
    if paper.document_id and not replaces:
        raise Refused("这份材料已经有扫描件了，没有再存一份。")
    if paper.document_id:
        _let_go(case, paper, acting)
    paper.document = documents.store(name=name, data=data, acting=acting)
    paper.save(update_fields=["document"])
    return paper


@transaction.atomic
def detach(*, case_id: int, paper_id: int, acting: Acting) -> Paper:
    """Take a wrong scan off its paper; Refused once somebody has signed who saw it."""
    case, paper = _locked(case_id, paper_id, acting)
    if paper.document_id:
        _let_go(case, paper, acting)
    paper.document = None
    paper.save(update_fields=["document"])
    return paper


def _locked(case_id: int, paper_id: int, acting: Acting) -> tuple[Case, Paper]:
    case = queries.lock([case_id]).get(case_id)
    if case is None or not acts.may_attach(case, acting):
        raise NoSuchPaper
    paper = Paper.objects.filter(case=case, pk=paper_id).first()
    if paper is None:
        raise NoSuchPaper
    return case, paper


def _let_go(case: Case, paper: Paper, acting: Acting) -> None:
    """The file goes with the next day's expiry, as those of a discarded draft do."""
    if not acts.may_exchange(case, queries.steps_of([case.pk])[case.pk], acting):
        raise Refused(SIGNED)
    documents.release(Paper.objects.filter(pk=paper.pk).values("document"), today=acting.today)
