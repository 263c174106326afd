"""The receipt (回执) of a school outside the register: with it a pupil leaves the holding list."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate

from transfers.models import Transfer
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import State
from xueji.cases.queries import lock


@transaction.atomic
def record_receipt(*, case_id: int, on: date, note: str, acting: Acting) -> Transfer:
    """Record that the other school has taken the pupil, as the paper says.

    Raises PermissionDenied unless the post is of the former school or of its county.
    """
    case = lock([case_id])[case_id]
    row = Transfer.objects.select_related("from_school").get(pk=case.pk)
    offices = {row.from_school_id, row.from_school.county_id} if row.from_school else set()
    if not acting.may("transfers.receipt") or acting.post.organisation_id not in offices:
        raise PermissionDenied("transfers.receipt")
    if case.state != State.DONE or row.to_school_id:
        raise Refused("本件不等回执：没有办结，或者接收学校在本系统内。")
    if row.receipt_on:
        raise Refused(f"回执已于 {row.receipt_on:%Y-%m-%d} 登记过，没有再登记。")
    if on > acting.today:
        raise Refused("回执日期还没有到。请填回执上接收学校盖章的日期。")
    if case.closed_at and on < localdate(case.closed_at):
        raise Refused("回执日期早于转学核准的日期。请核对回执。")
    row.receipt_on, row.receipt_note = on, note.strip()[:200]
    row.receipt_by, row.receipt_at, row.receipt_open = acting.post, acting.at, False
    row.save(
        update_fields=["receipt_on", "receipt_note", "receipt_by", "receipt_at", "receipt_open"]
    )
    return row


def may_record(row: Transfer, acting: Acting) -> bool:
    """Whether this post records the receipt that the transfer still waits for."""
    if row.from_school is None or row.to_school_id or row.receipt_on:
        return False
    offices = {row.from_school_id, row.from_school.county_id}
    return (
        row.case.state == State.DONE
        and acting.may("transfers.receipt")
        and acting.post.organisation_id in offices
    )
