"""Pupils of ours who are guests of a school outside the register."""

from datetime import date, datetime

from tests import pupils
from tests.world import NOON, World
from transfers.services import borrow_change
from transfers.services.borrow_change import END, Change
from transfers.services.lend import Lending, lend
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.students.models import Placement, Student

HOST = "海港区第一小学"
SIGNERS = ("principal", "centre")


def asked(
    world: World,
    student: Student,
    *,
    who: str = "clerk",
    reasons: dict[str, str] | None = None,
    at: datetime = NOON,
    **other,
) -> Case:
    values = {
        "student_id": student.pk,
        "outside_school": HOST,
        "outside_office": "海港区教育局",
        "reason": "migrant",
        "until": date(2027, 7, 5),
        "papers": frozenset({"borrowing_proof"}),
        **other,
    }
    return lend(
        typed=Typed(row={}),
        lending=Lending(**values),
        reasons=reasons or {},
        acting=world.acting(who, at=at),
    )


def lent(world: World, student: Student) -> Case:
    """By all signatures."""
    return pupils.sign(world, asked(world, student), *SIGNERS)


def called_back(world: World, case: Case, *, who: str = "clerk") -> Case:
    """The end, asked for by the home school's clerk."""
    place = Placement.objects.get(case=case, ends__isnull=True)
    return borrow_change.ask(
        typed=Typed(row={}),
        change=Change(kind=END, placement_id=place.pk, reason="back"),
        acting=world.acting(who),
    )
