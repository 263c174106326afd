"""Writing register events; the month they count in is decided once, here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from xueji.accounts.access import Acting
from xueji.ledger.models import AcceptedMonth, EventKind, RegisterEvent
from xueji.organisations.queries import Lineage
from xueji.rows import insert
from xueji.students.models import RegisterType, Student


@dataclass(frozen=True, kw_only=True)
class Fact:
    """What happened to one pupil. ``change`` is the effect on 在读 if the register counts."""

    kind: EventKind
    student: Student
    lineage: Lineage
    effective_on: date
    change: int = 0
    stage: str
    grade: int
    class_name: str = ""
    number: str = ""
    text: str = ""
    scope: str = ""
    case_id: int | None = None


def month_of(day: date) -> date:
    return day.replace(day=1)


def _following(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def book(unit_id: int, day: date, accepted: set[tuple[int, date]]) -> date:
    """The month of ``day``, or the first later one not yet accepted for the unit."""
    month = month_of(day)
    while (unit_id, month) in accepted:
        month = _following(month)
    return month


def _accepted(units: set[int], since: date) -> set[tuple[int, date]]:
    rows = AcceptedMonth.objects.filter(unit__in=units, month__gte=month_of(since))
    return set(rows.values_list("unit_id", "month"))


def write(facts: Iterable[Fact], *, acting: Acting) -> list[RegisterEvent]:
    """Append the events of facts; queries grow by the piece of rows, not by the row."""
    written = events(facts, acting=acting)
    insert(written)
    return written


def events(facts: Iterable[Fact], *, acting: Acting) -> list[RegisterEvent]:
    """The events of facts, booked in their months but not yet written."""
    facts = list(facts)
    if not facts:
        return []
    units = [fact.lineage.monthly_unit(fact.stage).pk for fact in facts]
    accepted = _accepted(set(units), min(fact.effective_on for fact in facts))
    return [_event(fact, unit, accepted, acting) for fact, unit in zip(facts, units, strict=True)]


def _event(fact: Fact, unit: int, accepted: set[tuple[int, date]], acting: Acting) -> RegisterEvent:
    student, school = fact.student, fact.lineage.school
    counts = student.register_type == RegisterType.REGULAR
    return RegisterEvent(
        kind=fact.kind,
        scope=fact.scope,
        student=student,
        change=fact.change if counts else 0,
        effective_on=fact.effective_on,
        recorded_at=acting.at,
        booked_month=book(unit, fact.effective_on, accepted),
        unit_id=unit,
        school_id=school.pk,
        school_path=school.organisation.path,
        school_name=school.organisation.name,
        authority_id=fact.lineage.authority(fact.stage).pk,
        class_name=fact.class_name,
        stage=fact.stage,
        grade=fact.grade,
        sex=student.sex,
        register_type=student.register_type,
        number=fact.number,
        text=fact.text,
        user_id=acting.user.pk,
        post_id=acting.post.pk,
        case_id=fact.case_id,
    )


def reverse(events: Sequence[RegisterEvent], *, acting: Acting, text: str) -> list[RegisterEvent]:
    """Append one reversing event for each event, as effective on the same day."""
    accepted = _accepted(
        {event.unit_id for event in events}, min(event.effective_on for event in events)
    )
    written = [
        RegisterEvent(
            **{
                field.attname: getattr(event, field.attname)
                for field in RegisterEvent._meta.concrete_fields
                if field.name not in _OWN
            },
            kind=EventKind.REVERSED,
            change=-event.change,
            recorded_at=acting.at,
            booked_month=book(event.unit_id, event.effective_on, accepted),
            text=text,
            user_id=acting.user.pk,
            post_id=acting.post.pk,
            reverses=event,
        )
        for event in events
    ]
    insert(written)
    return written


_OWN = {"id", "kind", "change", "recorded_at", "booked_month", "text", "user_id", "post_id"} | {
    "reverses"
}
