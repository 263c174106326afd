"""The effect of the last yes, and its exact inverse."""

from collections.abc import Mapping, Sequence

from enrollment.models import Enrollment
from enrollment.queries import deferrals
from enrollment.services import room
from numbering.services import CannotVoid, void
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.queries import Lineage, lineages
from xueji.students import services as students
from xueji.students.models import UNREGISTERED, Placement, Status, Student


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Build the registers of approved entrants: status 在读, place, event; number comes later.

    Returns why single cases cannot be built.
    """
    cases = list(
        Case.objects.filter(pk__in=[c.pk for c in cases])
        .select_related("enrollment__school_class")
        .order_by("pk")  # the order of entry is that of the list, from which numbers are given
    )
    pupils = students.lock([case.student_id for case in cases])
    schools = lineages({case.school_id for case in cases})
    refusals = {
        case.pk: f"{student}已经建籍（{student.get_status_display()}），不能重复建籍。"
        for case in cases
        if (student := pupils[case.student_id]).status not in UNREGISTERED
    }
    chosen = [case.enrollment.school_class for case in cases if case.enrollment.school_class_id]
    is_open = room.lock({row.pk for row in chosen})
    places, facts = {}, []
    for case in cases:
        row = case.enrollment.school_class
        if row and row.pk not in is_open:
            refusals.setdefault(case.pk, f"{row}已撤销。请退回，由学校另选班级。")
        if case.pk in refusals:
            continue
        entry, student, school = case.enrollment, pupils[case.student_id], schools[case.school_id]
        student.status, student.entered_on = Status.ENROLLED, entry.entry_on
        student.register_type = entry.register_type
        places[student] = _place(entry, school)
        facts.append(_entered(entry, student, school))
    students.place(
        places,
        acting=acting,
        reason="新生入学核准",
        also=("status", "entered_on", "register_type"),
    )
    ledger.write(facts, acting=acting)
    return refusals


def _place(entry: Enrollment, school: Lineage) -> students.Place:
    return students.Place(
        school=school.school,
        school_class=entry.school_class,
        stage=entry.stage,
        entry_year=entry.entry_year,
        grade=entry.grade,
        starts=entry.entry_on,
        case_id=entry.case_id,
    )


def _entered(entry: Enrollment, student: Student, school: Lineage) -> ledger.Fact:
    words = "新生入学" if entry.check_position is None else f"{entry.grade_words}建籍"
    return ledger.Fact(
        kind=EventKind.ENTERED,
        student=student,
        lineage=school,
        effective_on=entry.entry_on,
        change=1,
        stage=entry.stage,
        grade=entry.grade,
        class_name=str(entry.school_class or ""),
        text=f"{words}，{school.school.organisation}",
        case_id=entry.case_id,
    )


def reverse(case: Case, acting: Acting, note: str) -> None:
    """Undo an entry (未报到、重复建籍、录错学校): nothing is removed, everything is as before.

    Raises Refused when something later builds on the register.
    """
    reverse_all([case], acting, note)


def reverse_all(cases: Sequence[Case], acting: Acting, note: str) -> None:
    """Undo many entries, all or none; queries grow only with the numbers that are given back."""
    pupils = students.lock([case.student_id for case in cases])
    _require_untouched(cases, pupils)
    for case in cases:
        student = pupils[case.student_id]
        if student.number:
            try:
                void(student=student, case=case, acting=acting, reason=note)
            except CannotVoid as error:
                raise Refused(str(error)) from error
    events = list(
        RegisterEvent.objects.filter(student__in=pupils, reversed_by__isnull=True)
        .exclude(kind__in=(EventKind.REVERSED, EventKind.DEFERRED))
        .order_by("-pk")
    )
    deferred = deferrals.standing(pupils)
    for pk, student in pupils.items():
        student.status = Status.DEFERRED if pk in deferred else Status.PENDING
    reason = f"撤销入学：{note}"
    students.leave(pupils.values(), on=acting.today, acting=acting, reason=reason, also=("status",))
    ledger.reverse(events, acting=acting, text=note[:200])


def _require_untouched(cases: Sequence[Case], pupils: Mapping[int, Student]) -> None:
    homes = {
        home.student_id: home
        for home in Placement.objects.filter(student__in=pupils, ends__isnull=True)
    }
    others = Case.objects.filter(student__in=pupils, state__in=ALIVE).exclude(
        pk__in=[case.pk for case in cases]
    )
    busy = {other.student_id: other for other in others}
    guests = set(
        RegisterEvent.objects.filter(
            student__in=pupils,
            kind__in=(EventKind.BORROWED, EventKind.REGULARISED),
            reversed_by__isnull=True,
        ).values_list("student", flat=True)
    )
    for case in cases:
        student, home = pupils[case.student_id], homes.get(case.student_id)
        untouched = student.status == Status.ENROLLED and student.pk not in guests
        if not untouched or home is None or home.case_id != case.pk:
            raise Refused(f"{student}入学以后学籍又有变动，不能直接撤销；请先撤销后来的业务。")
        if other := busy.get(case.student_id):
            raise Refused(f"{student}有业务件 {other.number} 在办，办结或撤回后才能撤销入学。")
