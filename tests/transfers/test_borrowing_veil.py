"""Who asks for a guest is told the county of the home school, and which school once it agrees."""

from datetime import timedelta

import pytest

from tests import pupils
from tests.transfers.borrowers import asked, of
from tests.transfers.movers import class_of, numbered
from tests.world import NOON
from xueji.cases import services as cases
from xueji.cases.inbox import late_by_office
from xueji.organisations.models import School

HOME, VEIL = "清泉小学", "迁安市教育局所辖学校"


@pytest.fixture
def case(world):
    """Waits for the home school's principal."""
    return pupils.sign(world, asked(world, **of(numbered(world))), "urban-principal")


def shown(client, case) -> list[tuple[bool, bool]]:
    """Whether the school and whether its county stand on the pages that show whose turn it is."""
    pages = (f"/cases/{case.number}/", "/cases/?tab=others", "/borrowing/?show=cases", "/")
    told = [client.get(page).content.decode() for page in pages]
    return [(HOME in text, VEIL in text) for text in told]


def test_no_page_names_the_home_school_to_the_host_before_it_agrees(
    world, client_of, case, next_day
):
    for who in ("urban", "urban-principal"):
        assert shown(client_of(who), case) == [(False, True)] * 4
    assert VEIL in client_of("urban-principal").get("/notices/").content.decode()
    assert shown(client_of("county"), case)[0] == (True, False)
    pupils.sign(world, case, "principal")
    assert shown(client_of("urban"), case)[0] == (True, False)


def test_a_home_school_that_refuses_is_not_named_afterwards(world, client_of, case, next_day):
    pupils.sign(world, case, "principal", decision="refused")
    page = client_of("urban").get(f"/cases/{case.number}/").content.decode()
    principal = world.posts["principal"].user.name
    assert [words in page for words in (HOME, principal, VEIL, "该校（校长）不同意")] == [
        False,
        False,
        True,
        True,
    ]


def test_who_signs_out_of_turn_is_not_told_the_home_school(world, case):
    (outcome,) = cases.decide(
        seen={case.pk: case.version},
        decision="agreed",
        note="",
        acting=world.acting("urban-principal"),
    ).values()
    assert (HOME in outcome.text, f"轮到{VEIL} 校长" in outcome.text) == (False, True)


def test_an_office_that_approves_nothing_there_presses_for_no_named_school(world):
    host = School.objects.filter(organisation__name="上庄小学")
    host.update(designated_for_borrowed=True)
    case = asked(
        world, clerk="clerk2", school_class=class_of(world, "上庄小学"), **of(numbered(world))
    )
    pupils.sign(world, case, "principal2")
    late = NOON.date() + timedelta(days=60)
    late_ones = late_by_office(world.acting("centre2"), late, most=8)
    rows = [(row["office"], row["count"]) for row in late_ones]
    assert rows == [("所辖以外的学校", 1)]
