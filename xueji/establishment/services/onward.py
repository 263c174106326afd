"""Pupils and classes that go on at another school by an order, and what it writes of each pupil.

A pupil who counts and changes school, or whose monthly report changes hands, has two events: out
of the former unit and into the new one, so that both months balance. Everybody else has one.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Max

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.establishment.models import Order, OrderKind
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.ledger.services import Fact
from xueji.organisations.models import School, SchoolClass
from xueji.organisations.queries import Lineage
from xueji.students import services as students
from xueji.students.models import Placement, PlacementKind, RegisterType, Status, Student


def take_classes(
    rows: Iterable[SchoolClass], into: School, order: Order
) -> dict[SchoolClass, SchoolClass]:
    """A class at the new school for each, under the next free numbers of its cohort."""
    rows = sorted(rows, key=lambda row: (row.stage, row.entry_year, row.number))
    last = {
        (stage, year): number
        for stage, year, number in into.classes.values_list("stage", "entry_year").annotate(
            Max("number")
        )
    }
    made: dict[SchoolClass, SchoolClass] = {}
    for row in rows:
        cohort = (row.stage, row.entry_year)
        last[cohort] = last.get(cohort, 0) + 1
        made[row] = SchoolClass(
            school=into,
            stage=row.stage,
            entry_year=row.entry_year,
            number=last[cohort],
            grade=row.grade,
            capacity=row.capacity,
            teacher_id=row.teacher_id,
        )
    SchoolClass.objects.bulk_create(made.values())
    SchoolClass.objects.filter(pk__in=[row.pk for row in rows]).update(closed_on=order.effective_on)
    return made


def go_on(
    pupils: Sequence[Student],
    classes: Mapping[SchoolClass, SchoolClass],
    *,
    before: Lineage,
    after: Lineage,
    order: Order,
    acting: Acting,
) -> None:
    """Let locked pupils go on at the other school: each in the class made for his, or in none."""
    homes = _close_placements(pupils, order, acting)
    facts, places = [], {}
    for pupil in pupils:
        home, row = homes[pupil.pk], classes.get(pupil.school_class)
        change, name = counts(pupil), str(pupil.school_class or "")
        if change:
            facts.append(fact(order, pupil, before, -change, name, home))
        facts.append(fact(order, pupil, after, change, str(row or ""), home))
        places[pupil] = students.Place(
            school=after.school,
            school_class=row,
            stage=pupil.stage,
            entry_year=pupil.entry_year,
            grade=pupil.grade,
            starts=home.ends,
            case_id=None,
        )
    students.place(places, acting=acting, reason=_reason(order))
    ledger.write(facts, acting=acting)


def counts(pupil: Student) -> int:
    """Whether the pupil is 在读: REGULAR and enrolled."""
    return int(pupil.status == Status.ENROLLED and pupil.register_type == RegisterType.REGULAR)


def fact(
    order: Order,
    pupil: Student,
    where: Lineage,
    change: int,
    class_name: str,
    home: Placement | None = None,
) -> Fact:
    """One side of a pupil's reassignment, on the day of the order or of a later entry."""
    return Fact(
        kind=EventKind.REASSIGNED,
        student=pupil,
        lineage=where,
        effective_on=home.ends if home else order.effective_on,
        change=change,
        stage=pupil.stage,
        grade=pupil.grade,
        class_name=class_name,
        text=_said(order),
    )


def _reason(order: Order) -> str:
    return f"建制调整：{order.number}"


def _said(order: Order) -> str:
    ways = {
        OrderKind.MERGE: f"并入{order.into_name}",
        OrderKind.CLASS: f"{order.class_name}划转到{order.into_name}",
    }
    way = ways.get(OrderKind(order.kind), f"{order.from_name}→{order.into_name}")
    return f"{_reason(order)}，{way}"[:200]


def _close_placements(
    pupils: Iterable[Student], order: Order, acting: Acting
) -> dict[int, Placement]:
    """End the open home placements on the day of the order, none before it began."""
    homes = list(
        Placement.objects.select_for_update(of=("self",))
        .filter(
            student__in=[pupil.pk for pupil in pupils],
            kind=PlacementKind.HOME,
            ends__isnull=True,
        )
        .order_by("pk")
    )
    for home in homes:
        home.ends = max(order.effective_on, home.starts)
    history.update(homes, fields=["ends"], acting=acting, reason=_reason(order))
    return {home.student_id: home for home in homes}
