"""What the proofs of the register found is kept, told on two desks with its age, and explained."""

from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from numbering.models import RegisterNumber
from numbering.queries.check import FAULTS as NUMBER_FAULTS
from tests import pupils
from tests import world as worlds
from tests.browsing import words
from tests.numbering import making
from tests.world import NOON
from xueji.jobs import services as jobs
from xueji.jobs.models import Job
from xueji.ledger import examinations
from xueji.ledger.models import Examination
from xueji.ledger.proofs import proofs
from xueji.organisations.models import Level
from xueji.organisations.services import found
from xueji.pages.check_words import FAULTS
from xueji.students.models import Student

HOUR = timedelta(hours=1)
LEDGER, NUMBERS = examinations.NAMES


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def left() -> list[tuple[str, int, dict]]:
    rows = Examination.objects.order_by("name", "pk")
    return [(row.name, row.looked_at, row.faults) for row in rows]


def leave(name: str = LEDGER, *, hours: float = 0, looked_at: int = 5, **faults: int) -> None:
    with time_machine.travel(NOON - hours * HOUR, tick=False):
        examinations.leave(
            name=name, began_at=NOON - hours * HOUR, looked_at=looked_at, faults=faults
        )


def make(kind: str) -> None:
    """As the sweeper and a worker do it."""
    jobs.enqueue(kind=kind, key=f"{kind}:{Job.objects.count()}", parameters={})
    assert jobs.run_next()


def told(client) -> dict[str, tuple]:
    """What the desk says of the proofs, beside and among what is to do."""
    context = client.get(reverse("desk")).context
    todos = {t.label: (t.count, t.since, t.due) for t in context["todos"] if t.url == "checks"}
    return {line.title: line.verdict[0] for line in context["proved"]}, todos


def test_the_daily_jobs_leave_what_they_found(world):
    pupils.enrolled(world)
    make("ledger_check")
    Student.objects.update(grade=2)
    make("ledger_check")
    sound, spoiled = left()
    assert sound == (LEDGER, 1, {})
    assert spoiled[:2] == (LEDGER, 1)
    assert {"place_is_copied": 1, "history_is_complete": 1}.items() <= spoiled[2].items()


def test_the_daily_jobs_count_the_numbers_that_are_at_fault(world):
    making.entrants(world, making.names(3))
    making.issue(world)
    make("numbers_check")
    RegisterNumber.objects.get(serial=2).delete()
    make("numbers_check")
    assert left() == [
        (NUMBERS, 3, {}),
        (NUMBERS, 2, {"gap": 1, "student_without_live_number": 1}),
    ]


def test_the_commands_leave_what_they_found_and_an_empty_register_is_no_fault(world):
    with pytest.raises(CommandError):
        call_command("check_ledger")
    with pytest.raises(SystemExit):
        call_command("check_numbers")
    assert left() == [(LEDGER, 0, {}), (NUMBERS, 0, {})]


def test_faults_beyond_those_that_are_told_are_counted_too():
    faults = [{"check": "a", "student": 1}, {"check": "a", "more": 7}, {"check": "b", "event": 2}]
    assert examinations.tally(faults) == {"a": 8, "b": 1}


def test_the_last_four_hundred_of_a_proof_are_kept(world, monkeypatch):
    monkeypatch.setattr(examinations, "KEPT", 3)
    leave(NUMBERS, hours=100)
    for hours in (5, 4, 3, 2):
        leave(hours=hours, looked_at=hours)
    assert left() == [(LEDGER, 4, {}), (LEDGER, 3, {}), (LEDGER, 2, {}), (NUMBERS, 5, {})]


@pytest.fixture
def above_all(world, client_of):
    """``above_all("auditor")``: a client of that role at the province, above all there is."""

    def client(role: str = "auditor"):
        worlds.hire(world, "above", role, "河北省教育厅")
        return client_of("above")

    return client


@pytest.mark.parametrize("role", ["auditor", "security"])
def test_the_desk_tells_of_faults_in_red_and_leads_to_what_they_mean(above_all, role):
    leave(hours=1, gap=2, turn_is_copied=1)
    leave(NUMBERS)
    client = above_all(role)
    assert told(client) == (
        {"学籍台账": "3 处问题", "学籍号": "没有问题"},
        {"数据核对发现问题：学籍台账": (3, NOON - HOUR, NOON.date())},
    )
    shown = client.get(reverse("checks")).content.decode()
    assert "号段中间缺号：2 处" in shown
    assert "在办业务件轮到谁与环节不一致：1 处" in shown


OF_A_COUNTY = [
    ("auditor", "迁安市教育局"),
    ("security", "迁安市教育局"),
    ("auditor", "滦州市教育局"),
]


@pytest.mark.parametrize(("role", "county"), OF_A_COUNTY)
def test_a_county_is_told_whether_there_are_faults_and_nothing_of_the_others(
    world, client_of, role, county
):
    """Neither how many pupils and numbers all counties have, nor what is at fault with them."""
    worlds.hire(world, "other", role, county)
    leave(hours=1, looked_at=74123, gap=613, turn_is_copied=1)
    leave(NUMBERS, looked_at=85321)
    client = client_of("other")
    assert told(client) == (
        {"学籍台账": "有问题", "学籍号": "没有问题"},
        {"数据核对发现问题：学籍台账": (1, NOON - HOUR, NOON.date())},
    )
    for page in ("checks", "desk"):
        shown = words(client.get(reverse(page)))
        totals = ("74123", "85321", "613", "614", "号段中间缺号", "与环节不一致")
        assert [total for total in totals if total in shown] == []
        assert "有问题" in shown


def test_a_province_beside_another_one_is_not_above_all(world, above_all):
    client = above_all()
    leave(gap=613)
    assert told(client)[0]["学籍台账"] == "613 处问题"
    found(
        parent=None,
        level=Level.PROVINCE,
        name="天津市教育委员会",
        division_code="12",
        number_code="12",
        rule_set="national",
    )
    assert told(client)[0]["学籍台账"] == "有问题"


@pytest.mark.parametrize("who", ["clerk", "county", "province", "admin"])
def test_whoever_watches_over_nothing_does_not_find_the_page(world, client_of, who):
    assert client_of(who).get(reverse("checks")).status_code == 404


@pytest.mark.parametrize(
    ("hours", "words", "late"),
    [(0, "没有问题", False), (36, "没有问题", False), (36.1, "逾期", True)],
)
def test_a_proof_is_overdue_after_a_day_and_a_half(world, client_of, hours, words, late):
    leave(hours=hours)
    leave(NUMBERS)
    proved, todos = told(client_of("auditor"))
    at = NOON - hours * HOUR
    assert proved == {"学籍台账": words, "学籍号": "没有问题"}
    label = "数据核对没有按时做：学籍台账"
    assert todos == ({label: (1, at, (at + 24 * HOUR).date())} if late else {})


def test_a_proof_of_just_after_midnight_was_due_on_the_next_day(world, client_of):
    leave(hours=60 - 1 / 12)  # five past midnight, yesterday in UTC
    leave(NUMBERS)
    _, todos = told(client_of("auditor"))
    assert [due for _, _, due in todos.values()] == [NOON.date() - timedelta(days=1)]


def test_what_was_found_and_that_nothing_was_proved_since_are_both_told(world, client_of):
    leave(hours=40, gap=1)
    leave(NUMBERS)
    _, todos = told(client_of("auditor"))
    assert list(todos) == ["数据核对发现问题：学籍台账", "数据核对没有按时做：学籍台账"]


def test_proofs_that_were_never_made_are_told(world, client_of):
    assert told(client_of("security")) == (
        {"学籍台账": "还没核对", "学籍号": "还没核对"},
        {
            "数据核对没有按时做：学籍台账": (1, None, NOON.date()),
            "数据核对没有按时做：学籍号": (1, None, NOON.date()),
        },
    )


def test_who_keeps_accounts_is_not_told(world, client_of):
    leave(gap=2)
    assert told(client_of("admin")) == ({}, {})


def test_queries_do_not_grow_with_what_was_found(world, client_of):
    client, asked = client_of("auditor"), []
    client.get(reverse("checks"))
    for count in (1, 3):
        for hours in range(count):
            leave(hours=hours + 1, gap=count)
            leave(NUMBERS, hours=hours + 1)
        with CaptureQueriesContext(connection) as caught:
            client.get(reverse("checks"))
        asked.append(len(caught))
    assert asked[0] == asked[1]


def test_every_kind_of_fault_has_its_words():
    known = {proof.name for proof in proofs()} | NUMBER_FAULTS.keys()
    assert FAULTS.keys() == known | {"prefix_not_of_the_codes"}
