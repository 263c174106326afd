"""The effect of the last yes of an admission, and its exact inverse."""

from collections.abc import Mapping, Sequence
from typing import Any

from enrollment.models import Admission
from enrollment.rules import grounds
from enrollment.services.admission import fits
from xueji.accounts.access import Acting
from xueji.cases import queries
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.seats import Room
from xueji.cases.services.common import require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.queries import Lineage, idle, lineages
from xueji.students import moving
from xueji.students import services as students
from xueji.students.models import Placement, PlacementKind, Status, Student

# what may have happened since without standing in the way of undoing
HARMLESS = (EventKind.PLACED, EventKind.KEY_DATA_CHANGED)


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Move the registers: one placement closed, one opened, an event on either side.

    Returns why single cases cannot be done.
    """
    pupils = students.lock([case.student_id for case in cases])
    rows = Admission.objects.filter(pk__in=[case.pk for case in cases])
    admissions = rows.select_related("former__school_class", "school_class").in_bulk()
    schools = lineages(
        {case.school_id for case in cases} | {row.former.school_id for row in admissions.values()}
    )
    room = Room({row.school_class_id for row in admissions.values()})
    clerks = queries.clerks_of({case.pk: case.school_id for case in cases})
    refusals, places, facts = {}, {}, []
    for case in sorted(cases, key=lambda case: case.pk):
        row, student = admissions[case.pk], pupils[case.student_id]
        chosen_by = clerks.get(case.pk, acting.user.pk)
        if why := _why_not(case, row, student, room, chosen_by):
            refusals[case.pk] = why
            continue
        places[student] = students.Place(
            school=schools[case.school_id].school,
            school_class=row.school_class,
            stage=student.stage,
            entry_year=student.entry_year,
            grade=student.grade,
            starts=row.starts,
            case_id=case.pk,
        )
        facts += _facts(case, row, student, schools)
    moving.move(places, acting=acting, reason="免转学手续接收")
    ledger.write(facts, acting=acting)
    return refusals


def _why_not(case: Case, row: Admission, student: Student, room: Room, chosen_by: int) -> str:
    """Why the pupil cannot come any more; the school had it right when it submitted."""
    rules = queries.rules_of(case)
    if row.former.ends or student.status not in rules.value("admission.status"):
        return f"提交以后{student.name}的学籍又有变动，不能按本件接收。请退回，由学校重新核对。"
    if row.school_class is None:
        return ""
    if not fits(row.school_class, student):
        return f"{row.school_class}已不是该生所在年级的班。请退回，由学校另选班级。"
    try:
        room.seat(student, row.school_class, rules=rules, chosen_by=chosen_by)
    except Refused as refusal:
        return str(refusal)
    return ""


def _facts(
    case: Case, row: Admission, student: Student, schools: Mapping[int, Lineage]
) -> list[ledger.Fact]:
    """Out of the one school, into the other. The former school is not told which it is."""
    ground = grounds(queries.rules_of(case))[row.ground]
    count = 1 if student.status == Status.ENROLLED else 0
    former = schools[row.former.school_id]
    common: dict[str, Any] = {
        "student": student,
        "effective_on": row.starts,
        "stage": student.stage,
        "grade": student.grade,
        "number": student.number or "",
        "case_id": case.pk,
    }
    out = ledger.Fact(
        kind=EventKind.TRANSFERRED_OUT,
        lineage=former,
        change=-count,
        class_name=str(row.former.school_class or ""),
        text=f"免转学手续接收（{ground}），学籍随学生转出",
        **common,
    )
    into = ledger.Fact(
        kind=EventKind.TRANSFERRED_IN,
        lineage=schools[case.school_id],
        change=count,
        class_name=str(row.school_class or ""),
        text=f"免转学手续接收（{ground}），由{former.school.organisation}转入",
        **common,
    )
    return [out, into]


def reverse(case: Case, acting: Acting, note: str) -> None:
    """Let the register go back to where it was (接错学生、学校录错): nothing is removed.

    Raises Refused when something later builds on it.
    """
    (student,) = students.lock([case.student_id]).values()
    row = Admission.objects.select_related(
        "former__school__organisation", "former__school_class"
    ).get(pk=case.pk)
    events = _to_reverse(case, student)
    _require_untouched(case, student, acting)
    _require_open(row.former, acting)
    moving.move_back(
        student, to=row.former, on=acting.today, acting=acting, reason=f"撤销接收：{note}"
    )
    ledger.reverse(events, acting=acting, text=note[:200])


def _to_reverse(case: Case, student: Student) -> list[RegisterEvent]:
    """The two events of the case and the classes since, the last first."""
    standing = RegisterEvent.objects.filter(student=student, reversed_by__isnull=True).exclude(
        kind=EventKind.REVERSED
    )
    own = list(standing.filter(case=case).order_by("-pk"))
    since = standing.filter(pk__gt=own[0].pk).order_by("-pk") if own else standing.none()
    if len(own) != 2 or since.exclude(kind__in=HARMLESS).exists():
        raise Refused("接收以后学籍又有变动，不能直接撤销；请先撤销后来的业务。")
    return [*since.filter(kind=EventKind.PLACED), *own]


def _require_untouched(case: Case, student: Student, acting: Acting) -> None:
    homes = Placement.objects.filter(student=student, kind=PlacementKind.HOME, ends__isnull=True)
    home = homes.first()
    if home is None or home.case_id != case.pk:
        raise Refused("接收以后学籍又有变动，不能直接撤销；请先撤销后来的业务。")
    require_alone(case, acting)


def _require_open(former: Placement, acting: Acting) -> None:
    if found := idle(former.school, acting.today):
        raise Refused(f"原学校{found.why}，学籍不能退回去。{found.remedy}。")
    if former.school_class_id and former.school_class_id not in Room([former.school_class_id]):
        raise Refused("该生原来的班已撤销，学籍不能退回去。请办理转学。")
