"""Guests of 迁安城区小学, which is designated: pupils of 清泉小学, and who comes from outside."""

from datetime import date

from tests import pupils
from tests.transfers.movers import class_of
from tests.world import World
from transfers.services import borrow_change
from transfers.services.borrow import Wanted, borrow
from transfers.services.borrow_change import Change
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.students.models import Placement, Student

HOST, HOST_CLERK = "迁安城区小学", "urban"
SEEN = frozenset({"residence_permit", "job_proof", "borrowing_letter"})
# who signs after the host's clerk
INSIDE = ("urban-principal", "principal", "county")
OUTSIDE = ("urban-principal", "county")
ENDING = ("urban-principal", "county")


def wanted(world: World, **other) -> Wanted:
    """A first-grader from outside; change what the test is about."""
    entry = pupils.row(name="欧阳外来")
    values = {
        "id_number": entry["id_number"],
        "name": entry["name"],
        "outside_school": "海港区第一小学",
        "outside_office": "海港区教育局",
        "grade": 1,
        "school_class": class_of(world, HOST),
        "reason": "migrant",
        "reason_text": "",
        "papers": SEEN,
        "entry": entry,
        "until": date(2027, 7, 5),
        **other,
    }
    return Wanted(**values)


def of(student: Student) -> dict[str, object]:
    return {"id_number": student.id_number, "name": student.name, "entry": {}}


def asked(world: World, *, clerk: str = "urban", reasons=None, **other) -> Case:
    return borrow(
        typed=Typed(row={}),
        taken=wanted(world, **other),
        reasons=reasons or {},
        acting=world.acting(clerk),
    )


def lent(world: World, student: Student) -> Case:
    """The pupil is a guest of the host, by all signatures."""
    return pupils.sign(world, asked(world, **of(student)), *INSIDE)


def arrived(world: World, **other) -> Case:
    """One from outside has a temporary register at the host."""
    return pupils.sign(world, asked(world, **other), *OUTSIDE)


def changed(world: World, case: Case, kind: str, *, clerk: str = HOST_CLERK, **other) -> Case:
    """The end or the conversion, asked for by the host's clerk."""
    place = Placement.objects.get(case=case, ends__isnull=True)
    values = {"reason": "back", "papers": frozenset({"transfer_certificate"}), **other}
    return borrow_change.ask(
        typed=Typed(row={}),
        change=Change(kind=kind, placement_id=place.pk, **values),
        acting=world.acting(clerk),
    )
