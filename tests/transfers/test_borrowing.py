"""Borrowed study: the register stays where it is, heads move, and everything goes exactly back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.queries import heads
from numbering.models import RegisterNumber
from tests import pupils
from tests.numbering import making
from tests.pupils import row_of
from tests.transfers import movers
from tests.transfers.borrowers import (
    ENDING,
    HOST,
    INSIDE,
    OUTSIDE,
    arrived,
    asked,
    changed,
    lent,
    of,
)
from tests.transfers.movers import class_of, faults, numbered
from transfers.models import Borrowing
from transfers.services import NotTaken, Rejected, borrow_sheet
from transfers.services.borrow_change import CONVERSION, END
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.ledger.models import RegisterEvent
from xueji.students.models import Placement
from xueji.students.queries import counts


def figures(world, name: str) -> tuple[int, int, int, int, int]:
    """在籍, 在读, 在校, 借出, 借入."""
    found = counts(world.organisations[name].path)
    return (
        found.registered,
        found.enrolled,
        found.present,
        found.borrowed_out,
        found.borrowed_in,
    )


def signers(case) -> list[tuple[str, str]]:
    steps = case.steps.exclude(position=0).select_related("organisation").order_by("position")
    return [(step.organisation.name, step.role) for step in steps]


def refused(world, **other) -> list[tuple[str, str]]:
    with pytest.raises(Rejected) as rejected:
        asked(world, **other)
    return [(f.key, f.effect) for f in rejected.value.findings]


# -- a pupil of the register ----------------------------------------------------------------------
def test_a_guest_keeps_register_number_and_home_and_is_counted_once_on_each_side(world):
    student = numbered(world)
    before = row_of(student)
    case = asked(world, **of(student))
    assert signers(case) == [
        (HOST, "principal"),
        ("清泉小学", "principal"),
        ("迁安市教育局", "county_officer"),
    ]
    pupils.sign(world, case, *INSIDE)

    assert row_of(student) == before
    place = Placement.objects.get(case=case)
    assert (place.kind, str(place.school.organisation), place.grade, place.ends) == (
        "borrowed",
        HOST,
        1,
        None,
    )
    assert figures(world, "清泉小学") == (1, 1, 0, 1, 0)
    assert figures(world, HOST) == (0, 0, 1, 0, 1)
    assert figures(world, "迁安市教育局") == (1, 1, 1, 1, 1)
    events = RegisterEvent.objects.filter(case=case).order_by("pk")
    assert [(e.kind, e.change, e.school_name, e.scope, e.text) for e in events] == [
        ("borrowed", 0, HOST, "county", "借读，由清泉小学借入"),
        ("borrowed", 0, "清泉小学", "county", f"借读，借出到{HOST}"),
    ]
    assert faults() == ([], [])


def test_a_guest_takes_a_seat_of_the_host_and_frees_one_at_home(world):
    student = numbered(world)
    home, host = class_of(world, "清泉小学").pk, class_of(world, HOST).pk
    lent(world, student)
    assert {pk: size.all for pk, size in heads([home, host]).items()} == {home: 0, host: 1}


def test_a_class_names_its_guests_and_who_is_away(world, client_of):
    lent(world, numbered(world))
    told = {
        "urban": (HOST, "在校 <b>1</b> 人：男 {}，女 {}，其中借读生 1 人"),
        "clerk": ("清泉小学", "在校 <b>0</b> 人：男 0，女 0；另有 1 人在外借读，不在本班上课"),
    }
    for who, (school, words) in told.items():
        page = client_of(who).get(f"/enrollment/classes/{class_of(world, school).pk}/")
        sizes = [page.context["heads"].boys, page.context["heads"].girls]
        assert words.format(*sizes) in page.content.decode()


def test_undoing_lets_the_guest_go_as_if_never_taken_in(world):
    student = numbered(world)
    before = row_of(student)
    case = lent(world, student)
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))

    assert (row_of(student), figures(world, "清泉小学"), figures(world, HOST)) == (
        before,
        (1, 1, 1, 0, 0),
        (0, 0, 0, 0, 0),
    )
    undone = RegisterEvent.objects.filter(kind="reversed").order_by("pk")
    assert [e.reverses.text for e in undone] == [f"借读，借出到{HOST}", "借读，由清泉小学借入"]
    assert faults() == ([], [])


def test_the_end_brings_the_pupil_home_and_is_undone_exactly(world):
    student = numbered(world)
    case = lent(world, student)
    place = Placement.objects.filter(case=case)
    before = place.values().get()
    end = changed(world, case, END)
    assert signers(end) == [(HOST, "principal"), ("迁安市教育局", "county_officer")]
    pupils.sign(world, end, *ENDING)
    assert (figures(world, "清泉小学"), figures(world, HOST)) == ((1, 1, 1, 0, 0), (0,) * 5)
    with pytest.raises(Refused, match="借读以后学籍又有变动"):
        cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))

    cases.reverse(case_id=end.pk, note="还在借读", acting=world.acting("county"))
    assert (place.values().get(), figures(world, HOST)) == (before, (0, 0, 1, 0, 1))
    assert faults() == ([], [])


def test_a_guest_is_neither_borrowed_twice_nor_transferred(world):
    student = numbered(world)
    lent(world, student)
    with pytest.raises(Refused, match="该生在本校借读"):
        asked(world, **of(student))
    with pytest.raises(Refused, match="正在迁安城区小学借读"):
        movers.submitted(world, student)


def test_what_has_changed_since_the_submission_stops_the_last_signature(world):
    student = numbered(world)
    case = pupils.sign(world, asked(world, **of(student)), *INSIDE[:2])
    Placement.objects.filter(student=student).update(grade=2)
    (outcome,) = cases.decide(
        seen={case.pk: case.version},
        decision="agreed",
        note="",
        acting=world.acting("county"),
    ).values()
    assert (outcome.kind, "学籍又有变动" in outcome.text) == ("refused", True)


# -- from outside ---------------------------------------------------------------------------------
def test_who_comes_from_outside_gets_a_temporary_register_and_number(world):
    case = arrived(world)
    student = case.student
    assert signers(case) == [(HOST, "principal"), ("迁安市教育局", "county_officer")]
    making.issue(world, HOST, who="county", kind="temporary")
    student.refresh_from_db()
    assert (student.register_type, student.status, student.number) == (
        "borrowed_temp",
        "enrolled",
        "借0226261010" + "0001",
    )
    assert figures(world, HOST) == (0, 0, 1, 0, 1)
    events = case.events.order_by("pk").values_list("kind", "change", "scope", "text")
    assert list(events) == [
        ("borrowed", 0, "outside", "借读，由海港区第一小学借入，建临时借读学籍"),
        ("numbered", 0, "", "编临时号"),
    ]
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))
    student.refresh_from_db()
    assert (student.status, student.school, student.number, student.entered_on) == (
        "pending",
        None,
        None,
        None,
    )
    assert (faults(), figures(world, HOST)) == (([], []), (0,) * 5)


def test_a_temporary_register_ends_and_comes_back_with_its_number(world):
    case = arrived(world)
    student = case.student
    making.issue(world, HOST, who="county", kind="temporary")
    before = row_of(student)
    end = pupils.sign(world, changed(world, case, END), *ENDING)
    student.refresh_from_db()
    assert (student.status, student.school, student.number) == ("transferred", None, None)
    assert (faults(), figures(world, HOST)) == (([], []), (0,) * 5)
    cases.reverse(case_id=end.pk, note="还在", acting=world.acting("county"))
    assert (row_of(student), faults()) == (before, ([], []))


@pytest.mark.parametrize("temporary", [["temporary"], []], ids=["numbered", "without a number"])
def test_a_temporary_register_becomes_a_regular_one_and_is_undone_exactly(world, temporary):
    case = arrived(world)
    student = case.student
    for kind in temporary:
        making.issue(world, HOST, who="county", kind=kind)
    before = row_of(student)
    conversion = pupils.sign(world, changed(world, case, CONVERSION), *OUTSIDE)
    assert figures(world, HOST) == (1, 1, 1, 0, 0)
    (event,) = conversion.events.all()
    assert (event.kind, event.change) == ("regularised", 1)
    assert event.number[:1] == ("借" if temporary else "")
    making.issue(world, HOST, who="county")
    numbers = RegisterNumber.objects.filter(holder=student).order_by("pk")
    kinds = [(kind, "retired") for kind in temporary] + [("register", "live")]
    assert [(n.series.kind, n.state) for n in numbers] == kinds
    assert faults() == ([], [])
    with pytest.raises(Refused, match="借读以后学籍又有变动"):
        cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))

    cases.reverse(case_id=conversion.pk, note="没有转来", acting=world.acting("county"))
    assert (row_of(student), faults()) == (before, ([], []))
    assert figures(world, HOST) == (0, 0, 1, 0, 1)


def test_a_conversion_needs_the_certificate_and_a_temporary_register(world):
    case = arrived(world)
    with pytest.raises(Rejected) as rejected:
        changed(world, case, CONVERSION, papers=frozenset())
    assert [f.message for f in rejected.value.findings] == ["缺转学证明"]
    inside = lent(world, numbered(world))
    with pytest.raises(Refused, match="学籍在原学校"):
        changed(world, inside, CONVERSION)


# -- many at once ---------------------------------------------------------------------------------
def ending(world, *cases):
    ends = [changed(world, case, END) for case in cases]
    return [pupils.sign(world, case, "urban-principal") for case in ends]


MANY = {
    "guests": lambda world: pupils.sign(world, asked(world, **of(numbered(world))), *INSIDE[:2]),
    "ends": lambda world: ending(world, lent(world, numbered(world)))[0],
    "temporary ends": lambda world: ending(world, arrived(world))[0],
    "conversions": lambda world: pupils.sign(
        world, changed(world, arrived(world), CONVERSION), "urban-principal"
    ),
}


@pytest.mark.parametrize("which", MANY)
def test_queries_do_not_grow_with_the_cases_that_are_signed_last(world, which):
    asked_for = []
    for size in (1, 3):
        seen = {case.pk: case.version for case in [MANY[which](world) for _ in range(size)]}
        with CaptureQueriesContext(connection) as queries:
            outcomes = cases.decide(
                seen=seen, decision="agreed", note="", acting=world.acting("county")
            )
        assert {outcome.kind for outcome in outcomes.values()} == {"signed"}
        asked_for.append(len(queries))
    assert (asked_for[1], faults()) == (asked_for[0], ([], []))


# -- what stands in the way -----------------------------------------------------------------------
def test_a_rule_set_without_borrowed_study_refuses_it_with_the_clause(world):
    with pytest.raises(Refused, match="不办理借读.*第六条"):
        asked(world, clerk="clerk9", school_class=class_of(world, "滦州甲小学"))
    child = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    assert refused(world, **of(child)) == [("borrowing.enabled", "block")]


def test_a_school_that_is_not_designated_takes_nobody(world):
    with pytest.raises(Refused, match="不是指定的借读学校.*二（三）"):
        asked(world, clerk="clerk", school_class=class_of(world, "清泉小学"))


def test_another_ground_needs_an_exception_of_the_bureau(world):
    other = {"reason": "special", "reason_text": "随祖父母居住", **of(numbered(world))}
    assert refused(world, **other) == [("borrowing.principle", "warn")]
    case = asked(world, reasons={"borrowing.principle": "祖父母在城里照料，路远"}, **other)
    assert signers(case)[-1] == ("迁安市教育局", "county_officer")


def test_what_is_missing_of_who_comes_from_outside_is_said_together(world):
    with pytest.raises(NotTaken) as wrong:
        asked(world, outside_school=" ", grade=7)
    assert [problem.code for problem in wrong.value.problems] == ["missing", "grade"]
    with pytest.raises(NotTaken) as wrong:
        asked(world, school_class=None)
    assert [problem.field for problem in wrong.value.problems] == ["school_class"]
    assert not Borrowing.objects.exists()


@pytest.mark.parametrize("who", ["principal", "county", "centre", "urban-principal", "auditor"])
def test_only_the_clerk_of_a_host_asks(world, who):
    with pytest.raises(PermissionDenied):
        asked(world, clerk=who)


# -- the register sheet ---------------------------------------------------------------------------
def test_the_home_school_lends_the_register_sheet_and_gets_it_back(world):
    case = lent(world, numbered(world))
    until = movers.NOON.date()
    said = {"case_id": case.pk, "due_on": until, "note": "父亲带走"}
    for stranger in ("urban", "principal", "clerk2", "county"):
        with pytest.raises(PermissionDenied):
            borrow_sheet.lend_sheet(**said, acting=world.acting(stranger))
    loan = borrow_sheet.lend_sheet(**said, acting=world.acting("clerk"))
    with pytest.raises(Refused, match="已经带走"):
        borrow_sheet.lend_sheet(**said, acting=world.acting("clerk"))
    with pytest.raises(Refused, match="先登记归还"):
        cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("county"))
    borrow_sheet.take_sheet_back(case_id=case.pk, acting=world.acting("clerk"))
    loan.refresh_from_db()
    assert (loan.lent_on, loan.back_on, loan.back_by) == (until, until, world.posts["clerk"])
    with pytest.raises(Refused, match="没有在外"):
        borrow_sheet.take_sheet_back(case_id=case.pk, acting=world.acting("clerk"))
