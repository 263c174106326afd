"""Schools that take pupils without transfer formalities, and the way of such a case."""

from datetime import datetime

from enrollment.services import admission
from enrollment.services.admission import Asked
from tests.world import NOON, World
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision
from xueji.organisations.models import School, SchoolClass, SchoolKind
from xueji.students.models import Student

SEEN = frozenset({"placement_opinion"})
ROUTES = {
    "clerk2": ("principal2", "centre2"),
    "clerk9": ("principal9", "centre9"),
    "urban": ("urban-principal", "county"),
    "clerk": ("principal", "centre"),
}


def become(world: World, clerk: str, kind: str) -> School:
    """Let the school of a clerk be of another kind."""
    School.objects.filter(pk=world.school_of(clerk).pk).update(kind=kind)
    world.school_of(clerk).refresh_from_db()
    return world.school_of(clerk)


def special(world: World, clerk: str = "clerk9") -> School:
    return become(world, clerk, SchoolKind.SPECIAL)


def class_of(world: World, clerk: str, number: int = 1) -> SchoolClass:
    rows = SchoolClass.objects.filter(school=world.school_of(clerk), entry_year=2026)
    return rows.get(number=number)


def asked(world: World, student: Student, clerk: str = "clerk9", **other: object) -> Asked:
    """A pupil whom the special school of ``clerk`` takes; change what the test is about."""
    values = {
        "id_number": student.id_number,
        "name": student.name,
        "ground": "special",
        "school_class": class_of(world, clerk),
        "starts": NOON.date(),
        "papers": SEEN,
        **other,
    }
    return Asked(**values)


def submitted(
    world: World, student: Student, clerk: str = "clerk9", *, at: datetime = NOON, **other: object
) -> Case:
    wanted = asked(world, student, clerk, **other)
    return admission.submit(case_id=None, asked=wanted, row={}, acting=world.acting(clerk, at=at))


def taken(
    world: World, student: Student, clerk: str = "clerk9", *, at: datetime = NOON, **other: object
) -> Case:
    """The case after its last signature."""
    case = submitted(world, student, clerk, at=at, **other)
    for person in ROUTES[clerk]:
        case.refresh_from_db()
        (outcome,) = cases.decide(
            seen={case.pk: case.version},
            decision=Decision.AGREED,
            note="",
            acting=world.acting(person, at=at),
        ).values()
        assert outcome.kind == "signed", outcome
    case.refresh_from_db()
    return case
