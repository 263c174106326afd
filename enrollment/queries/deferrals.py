"""Reading 缓学: what stands for a child, which are due, and who has to see to them."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from enrollment.models import Deferral
from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, State
from xueji.cases.todos import Todo
from xueji.organisations.models import Level, within
from xueji.students.models import Status


def granted() -> QuerySet[Deferral]:
    """Of each child the newest that was granted and not undone."""
    later = Deferral.objects.filter(
        case__student=OuterRef("case__student"),
        case__state=State.DONE,
        case__gt=OuterRef("case"),
    )
    return Deferral.objects.filter(~Exists(later), case__state=State.DONE)


def standing(student_ids: Iterable[int]) -> dict[int, Deferral]:
    """Pupil in 缓学 → what was granted last, in one query; none without pupils."""
    ids = list(student_ids)
    rows = granted().filter(case__student__in=ids).select_related("case") if ids else ()
    return {row.case.student_id: row for row in rows}


def in_reach(acting: Acting) -> QuerySet[Deferral]:
    """The children now in 缓学 whom the schools in reach look after; one row for each."""
    path = acting.post.organisation.path
    rows = granted().filter(within(path, "case__org_path"), case__student__status=Status.DEFERRED)
    return rows.select_related("case__student", "case__school__organisation")


def of_own(acting: Acting, number: str) -> Deferral | None:
    """The child now in 缓学 by that case, if this very school looks after it."""
    return (
        in_reach(acting)
        .filter(case__number=number.replace("\0", ""), case__school=acting.post.organisation_id)
        .first()
        if number
        else None
    )


def notice_day(acting: Acting) -> date:
    """What ends by this day is on the list of those to be seen to."""
    return acting.today + timedelta(days=acting.rules.value("entry.late.notice_days"))


def due(acting: Acting) -> QuerySet[Deferral]:
    """Ended, or ending soon."""
    return in_reach(acting).filter(until__lte=notice_day(acting))


def on_their_way(student_ids: Iterable[int]) -> dict[int, Case]:
    """Pupil → the live case by which the child enters or is deferred further."""
    rows = Case.objects.filter(student__in=list(student_ids), state__in=ALIVE)
    return {case.student_id: case for case in rows.select_related("waiting_at")}


def to_see_to(acting: Acting) -> Todo | None:
    """缓学到期, for the desks of school, centre and county: nobody goes lost by the calendar."""
    if not acting.may("enrollment.read") or acting.post.organisation.level < Level.COUNTY:
        return None
    count = due(acting).count()
    return (
        Todo(
            label="缓学到期",
            count=count,
            help="联系监护人，办理入学或续缓",
            url="enrollment_deferrals",
            query="?show=due",
        )
        if count
        else None
    )
