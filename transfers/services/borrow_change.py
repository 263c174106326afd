"""What becomes of a guest: borrowed study ends, or a temporary register becomes a regular one.

Asked for by the host school, by the home school of who is a guest outside the register; signed by
its route, and undone exactly.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from numbering.models import NumberState, RegisterNumber
from numbering.services import retire, revive
from transfers.models import BorrowingChange, EndReason
from transfers.rules.borrowing import conversion_papers
from transfers.services.borrow import keep
from transfers.services.borrow_sides import Hosting, way_of
from transfers.services.later import require_nothing, standing
from transfers.services.sides import scope_of
from transfers.services.submit import Rejected, at_work
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.seats import Room
from xueji.cases.services import Typed, write_papers
from xueji.cases.services.common import lock, require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage, idle, lineages
from xueji.rules.engine import Finding
from xueji.students import guests, moving
from xueji.students import services as students
from xueji.students.models import PlacementKind, RegisterType, Status, Student

END, CONVERSION = "borrowing_end", "borrowing_regular"
GONE = "提交以后该生的借读又有变动，不能按本件办理。请退回，由借读学校重新核对。"
LATER = "此后学籍又有变动，不能直接撤销；请先撤销后来的业务。"


@dataclass(frozen=True, kw_only=True)
class Change:
    """What the clerk asks for one guest; ``kind`` says which of both."""

    kind: str
    placement_id: int
    reason: str = ""
    reason_text: str = ""
    papers: frozenset[str] = frozenset()


@transaction.atomic
def ask(*, typed: Typed, change: Change, acting: Acting) -> Case:
    """Send it to the principal; without a case in ``typed`` a new one.

    Raises Rejected while a paper is missing, Refused when the act itself is not possible, Stale
    when another window saved the form.
    """
    access.require(acting, "borrowing.start", acting.post.organisation_id)
    own = at_work(acting)
    case = lock(keep(kind=change.kind, typed=typed, title="", acting=acting).case.pk)
    place = guests.guests().select_related("student").filter(pk=change.placement_id).first()
    if place is None or (place.school_id or place.student.school_id) != own.school.pk:
        raise Refused("该生现在不在本校借读。请刷新名单后再办。")
    (student,) = students.lock([place.student_id]).values()
    side = Hosting(way=way_of(place, own, acting))
    findings: list[Finding] = []
    if change.kind == CONVERSION:
        if student.register_type != RegisterType.BORROWED_TEMP:
            raise Refused("该生的学籍在原学校。要把学籍转来的，请办借读结束，再由原学校办转学。")
        findings = list(conversion_papers(change.papers, side.rules))
    elif change.reason == EndReason.OTHER and not change.reason_text.strip():
        raise Refused("选了“其他情况”，还没有写是什么情况。请写明。")
    if findings:
        raise Rejected(findings, [])
    BorrowingChange.objects.update_or_create(
        case=case,
        defaults={
            "placement": place,
            "former_status": student.status,
            "former_type": student.register_type,
            "reason": change.reason,
            "reason_text": change.reason_text.strip(),
        },
    )
    write_papers(case, change.papers, acting)
    ending = "ending" if place.school_id else "return"
    step = "conversion" if change.kind == CONVERSION else ending
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=own,
        route=side.stops(step),
        rules=side.rules,
        findings=[],
        exceptions=[],
        acting=acting,
    )


@dataclass(frozen=True, kw_only=True)
class _Ready:
    """A case that can be done."""

    case: Case
    row: BorrowingChange
    student: Student

    @property
    def is_guest(self) -> bool:
        """Whether the register is at a home school; else it is a temporary one here."""
        return self.row.placement.kind == PlacementKind.BORROWED


def _loaded(found: Sequence[Case]) -> tuple[list[_Ready], dict[int, str]]:
    """The cases that can still be done, in order, and why the others cannot."""
    pupils = students.lock([case.student_id for case in found])
    rows = (
        BorrowingChange.objects.filter(pk__in=[case.pk for case in found])
        .select_related("placement__school__organisation", "placement__school_class")
        .in_bulk()
    )
    ready, refusals = [], {}
    for case in sorted(found, key=lambda case: case.pk):
        row, student = rows[case.pk], pupils[case.student_id]
        as_asked = (student.status, student.register_type) == (row.former_status, row.former_type)
        if row.placement.ends or not as_asked:
            refusals[case.pk] = GONE
        else:
            ready.append(_Ready(case=case, row=row, student=student))
    return ready, refusals


# -- the end --------------------------------------------------------------------------------------
def end(found: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Let the guests go; a temporary register ends. Returns why single cases cannot be done."""
    ready, refusals = _loaded(found)
    schools = lineages(
        {one.row.placement.school_id for one in ready if one.row.placement.school_id}
        | {one.student.school_id for one in ready if one.is_guest}
    )
    at_home = SchoolClass.objects.in_bulk({one.student.school_class_id for one in ready} - {None})
    facts = [fact for one in ready for fact in _ended(one, schools, at_home, acting)]
    ledger.write(facts, acting=acting)
    guests.dismiss(
        [one.row.placement for one in ready if one.is_guest],
        on=acting.today,
        acting=acting,
        reason="借读结束",
    )
    leaving = {one.student: one.case.pk for one in ready if not one.is_guest}
    retire(leaving, acting=acting, reason="借读结束")
    for student in leaving:
        student.status, student.register_type = Status.TRANSFERRED, RegisterType.REGULAR
    also = ("status", "register_type")
    students.leave(leaving, on=acting.today, acting=acting, reason="借读结束", also=also)
    return refusals


def _ended(
    one: _Ready,
    schools: Mapping[int, Lineage],
    at_home: Mapping[int, SchoolClass],
    acting: Acting,
) -> Iterator[ledger.Fact]:
    """One event on each side that is in the register."""
    place, student = one.row.placement, one.student
    host = schools[place.school_id] if place.school_id else None
    home = schools[student.school_id] if one.is_guest else None
    sides = [(host, place.school_class)] if host else []
    if home:
        sides.append((home, at_home.get(student.school_class_id)))
    for side, school_class in sides:
        yield ledger.Fact(
            kind=EventKind.BORROWING_ENDED,
            lineage=side,
            class_name=str(school_class or ""),
            text=f"借读结束，{one.row.get_reason_display()}",
            student=student,
            effective_on=acting.today,
            stage=place.stage,
            grade=place.grade,
            number=student.number or "",
            scope=scope_of(home, host),
            case_id=one.case.pk,
        )


def undo_end(case: Case, acting: Acting, note: str) -> None:
    """The guest is there again, exactly. Raises Refused when something later builds on it."""
    row, student, events = _undoing(case, EventKind.BORROWING_ENDED, acting)
    place = row.placement
    reason = f"撤销借读结束：{note}"
    if place.school and (found := idle(place.school, acting.today)):
        raise Refused(f"借读学校{found.why}，不能退回去。{found.remedy}。")
    if place.school_class_id and place.school_class_id not in Room([place.school_class_id]):
        raise Refused("该生原来借读的班已撤销，不能退回去。请另办借读。")
    if guests.guests().filter(student=student).exists():
        raise Refused(LATER)
    if place.kind == PlacementKind.BORROWED:
        if student.status != row.former_status:
            raise Refused(LATER)
        guests.receive_again(place, acting=acting, reason=reason)
    else:
        if student.school_id or student.status != Status.TRANSFERRED:
            raise Refused(LATER)
        student.status, student.register_type = row.former_status, row.former_type
        also = ("status", "register_type")
        moving.come_back(student, to=place, acting=acting, reason=reason, also=also)
        revive(student, case_id=case.pk, acting=acting, reason=reason)
    ledger.reverse(events, acting=acting, text=note[:200])


# -- the conversion -------------------------------------------------------------------------------
def convert(found: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Make the temporary registers regular ones; they wait for their numbers (待编号)."""
    ready, refusals = _loaded(found)
    schools = lineages({one.row.placement.school_id for one in ready})
    facts = [_regularised(one, schools[one.row.placement.school_id], acting) for one in ready]
    pupils = {one.student: one.case.pk for one in ready}
    retire(pupils, acting=acting, reason="转为正式学籍")
    for student in pupils:
        student.register_type = RegisterType.REGULAR
    students.write(pupils, fields=["register_type"], acting=acting, reason="转为正式学籍")
    ledger.write(facts, acting=acting)  # now: a temporary register changes no count
    return refusals


def _regularised(one: _Ready, host: Lineage, acting: Acting) -> ledger.Fact:
    place = one.row.placement
    return ledger.Fact(
        kind=EventKind.REGULARISED,
        lineage=host,
        change=int(one.student.status == Status.ENROLLED),
        class_name=str(place.school_class or ""),
        text="由临时借读学籍转为正式学籍",
        student=one.student,
        effective_on=acting.today,
        stage=place.stage,
        grade=place.grade,
        number=one.student.number or "",
        case_id=one.case.pk,
    )


def undo_conversion(case: Case, acting: Acting, note: str) -> None:
    """A temporary register again, with its number; the regular number given since is retired."""
    row, student, events = _undoing(case, EventKind.REGULARISED, acting)
    taken_back = _since(student, events)
    reason = f"撤销转为正式学籍：{note}"
    if student.school_id != row.placement.school_id or student.status != row.former_status:
        raise Refused(LATER)
    numbers = RegisterNumber.objects.filter(holder=student)
    had_one = numbers.filter(state=NumberState.RETIRED, ended_case=case.pk).exists()
    if numbers.filter(state=NumberState.LIVE).exists():
        retire({student: case.pk}, acting=acting, reason="撤销转为正式学籍")
    student.register_type = RegisterType.BORROWED_TEMP
    students.write([student], fields=["register_type"], acting=acting, reason=reason)
    if had_one:
        revive(student, case_id=case.pk, acting=acting, reason=reason)
    ledger.reverse([*taken_back, *events], acting=acting, text=note[:200])


# -- undoing either -------------------------------------------------------------------------------
def _undoing(
    case: Case, kind: EventKind, acting: Acting
) -> tuple[BorrowingChange, Student, list[RegisterEvent]]:
    """What undoing needs, locked; Refused while something else stands in the way."""
    (student,) = students.lock([case.student_id]).values()
    row = BorrowingChange.objects.select_related(
        "placement__school__organisation", "placement__school_class"
    ).get(pk=case.pk)
    events = list(
        RegisterEvent.objects.filter(case=case, kind=kind, reversed_by__isnull=True).order_by("-pk")
    )
    if not events:
        raise Refused(LATER)
    require_nothing(standing(student, after=events[0].pk), "此后", acting)
    require_alone(case, acting)
    return row, student, events


def _since(student: Student, events: Sequence[RegisterEvent]) -> list[RegisterEvent]:
    """The number given since: it is taken back with it. The class stays."""
    return list(standing(student, after=events[0].pk).filter(kind=EventKind.NUMBERED))
