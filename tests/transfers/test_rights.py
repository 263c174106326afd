"""Who gets which page before, during and after a transfer and a borrowing: rights follow the pupil.

Everybody who is not named is answered as if there were no such pupil or case.
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from tests import pupils
from tests.transfers import borrowers, movers
from tests.transfers.movers import APPROVAL, class_of, numbered, receive, sign, submitted
from tests.world import NOON
from xueji.cases import services as cases
from xueji.cases.models import Decision

NEXT, LATER = (NOON + timedelta(days=days) for days in (1, 2))
CLERKS = {"clerk", "clerk1b", "clerk2", "urban", "clerk9"}
ABOVE = {"county", "province"}
OLD = {"clerk", "principal", "centre"}
NEW = {"clerk2", "principal2", "centre2"}
HOST = {"urban", "urban-principal"}
PEOPLE = OLD | NEW | HOST | ABOVE | CLERKS | {"county9"}


@pytest.fixture(autouse=True)
def later_day():
    with time_machine.travel(LATER, tick=False):
        yield


def last(world, case, who: str) -> None:
    """The last signature, a day later: who had the pupil had it for a day."""
    case.refresh_from_db()
    acting = world.acting(who, at=NEXT)
    seen = {case.pk: case.version}
    (outcome,) = cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting).values()
    assert outcome.kind == "signed"


@pytest.fixture
def gets(client_of):
    """``gets(pupil, case)``: the people who are answered by each page, and told that it is over."""
    clients = {who: client_of(who) for who in PEOPLE}

    def statuses(people: set[str], page: str, *named: object) -> dict[str, int]:
        path = reverse(page, args=named)
        return {who: clients[who].get(path).status_code for who in people}

    def answered(student, case) -> dict[str, set[str]]:
        edits = statuses(CLERKS, "student_edit", student.pk)
        found = {
            "pupil": by(statuses(PEOPLE, "student", student.pk), 200),
            "edit": by(edits, 200),
            "gone": by(edits, 409),
            "case": by(statuses(PEOPLE, "case", case.number), 200),
        }
        assert set(edits.values()) <= {200, 404, 409}
        return found

    return answered


def by(statuses: dict[str, int], status: int) -> set[str]:
    return {who for who, given in statuses.items() if given == status}


def of(*, reads: set[str], writes: str, case: set[str], keeps: set[str] = frozenset()):
    """Those of the period that is over (``keeps``) have the pupil's page and nothing else."""
    return {"pupil": reads | keeps, "edit": {writes}, "gone": keeps & CLERKS, "case": case}


def test_rights_follow_a_transferred_pupil_from_the_next_request(world, gets):
    student = numbered(world)
    here, there = OLD | ABOVE, NEW | ABOVE
    case = submitted(world, student)
    during = of(reads=here, writes="clerk", case=here | NEW)
    assert gets(student, case) == during
    sign(world, case, *APPROVAL["上庄小学"])
    receive(world, case, "clerk2", class_of(world, "上庄小学"))
    assert gets(student, case) == during

    last(world, case, "principal2")
    after = of(reads=there, writes="clerk2", case=here | NEW, keeps=OLD)
    assert gets(student, case) == after

    cases.reverse(case_id=case.pk, note="办错学校", acting=world.acting("centre2", at=LATER))
    assert gets(student, case) == during


def test_what_the_new_school_writes_is_not_the_former_ones(world, client_of):
    student = numbered(world)
    movers.moved(world, student)
    pupils.correct(student, acting=world.acting("clerk2"), address_text="新家 9 号")
    path = reverse("student", args=[student.pk])
    for who, reads in (("clerk2", True), ("county", True), ("clerk", False), ("centre", False)):
        assert ("新家 9 号" in client_of(who).get(path).content.decode(), who) == (reads, who)


def test_rights_at_a_guest_last_from_the_agreement_to_the_end(world, gets):
    student = numbered(world)
    here = OLD | ABOVE
    case = borrowers.asked(world, **borrowers.of(student))
    assert gets(student, case) == of(reads=here, writes="clerk", case=here | HOST)

    sign(world, case, *borrowers.INSIDE)
    guest = of(reads=here | HOST, writes="clerk", case=here | HOST)
    assert gets(student, case) == guest

    ending = sign(world, borrowers.changed(world, case, "borrowing_end"), "urban-principal")
    last(world, ending, "county")
    assert gets(student, case) == of(reads=here, writes="clerk", case=here | HOST)
