"""Pupils on their way from one school of the world to another."""

from datetime import datetime

from numbering.queries.check import check as check_numbers
from tests import pupils
from tests.numbering import making
from tests.world import NOON, World
from transfers import services
from transfers.services import Asked
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision
from xueji.cases.services import Typed
from xueji.ledger.check import check
from xueji.organisations.models import School, SchoolClass
from xueji.students.models import Student

SEEN = frozenset({"household_book", "property_proof"})
# receiving school → who signs after the clerk of 清泉小学, up to the approval
APPROVAL = {
    "上庄小学": ("principal", "centre", "centre2"),
    "迁安城区小学": ("principal", "centre", "county"),
    "邻泉小学": ("principal", "centre"),
    None: ("principal", "centre", "county"),
}
PLACEMENT = {
    "上庄小学": ("clerk2", "principal2"),
    "迁安城区小学": ("urban", "urban-principal"),
    "邻泉小学": ("clerk1b", "principal1b"),
    None: (),
}


def faults() -> tuple[list, list]:
    """What the proofs of ledger and numbers find, of which there is nothing."""
    return check()["faults"], check_numbers().faults


def class_of(world: World, school: str, number: int = 1) -> SchoolClass:
    return SchoolClass.objects.get(school=world.schools[school], entry_year=2026, number=number)


def numbered(world: World, **changes: str) -> Student:
    """A pupil of 清泉小学, in a class and with a number."""
    own = class_of(world, "清泉小学")
    student = pupils.enrolled(world, "clerk", school_class=str(own.pk), **changes)
    making.issue(world, "清泉小学", who="centre")
    student.refresh_from_db()
    return student


def asked(student: Student, to: School | None, **other: object) -> Asked:
    values = {
        "student_id": student.pk,
        "to_school": to,
        "outside_school": "" if to else "海港区第一小学",
        "outside_office": "" if to else "秦皇岛市海港区教育局",
        "reason": "move",
        "reason_text": "",
        "papers": SEEN,
        **other,
    }
    return Asked(**values)


def submitted(
    world: World,
    student: Student,
    to: str | None = "上庄小学",
    *,
    clerk: str = "clerk",
    reasons: dict[str, str] | None = None,
    at: datetime = NOON,
    **other: object,
) -> Case:
    school = world.schools[to] if to else None
    return services.submit(
        typed=Typed(row={}),
        asked=asked(student, school, **other),
        reasons=reasons or {},
        acting=world.acting(clerk, at=at),
    )


def sign(world: World, case: Case, *people: str, note: str = "", decision="agreed") -> Case:
    return pupils.sign(world, case, *people, note=note, decision=decision)


def receive(
    world: World,
    case: Case,
    who: str,
    school_class: SchoolClass | None,
    *,
    decision: Decision = Decision.AGREED,
    note: str = "",
):
    case.refresh_from_db()
    return services.receive(
        case_id=case.pk,
        version=case.version,
        decision=decision,
        note=note,
        school_class=school_class,
        acting=world.acting(who),
    )


def approved(world: World, student: Student, to: str | None = "上庄小学", **other) -> Case:
    """Up to the approval: the receiving school is next, or the pupil has left the register."""
    return sign(world, submitted(world, student, to, **other), *APPROVAL[to])


def moved(world: World, student: Student, to: str = "上庄小学", **other) -> Case:
    """After the last signature."""
    case = approved(world, student, to, **other)
    clerk, principal = PLACEMENT[to]
    receive(world, case, clerk, class_of(world, to))
    return sign(world, case, principal)


def withdraw(world: World, case: Case) -> None:
    cases.withdraw(case_id=case.pk, note="监护人不转了", acting=world.acting("clerk"))
