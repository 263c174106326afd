"""The effect of the last signature of a loan outside the register, and its exact inverse.

The register stays; beside the home placement one opens that is at no school of ours.
"""

from collections.abc import Mapping, Sequence

from transfers.models import Borrowing
from transfers.services.borrow_finish import require_sheet_back
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.services.common import require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent, Scope
from xueji.organisations.queries import Lineage, lineages
from xueji.students import guests
from xueji.students import services as students
from xueji.students.models import Placement, Student

GONE = "提交以后该生的学籍又有变动，不能按本件办理。请退回，由学校重新核对。"
LATER = "借读以后又办了借读结束，不能直接撤销；请先撤销后来的业务。"


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Let them go as guests. Returns why single cases cannot be done."""
    pupils = students.lock([case.student_id for case in cases])
    rows = (
        Borrowing.objects.filter(pk__in=[case.pk for case in cases])
        .select_related("home__school_class")
        .in_bulk()
    )
    schools = lineages({row.home_school_id for row in rows.values()})
    busy = set(guests.guests().filter(student__in=pupils).values_list("student", flat=True))
    refusals: dict[int, str] = {}
    lent: dict[Student, guests.Outside] = {}
    facts: list[ledger.Fact] = []
    for case in sorted(cases, key=lambda case: case.pk):
        row, student = rows[case.pk], pupils[case.student_id]
        if _has_changed(row, student) or student.pk in busy:
            refusals[case.pk] = GONE
            continue
        lent[student] = guests.Outside(school=row.outside_school, case_id=case.pk)
        facts.append(_fact(case, row, student, schools[row.home_school_id], acting))
    guests.lend(lent, acting=acting, reason="借出到外地")
    ledger.write(facts, acting=acting)
    return refusals


def _has_changed(row: Borrowing, student: Student) -> bool:
    is_same = (student.status, student.school_id) == (row.former_status, row.home_school_id)
    return not is_same or bool(row.home.ends) or row.home.grade != row.grade


def _fact(
    case: Case, row: Borrowing, student: Student, home: Lineage, acting: Acting
) -> ledger.Fact:
    """The one side that is in the register; 在读 stays there."""
    return ledger.Fact(
        kind=EventKind.BORROWED,
        lineage=home,
        class_name=str(row.home.school_class or ""),
        text=f"借读，借出到{row.outside_school}"[:200],
        student=student,
        effective_on=acting.today,
        stage=row.stage,
        grade=row.grade,
        number=student.number or "",
        scope=Scope.OUTSIDE,
        case_id=case.pk,
    )


def reverse(case: Case, acting: Acting, note: str) -> None:
    """As if the pupil had never gone. Raises Refused when something later builds on it."""
    (student,) = students.lock([case.student_id]).values()
    row = Borrowing.objects.get(pk=case.pk)
    own = RegisterEvent.objects.filter(
        case=case, kind=EventKind.BORROWED, reversed_by__isnull=True
    ).order_by("-pk")
    place = Placement.objects.select_for_update().filter(case=case, ends__isnull=True).first()
    if place is None:
        raise Refused(LATER)
    require_alone(case, acting)
    require_sheet_back(row)
    reason = f"撤销借出：{note}"
    guests.dismiss([place], on=acting.today, acting=acting, reason=reason)
    ledger.reverse(list(own), acting=acting, text=note[:200])
