"""The register sheet (学籍表) on loan: the home school lends it to the host and gets it back."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction

from transfers.models import Borrowing, SheetLoan
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import State
from xueji.cases.queries import lock


def loan_out(row: Borrowing) -> SheetLoan | None:
    """The loan that has not come back yet."""
    return row.loans.filter(back_on__isnull=True).first()


def may_lend(row: Borrowing, acting: Acting) -> bool:
    """Whether this post keeps the sheet of this guest."""
    return (
        row.home_school_id is not None
        and row.case.state == State.DONE
        and acting.may("borrowing.sheet")
        and acting.acts_at(row.home_school_id)
    )


@transaction.atomic
def lend_sheet(*, case_id: int, due_on: date, note: str, acting: Acting) -> SheetLoan:
    """Record that the sheet went to the host school today, due back on a day."""
    row = _locked(case_id, acting)
    if loan_out(row):
        raise Refused("学籍表已经带走，还没有归还，没有再登记。")
    if not row.case.placements.filter(ends__isnull=True).exists():
        raise Refused("借读已经结束，学籍表不再带到借读学校。")
    if due_on < acting.today:
        raise Refused("应归还的日期已经过了。请填今天或以后的日期。")
    return SheetLoan.objects.create(
        borrowing=row,
        lent_on=acting.today,
        due_on=due_on,
        note=note.strip()[:100],
        lent_by=acting.post,
    )


@transaction.atomic
def take_sheet_back(*, case_id: int, acting: Acting) -> SheetLoan:
    """Record that the sheet came back today."""
    row = _locked(case_id, acting)
    loan = loan_out(row)
    if loan is None:
        raise Refused("学籍表没有在外，没有登记归还。")
    loan.back_on, loan.back_by = acting.today, acting.post
    loan.save(update_fields=["back_on", "back_by"])
    return loan


def _locked(case_id: int, acting: Acting) -> Borrowing:
    lock([case_id])
    row = Borrowing.objects.select_related("case").get(pk=case_id)
    if not may_lend(row, acting):
        raise PermissionDenied("borrowing.sheet")
    return row
