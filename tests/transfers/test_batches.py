"""Many transfers signed at once: as many questions to the database as one takes."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.numbering import making
from tests.transfers import movers
from tests.transfers.movers import class_of, moved, numbered, receive
from transfers.models import Transfer
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision, State
from xueji.students.models import Student

NAMES = ("单雄信", "单雄义", "单雄礼", "单雄智")


def sign(world, found: list[Case], who: str) -> int:
    """How many questions it takes one person to sign them all."""
    seen = dict(
        Case.objects.filter(pk__in=[case.pk for case in found]).values_list("pk", "version")
    )
    acting = world.acting(who)
    with CaptureQueriesContext(connection) as queries:
        outcomes = cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting)
    assert [outcome.kind for outcome in outcomes.values()] == ["signed"] * len(found)
    return len(queries)


def waiting_for(world, to: str | None) -> tuple[list[Case], str]:
    """Cases whose last signature is missing, and who gives it."""
    own = {"school_class": str(class_of(world, "清泉小学").pk)}
    students = [pupils.enrolled(world, name=name, **own) for name in NAMES]
    making.issue(world, "清泉小学", who="centre")
    found = [movers.submitted(world, student, to) for student in students]
    *others, last = (*movers.APPROVAL[to], *movers.PLACEMENT[to])
    for who in others:
        if who in movers.PLACEMENT[to]:
            for case in found:
                receive(world, case, who, class_of(world, to))
        else:
            sign(world, found, who)
    return found, last


@pytest.mark.parametrize("to", ["上庄小学", None])
def test_the_last_signature_asks_as_much_for_one_transfer_as_for_three(world, to):
    found, last = waiting_for(world, to)
    asked = [sign(world, batch, last) for batch in (found[:1], found[1:])]
    assert asked[0] == asked[1]
    assert (
        Student.objects.filter(cases__in=found, school__organisation__name="清泉小学").count() == 0
    )


def test_a_case_is_approved_while_only_the_receiving_school_is_asked(world):
    case = movers.submitted(world, numbered(world))
    approved = []
    for who in ("principal", "centre", "centre2"):
        approved.append(movers.sign(world, case, who).approved)
    receive(world, case, "clerk2", None, decision=Decision.RETURNED, note="出生日期不符")
    case.refresh_from_db()
    approved.append(case.approved)
    assert approved == [False, False, True, False]


def test_papers_are_awaited_from_the_last_signature_until_it_is_undone(world):
    case = moved(world, numbered(world))
    assert Transfer.objects.get(case=case).file_open
    cases.reverse(case_id=case.pk, note="办错学校", acting=world.acting("centre2"))
    case.refresh_from_db()
    assert (case.state, Transfer.objects.get(case=case).file_open) == (State.REVERSED, False)
