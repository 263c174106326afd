"""Transfers that were done on paper while the system was down, and are entered afterwards."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import IntegrityError, transaction

from tests.transfers import movers
from tests.transfers.movers import numbered, sign
from tests.transfers.test_take import asked
from tests.world import NOON
from transfers.models import Transfer
from transfers.services import Rejected, submit
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.students.models import Placement

LATE = NOON + timedelta(days=20)  # 22 September, the twenty-second day of the term
DONE = {"offline_on": date(2026, 9, 14), "offline_paper": "审〔2026〕3 号"}
OTHER = {"reason": "special", "reason_text": "随父母到上庄照料老人"}


def test_the_start_of_term_is_that_of_the_day_on_the_paper(world):
    student = numbered(world)
    with pytest.raises(Rejected) as rejected:
        movers.submitted(world, student, at=LATE, **OTHER)
    assert [one.key for one in rejected.value.unreasoned] == ["transfer.window"]

    case = movers.submitted(world, student, at=LATE, **OTHER, **DONE)
    row = Transfer.objects.get(case=case)
    assert (row.offline_on, row.offline_paper) == (date(2026, 9, 14), "审〔2026〕3 号")
    told = [(one["key"], one["effect"]) for one in case.findings]
    assert ("transfer.offline", "record") in told


def test_a_day_past_the_start_of_term_needs_the_exception_all_the_same(world):
    student, late = numbered(world), {**DONE, "offline_on": date(2026, 9, 15)}
    with pytest.raises(Rejected) as rejected:
        movers.submitted(world, student, at=LATE, **OTHER, **late)
    assert [one.key for one in rejected.value.unreasoned] == ["transfer.window"]


def test_who_takes_a_pupil_from_outside_names_them_too(world):
    case = asked(world, offline_on=NOON.date(), offline_paper="3 号")
    assert Transfer.objects.get(case=case).offline_paper == "3 号"


FIRST_DAY = date(2026, 9, 1)


def blocked(ask) -> list[str]:
    with pytest.raises(Rejected) as rejected:
        ask()
    return [one.key for one in rejected.value.findings if one.effect == "block"]


@pytest.mark.parametrize("day", [FIRST_DAY - timedelta(days=1), date.min])
def test_a_day_before_this_term_is_not_taken(world, day):
    late = {"offline_on": day, "offline_paper": "3 号"}
    assert blocked(lambda: asked(world, **late)) == ["transfer.offline"]
    case = asked(world, **late | {"offline_on": FIRST_DAY})
    assert Transfer.objects.get(case=case).offline_on == FIRST_DAY


def test_a_day_before_the_pupil_came_to_the_school_is_not_taken(world):
    student = numbered(world)
    Placement.objects.filter(student=student).update(starts=NOON.date())  # the second day of term
    early = {"offline_on": FIRST_DAY, "offline_paper": "3 号"}
    assert blocked(lambda: movers.submitted(world, student, **early)) == ["transfer.offline"]
    late = early | {"offline_on": NOON.date()}
    case = movers.submitted(world, student, at=NOON + timedelta(days=1), **late)
    assert Transfer.objects.get(case=case).offline_on == NOON.date()


def test_what_was_returned_and_is_sent_again_next_term_keeps_the_day_of_its_own_term(world):
    student, spring = numbered(world), NOON + timedelta(days=180)
    late = {**DONE, "reason": "move"}
    case = sign(
        world, movers.submitted(world, student, at=LATE, **late), "principal", decision="returned"
    )
    acting = world.acting("clerk", at=spring)

    def sent(student, typed, **other):
        asked = movers.asked(student, world.schools["上庄小学"], **late | other)
        return submit(typed=typed, asked=asked, reasons={}, acting=acting)

    old = Typed(row={}, case=case)
    early = date(2026, 8, 31)
    assert blocked(lambda: sent(student, old, offline_on=early)) == ["transfer.offline"]
    sent(student, old)
    assert Transfer.objects.get(case=case).offline_on == date(2026, 9, 14)
    other = numbered(world)
    assert blocked(lambda: sent(other, Typed(row={}))) == ["transfer.offline"]


def test_a_day_without_paper_is_asked_for_by_the_form_whatever_the_rule_says(world, client_of):
    form = {"form_key": str(uuid4()), "to_where": "inside", "reason": "move"}
    day, paper = {"offline_on": "2026-09-02"}, {"offline_paper": "3 号"}
    with time_machine.travel(NOON, tick=False):
        clerk = client_of("clerk")
        for sent, lacking in ((day, "offline_paper"), (paper, "offline_on")):
            answer = clerk.post("/transfers/new/", {**form, **sent, "save": "send"})
            assert [name for name in answer.context["form"].errors if "offline" in name] == [
                lacking
            ]
            kept = clerk.post(
                "/transfers/new/", {**form, **sent, "form_key": str(uuid4()), "save": "draft"}
            )
            assert kept.status_code == 302


def test_the_database_keeps_day_and_paper_together(world):
    rows = Transfer.objects.filter(case=movers.submitted(world, numbered(world)))
    for broken in ({"offline_on": NOON.date()}, {"offline_paper": "3 号"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)


def test_the_pages_ask_for_them_and_show_them_to_every_party(world, client_of):
    student = numbered(world)
    form = {
        "form_key": str(uuid4()),
        "student": str(student.pk),
        "to_where": "inside",
        "to_school": "上庄小学",
        "papers": ["household_book", "property_proof"],
        "save": "send",
        **OTHER,
        "offline_on": "2026-09-14",
    }
    with time_machine.travel(LATE, tick=False):
        clerk = client_of("clerk")
        lacking = clerk.post("/transfers/new/", form)
        assert list(lacking.context["form"].errors) == ["offline_paper"]
        clerk.post("/transfers/new/", {**form, "offline_paper": "审〔2026〕3 号"})
        case = Case.objects.get(kind="transfer")
        for who in ("clerk", "principal", "centre", "centre2", "clerk2"):
            page = client_of(who).get(f"/cases/{case.number}/").content.decode()
            assert "2026-09-14，审批表 审〔2026〕3 号" in page
        printed = clerk.get(f"/transfers/{case.number}/form/").content.decode()
        assert "2026-09-14 线下先办，审批表 审〔2026〕3 号" in printed
