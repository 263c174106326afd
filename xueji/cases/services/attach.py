"""Hanging a scan on a paper of a case that can still be edited."""

from typing import IO

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.cases import acts, queries
from xueji.cases.kinds import Refused
from xueji.cases.models import Paper
from xueji.documents import services as documents


class NoSuchPaper(Exception):
    """The case has no such paper, or not for this post to hang anything on."""


@transaction.atomic
def attach(*, case_id: int, paper_id: int, name: str, data: IO[bytes], acting: Acting) -> Paper:
    """Keep the scan and hang it on the paper; a paper carries one.

    Raises BadFile for what is no scan, Refused when the paper has one already.
    """
    case = queries.lock([case_id]).get(case_id)
    if case is None or not acts.may_attach(case, acting):
        raise NoSuchPaper
    paper = Paper.objects.filter(case=case, pk=paper_id).first()
    if paper is None:
        raise NoSuchPaper
    if paper.document_id:
        raise Refused("这份材料已经有扫描件了，没有再存一份。")
    paper.document = documents.store(name=name, data=data, acting=acting)
    paper.save(update_fields=["document"])
    return paper
