"""The effect of the last signature of borrowed study, and its exact inverse.

A guest of the register gets a place beside the home placement; who comes from outside gets a
temporary register. Neither changes 在读 of anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numbering.models import NumberState, RegisterNumber
from numbering.services import retire
from transfers.models import Borrowing
from transfers.services.borrow import take_seat
from transfers.services.later import TAKEN_BACK, require_nothing, standing
from transfers.services.place import place_at
from transfers.services.sides import scope_of
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import clerks_of, rules_of
from xueji.cases.seats import Room
from xueji.cases.services.common import require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.queries import Lineage, idle, lineages
from xueji.students import guests
from xueji.students import services as students
from xueji.students.models import Placement, RegisterType, Status, Student

GONE = "提交以后该生的学籍又有变动，不能按本件办理。请退回，由借读学校重新核对。"
LATER = "借读以后学籍又有变动，不能直接撤销；请先撤销后来的业务。"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A pupil who comes as a guest; ``home`` is None for who comes from outside the tree."""

    case: Case
    row: Borrowing
    student: Student
    host: Lineage
    home: Lineage | None


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Take in the guests. Returns why single cases cannot be done."""
    pupils = students.lock([case.student_id for case in cases])
    rows = Borrowing.objects.filter(pk__in=[case.pk for case in cases])
    borrowings = rows.select_related(
        "home__school_class", "home_school__organisation", "school_class"
    ).in_bulk()
    schools = lineages(
        {row.host_school_id for row in borrowings.values()}
        | {row.home_school_id for row in borrowings.values() if row.home_school_id}
    )
    room = Room({row.school_class_id for row in borrowings.values()})
    clerks = clerks_of({pk: row.host_school_id for pk, row in borrowings.items()})
    busy = set(guests.guests().filter(student__in=pupils).values_list("student", flat=True))
    refusals: dict[int, str] = {}
    visiting: dict[Student, students.Place] = {}
    arriving: dict[Student, students.Place] = {}
    facts: list[ledger.Fact] = []
    for case in sorted(cases, key=lambda case: case.pk):
        row, student = borrowings[case.pk], pupils[case.student_id]
        one = Visit(
            case=case,
            row=row,
            student=student,
            host=schools[row.host_school_id],
            home=schools[row.home_school_id] if row.home_school_id else None,
        )
        gone = GONE if student.pk in busy else ""
        chosen_by = clerks.get(case.pk, acting.user.pk)
        if why := gone or _why_not(one, room, chosen_by, acting):
            refusals[case.pk] = why
            continue
        facts += _facts(one, acting)
        if one.home:
            visiting[student] = place_at(one.host, row, acting)
        else:
            student.status = Status.ENROLLED
            student.register_type = RegisterType.BORROWED_TEMP
            student.entered_on = student.entered_on or acting.today
            arriving[student] = place_at(one.host, row, acting)
    guests.receive(visiting, acting=acting, reason="借读")
    also = ("status", "register_type", "entered_on")
    students.place(arriving, acting=acting, reason="外地借读", also=also)
    ledger.write(facts, acting=acting)
    return refusals


def _why_not(one: Visit, room: Room, chosen_by: int, acting: Acting) -> str:
    """Why the pupil cannot come any more; it was right when it was submitted."""
    row, student = one.row, one.student
    if student.status != row.former_status or student.school_id != row.home_school_id:
        return GONE
    if row.home and (row.home.ends or row.home.grade != row.grade):
        return GONE
    if found := idle(one.host.school, acting.today):
        return f"借读学校{found.why}，不能收借读生。请退回。"
    try:
        take_seat(room, row, student, rules=rules_of(one.case), chosen_by=chosen_by)
    except Refused as refusal:
        return str(refusal)
    return ""


def _facts(one: Visit, acting: Acting) -> list[ledger.Fact]:
    """One event on each side; 在读 stays where the register is."""
    row, host, home = one.row, one.host, one.home
    common: dict[str, Any] = {
        "kind": EventKind.BORROWED,
        "student": one.student,
        "effective_on": acting.today,
        "stage": row.stage,
        "grade": row.grade,
        "number": one.student.number or "",
        "scope": scope_of(home, host),
        "case_id": one.case.pk,
    }
    temporary = "" if home else "，建临时借读学籍"
    at_host = ledger.Fact(
        lineage=host,
        class_name=str(row.school_class),
        text=f"借读，由{row.home_words}借入{temporary}"[:200],
        **common,
    )
    if home is None:
        return [at_host]
    at_home = ledger.Fact(
        lineage=home,
        class_name=str(row.home.school_class or "") if row.home else "",
        text=f"借读，借出到{host.school.organisation}",
        **common,
    )
    return [at_host, at_home]


def reverse(case: Case, acting: Acting, note: str) -> None:
    """Let the guest go as if never taken in. Raises Refused when something later builds on it."""
    (student,) = students.lock([case.student_id]).values()
    row = Borrowing.objects.get(pk=case.pk)
    own = list(
        RegisterEvent.objects.filter(
            case=case, kind=EventKind.BORROWED, reversed_by__isnull=True
        ).order_by("-pk")
    )
    place = Placement.objects.select_for_update().filter(case=case, ends__isnull=True).first()
    if not own or place is None:
        raise Refused(LATER)
    require_alone(case, acting)
    reason = f"撤销借读：{note}"
    if row.home_school_id:
        require_sheet_back(row)
        guests.dismiss([place], on=acting.today, acting=acting, reason=reason)
        ledger.reverse(own, acting=acting, text=note[:200])
        return
    since = standing(student, after=own[0].pk)
    require_nothing(since, "借读以后", acting)
    taken_back = list(since.filter(kind__in=TAKEN_BACK))
    if RegisterNumber.objects.filter(holder=student, state=NumberState.LIVE).exists():
        retire({student: case.pk}, acting=acting, reason="撤销借读")
    student.status, student.register_type = row.former_status, row.former_type
    if row.former_status == Status.PENDING:
        student.entered_on = None
    also = ("status", "register_type", "entered_on")
    students.leave([student], on=acting.today, acting=acting, reason=reason, also=also)
    ledger.reverse([*taken_back, *own], acting=acting, text=note[:200])


def require_sheet_back(row: Borrowing) -> None:
    """Raise Refused while the register sheet is on loan."""
    if row.loans.filter(back_on__isnull=True).exists():
        raise Refused("学籍表还在借读学校。请原学校先登记归还，再撤销借读。")
