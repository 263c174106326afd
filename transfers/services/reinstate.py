"""恢复在校: who came by a transfer abroad, left, withdrawn or expelled is taught again.

A transfer keeps such a status (ANNEX1-3.2); the school that received the pupil ends it.
"""

from collections.abc import Mapping, Sequence

from django.db import transaction

from numbering.services import retire
from transfers.models import Reinstatement, Transfer
from transfers.services.later import require_nothing, standing
from transfers.services.sides import office_of
from transfers.services.submit import at_work, home_of, own_pupil
from xueji.accounts import access
from xueji.accounts.access import OFFICER_AT_LEVEL, Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused, Stop
from xueji.cases.models import Case, State
from xueji.cases.queries import clerks_of, rules_of
from xueji.cases.seats import Room
from xueji.cases.services import Typed
from xueji.cases.services.common import lock, require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import Level, SchoolClass
from xueji.organisations.queries import Lineage, idle, lineages
from xueji.rules.engine import Rules
from xueji.students import services as students
from xueji.students.models import Attendance, Status, Student

KIND = "transfer_return"
ROUTE = "transfer.route.reinstated"
# events by which a status is another one
OF_STATUS = (
    EventKind.SUSPENDED,
    EventKind.RESUMED,
    EventKind.LEFT,
    EventKind.RETURNED,
    EventKind.GRADUATED,
)
GONE = "提交以后该生的学籍又有变动，不能按本件办理。请退回，由学校重新核对。"
LATER = "恢复在校以后学籍又有变动，不能直接撤销；请先撤销后来的业务。"


def why_not(student: Student, rules: Rules) -> str:
    """Why this pupil of the acting school is not reinstated, "" where it may be asked for."""
    rule = rules.rule("transfer.status")
    if student.status == Status.ENROLLED or student.status not in rule.value:
        return (
            f"该生现在的学籍状态是“{student.get_status_display()}”，不办恢复在校。"
            f"只有带着别的状态转来的学生才办（{rule.citation}）。"
        )
    if not _came_so(student):
        return (
            "该生不是带着这个状态转学来的，不在这里恢复在校。"
            f"转学以后才由转入学校办理（{rule.citation}）。"
        )
    return ""


def may_ask(student: Student, acting: Acting) -> bool:
    """Whether the acting school, the pupil's own, may ask for it now."""
    if student.status == Status.ENROLLED or not acting.may("transfers.start"):
        return False
    return not why_not(student, acting.rules)


def _came_so(student: Student) -> bool:
    """Whether the newest transfer came into the register here with the status of today.

    Where the pupil is taught may have changed since by an order; the status may not.
    """
    done = Transfer.objects.filter(case__student=student, case__state=State.DONE)
    row = done.order_by("-case__closed_at", "-pk").first()
    if row is None or row.to_school_id is None or row.former_status != student.status:
        return False
    events = RegisterEvent.objects.filter(case=row.pk, kind=EventKind.TRANSFERRED_IN)
    came = events.order_by("-pk").first()
    if came is None:
        return False
    return not standing(student, after=came.pk).filter(kind__in=OF_STATUS).exists()


@transaction.atomic
def reinstate(*, typed: Typed, student_id: int, reason_text: str, acting: Acting) -> Case:
    """Send it to the own principal; without a case in ``typed`` a new one.

    Raises Refused when the act itself is not possible, Stale when another window saved the form.
    """
    access.require(acting, "transfers.start", acting.post.organisation_id)
    own = at_work(acting)
    kept = cases.keep(kind=KIND, act="transfers.start", typed=typed, title="", acting=acting)
    case = lock(kept.case.pk)
    student = own_pupil(student_id, case, acting)
    rules = acting.rules
    if why := why_not(student, rules):
        raise Refused(why)
    place = home_of(student)
    Reinstatement.objects.update_or_create(
        case=case,
        defaults={
            "placement": place,
            "former_status": student.status,
            "reason_text": reason_text.strip(),
        },
    )
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=own,
        route=_route(own, place.stage, rules),
        rules=rules,
        findings=[],
        exceptions=[],
        acting=acting,
    )


def _route(own: Lineage, stage: str, rules: Rules) -> list[Stop]:
    """Who signs after the clerk: the places of the rule set that this school has."""
    found = []
    for step in rules.value(ROUTE)[1:]:
        place, role = step["at"].removeprefix("in_"), step["role"]
        if place == "authority":
            office = own.authority(stage)
            role = OFFICER_AT_LEVEL[Level(office.level)]
        else:
            office, role = office_of(own, place, role, stage)
        if office:
            found.append(Stop(organisation_id=office.pk, role=role))
    return found


def apply(batch: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Let them be taught again. Returns why single cases cannot be done."""
    pupils = students.lock([case.student_id for case in batch])
    rows = (
        Reinstatement.objects.filter(pk__in=[case.pk for case in batch])
        .select_related("placement")
        .in_bulk()
    )
    schools = lineages({row.placement.school_id for row in rows.values()})
    classes = SchoolClass.objects.in_bulk(
        {pupil.school_class_id for pupil in pupils.values()} - {None}
    )
    room = Room(list(classes))
    clerks = clerks_of({pk: row.placement.school_id for pk, row in rows.items()})
    refusals: dict[int, str] = {}
    back: list[Student] = []
    facts = []
    for case in sorted(batch, key=lambda case: case.pk):
        row, student = rows[case.pk], pupils[case.student_id]
        school, own = schools[row.placement.school_id], classes.get(student.school_class_id)
        if student.status != row.former_status or row.placement.ends:
            refusals[case.pk] = GONE
            continue
        try:
            _require_open(school, acting)
            if own and student.attendance == Attendance.IN_SCHOOL:
                _require_class(own, room)
                chosen_by = clerks.get(case.pk, acting.user.pk)
                room.seat(student, own, rules=rules_of(case), chosen_by=chosen_by)
        except Refused as refusal:
            refusals[case.pk] = str(refusal)
            continue
        student.status = Status.ENROLLED
        back.append(student)
        facts.append(_fact(case, row, student, school, own, acting))
    students.write(back, fields=["status"], acting=acting, reason="恢复在校")
    ledger.write(facts, acting=acting)
    return refusals


def _require_open(school: Lineage, acting: Acting) -> None:
    if found := idle(school.school, acting.today):
        raise Refused(f"就读学校{found.why}，不能恢复在校。{found.remedy}。")


def _require_class(own: SchoolClass, room: Room) -> None:
    if own.pk not in room:
        raise Refused(f"该生的班（{own}）已撤销，不能恢复在校。请退回，由学校先办调班。")


def _fact(
    case: Case,
    row: Reinstatement,
    student: Student,
    own: Lineage,
    school_class: SchoolClass | None,
    acting: Acting,
) -> ledger.Fact:
    return ledger.Fact(
        kind=EventKind.RETURNED,
        lineage=own,
        change=1,
        class_name=str(school_class or ""),
        text=f"恢复在校，原为{row.get_former_status_display()}",
        student=student,
        effective_on=acting.today,
        stage=row.placement.stage,
        grade=row.placement.grade,
        number=student.number or "",
        case_id=case.pk,
    )


def reverse(case: Case, acting: Acting, note: str) -> None:
    """The status of before. Raises Refused when something later builds on it.

    A first number given since is taken back with it; the class stays.
    """
    (student,) = students.lock([case.student_id]).values()
    row = Reinstatement.objects.select_related("placement").get(pk=case.pk)
    own = standing(student, after=0).filter(case=case, kind=EventKind.RETURNED).first()
    if own is None or student.status != Status.ENROLLED or row.placement.ends:
        raise Refused(LATER)
    since = standing(student, after=own.pk)
    require_nothing(since, "恢复在校以后", acting)
    numbered = list(since.filter(kind=EventKind.NUMBERED))
    if numbered and own.number:
        raise Refused(LATER)
    require_alone(case, acting)
    if numbered:
        retire({student: case.pk}, acting=acting, reason="撤销恢复在校")
    student.status = row.former_status
    reason = f"撤销恢复在校：{note}"
    students.write([student], fields=["status"], acting=acting, reason=reason)
    ledger.reverse([*numbered, own], acting=acting, text=note[:200])
