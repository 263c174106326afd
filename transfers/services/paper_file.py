"""The paper file goes after the register: sent by the former school, received by the new one."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from transfers.models import PaperFile, Transfer
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, State
from xueji.cases.queries import lock, rules_of

EARLY = "日期早于转学办结的日期，或者还没有到。请照实际转递、收到的日期填写。"


@transaction.atomic
def send_file(
    *, case_id: int, on: date, carrier: str, copy_kept: bool, acting: Acting
) -> PaperFile:
    """Record that the former school has handed the papers over.

    Raises PermissionDenied for any other post, Refused where the rules ask for a copy to be kept.
    """
    case, row = _locked(case_id)
    if not may_send(row, acting):
        raise PermissionDenied("transfers.file")
    _require_day(case, on, acting)
    rule = rules_of(case).rule("transfer.file")
    if rule.value["copy"] and not copy_kept:
        raise Refused(f"还没有留复印件。请复印留存后再转出（{rule.citation}）。")
    found, _ = PaperFile.objects.get_or_create(transfer=row)
    found.sent_on, found.carrier, found.copy_kept = on, carrier, copy_kept
    found.sent_by, found.sent_at = acting.post, acting.at
    _keep(found, row)
    return found


@transaction.atomic
def receive_file(*, case_id: int, on: date, acting: Acting) -> PaperFile:
    """Record that the receiving school has the papers; PermissionDenied for any other post."""
    case, row = _locked(case_id)
    if not may_receive(row, acting):
        raise PermissionDenied("transfers.file")
    _require_day(case, on, acting)
    found, _ = PaperFile.objects.get_or_create(transfer=row)
    if found.sent_on and on < found.sent_on:
        raise Refused(f"收到日期早于转出日期 {found.sent_on}。请核对。")
    found.received_on, found.received_by, found.received_at = on, acting.post, acting.at
    _keep(found, row)
    return found


def _keep(found: PaperFile, row: Transfer) -> None:
    """Write it; the transfer is off the list of papers once both schools of ours have acted."""
    found.save()
    to_send = row.from_school_id is not None and found.sent_on is None
    to_receive = row.to_school_id is not None and found.received_on is None
    row.file_open = to_send or to_receive
    row.save(update_fields=["file_open"])


def may_send(row: Transfer, acting: Acting) -> bool:
    """Whether this post is the former school's and the papers are still there."""
    known = _known(row)
    is_there = known is None or known.sent_on is None
    return _is_clerk_of(row.from_school_id, row, acting) and is_there


def may_receive(row: Transfer, acting: Acting) -> bool:
    """Whether this post is the receiving school's and the papers have not come yet."""
    known = _known(row)
    is_away = known is None or known.received_on is None
    return _is_clerk_of(row.to_school_id, row, acting) and is_away


def _is_clerk_of(school_id: int | None, row: Transfer, acting: Acting) -> bool:
    return (
        row.case.state == State.DONE
        and acting.may("transfers.file")
        and acting.post.organisation_id == school_id
    )


def _known(row: Transfer) -> PaperFile | None:
    return getattr(row, "paper_file", None)


def _locked(case_id: int) -> tuple[Case, Transfer]:
    case = lock([case_id])[case_id]
    row = Transfer.objects.select_related("case", "paper_file").get(pk=case.pk)
    return case, row


def _require_day(case: Case, on: date, acting: Acting) -> None:
    done = localdate(case.closed_at) if case.closed_at else acting.today
    if not done <= on <= acting.today:
        raise Refused(EARLY)
