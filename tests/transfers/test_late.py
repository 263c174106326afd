"""谁逾期了: the desk of an office names the school that is late where the office may know it."""

from datetime import timedelta

import pytest

from tests import pupils
from tests.transfers.movers import approved, numbered, receive, sign
from tests.transfers.test_take import asked, of
from tests.world import NOON
from xueji.cases.inbox import late_by_office

LATE = NOON.date() + timedelta(days=60)


def who_is_late(world, office: str) -> list[tuple[str, str, int]]:
    rows = late_by_office(world.acting(office), LATE, most=8)
    return [(row["office"], row["waiting_role"], row["count"]) for row in rows]


@pytest.mark.parametrize("office", ["centre", "centre2", "county", "city"])
def test_the_school_that_is_to_receive_is_named_to_the_offices_of_the_other(world, office):
    case = approved(world, numbered(world))
    told = {"centre2": []}.get(office, [("上庄小学", "clerk", 1)])
    assert who_is_late(world, office) == told
    receive(world, case, "clerk2", None)
    assert who_is_late(world, office) == [(name, "principal", count) for name, _, count in told]


def test_a_school_that_is_asked_and_has_not_agreed_is_not_named(world):
    case = asked(world, "clerk2", **of(pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)))
    assert who_is_late(world, "county") == [("上庄小学", "principal", 1)]
    sign(world, case, "principal2")
    assert who_is_late(world, "county") == [("所辖以外的学校", "clerk", 1)]
