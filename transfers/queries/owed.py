"""What is late or still to come: turns past their day, receipts, papers on their way."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from transfers.models import Transfer
from transfers.queries import KIND, holding, of_sides, rows
from xueji.accounts.access import SCHOOL_ROLES, Acting
from xueji.cases.models import ALIVE, Case
from xueji.cases.todos import MOST_COUNTED, Todo
from xueji.organisations.models import Level, within

BOTH = ("from_school", "to_school")


def files(acting: Acting) -> QuerySet[Transfer]:
    """Transfers from or into the schools in reach whose paper file is not where it belongs."""
    return rows().filter(of_sides(acting, *BOTH), file_open=True)


def late(acting: Acting) -> QuerySet[Transfer]:
    """Transfers from or into the schools in reach that somebody has let go past their day."""
    return rows().filter(_is_late(acting))


def files_overdue(rows: QuerySet[Transfer], acting: Acting) -> QuerySet[Transfer]:
    """Of these the ones that were done longer ago than the rules give for the papers."""
    return rows.filter(case__closed_at__lt=_before("transfer.file_days", acting))


def papers_before(row: Transfer) -> Transfer | None:
    """An earlier transfer of the pupil whose papers have not come to the school they now leave."""
    earlier = rows().filter(case__student=row.case.student_id, to_school=row.from_school_id)
    return (
        earlier.filter(file_open=True, paper_file__received_on=None, pk__lt=row.pk)
        .order_by("-pk")
        .first()
    )


def to_see_to(acting: Acting) -> Todo | None:
    """For the desk: receipts that do not come, of the schools in reach of who records them."""
    if not acting.may("transfers.receipt"):
        return None
    before = _before("transfer.receipt_days", acting)
    count = _count(holding(acting).filter(case__closed_at__lt=before))
    if not count:
        return None
    return Todo(
        label="回执逾期未到",
        count=count,
        help="转往系统以外的学生，接收学校的回执还没有登记",
        url="transfers",
        query="?show=holding",
    )


def to_press_for(acting: Acting) -> Todo | None:
    """For the desk of an office: transfers of its schools that are late, whoever holds them."""
    if acting.post.role in SCHOOL_ROLES or not acting.may("transfers.read"):
        return None
    count = _late(acting)
    if not count:
        return None
    return Todo(
        label="转学逾期",
        count=count,
        help="所辖学校转出、转入的，有一方过了期限还没有办",
        url="transfers",
        query="?show=late",
    )


def _is_late(acting: Acting) -> Q:
    alive = Q(case__state__in=ALIVE, case__due_on__lt=acting.today)
    return alive & of_sides(acting, *BOTH)


def _late(acting: Acting) -> int:
    """How many `late` lists, as far as the desk says.

    Above a county the index of late cases is asked, which knows the school that began each. Only
    where those do not reach what the desk says, it is asked who of the others is on the way from
    or to a school in reach.
    """
    if acting.post.organisation.level >= Level.COUNTY:
        return _count(Transfer.objects.filter(_is_late(acting)))
    path = acting.post.organisation.path
    begun = Case.objects.filter(
        within(path, "org_path"), kind=KIND, state__in=ALIVE, due_on__lt=acting.today
    )
    count = _count(begun)
    if count > MOST_COUNTED:
        return count
    others = Transfer.objects.filter(_is_late(acting), ~within(path, "case__org_path"))
    return min(count + _count(others), MOST_COUNTED + 1)


def _count(rows: QuerySet) -> int:
    """As many as the desk says; it reads no further."""
    return rows[: MOST_COUNTED + 1].count()


def _before(key: str, acting: Acting) -> datetime:
    """The moment before which what the rules give so many days for is overdue."""
    return acting.at - timedelta(days=acting.rules.value(key))
