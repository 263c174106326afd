"""The desk tells what waits for a post beside its cases."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.numbering import making
from tests.world import NOON
from xueji.cases import inbox
from xueji.cases.models import Case, Decision, Step
from xueji.cases.todos import Todo
from xueji.organisations.models import School, SchoolYear

ENDED = re.compile(r'<section[^>]*aria-labelledby="desk-ended">(.*?)</section>', re.S)
NEXT = re.compile(r'<section[^>]*aria-labelledby="desk-next">(.*?)</section>', re.S)


def next_acts(client) -> list[tuple[str, str]]:
    """Address and words of each line of 接着办."""
    shown = unescape(client.get(reverse("desk")).content.decode())
    lines = re.findall(r'<li><a href="([^"]*)">(.*?)</a>', "".join(NEXT.findall(shown)))
    return [(address, re.sub(r"<[^>]+>", "", words)) for address, words in lines]


@pytest.fixture
def waiting(world):
    """Two without a class and one to number in the township, three to number in the town."""
    making.entrants(world, ["甲", "乙"], class_number=None)
    making.entrants(world, ["丙"])
    making.entrants(world, ["丁", "戊", "己"], school="迁安城区小学")
    return world


@pytest.mark.parametrize(
    ("person", "told"),
    [
        ("clerk", [("/enrollment/classes/", "待分班 2 名")]),
        ("centre", [("/numbering/?waiting=1", "待编号 1 名")]),
        ("county", [("/numbering/?waiting=1", "待编号 3 名")]),
        ("principal", []),
        ("clerk2", []),
        ("centre2", []),
        ("county-head", []),
        ("county9", []),
        ("city", []),
        ("province", []),
        ("auditor", []),
    ],
)
def test_each_post_is_told_what_it_can_do(waiting, client_of, person, told):
    assert next_acts(client_of(person)) == told


def test_the_prefecture_numbers_the_schools_it_runs(waiting, client_of):
    School.objects.filter(organisation__name="迁安城区小学").update(
        run_by=waiting.organisations["唐山市教育局"]
    )
    assert next_acts(client_of("city")) == [("/numbering/?waiting=1", "待编号 3 名")]
    assert next_acts(client_of("county")) == []


def test_an_empty_inbox_points_to_what_comes_next(waiting, client_of):
    shown = client_of("centre").get(reverse("desk")).content.decode()
    assert "没有轮到您签署的业务件" in shown


@pytest.mark.parametrize("person", ["clerk", "centre", "county"])
def test_queries_do_not_grow_with_who_waits(world, client_of, person):
    counted = []
    for start in (0, 10):
        for school in ("清泉小学", *(["邻泉小学", "上庄小学"] if start else [])):
            making.entrants(world, making.names(2, start), school=school, class_number=None)
            making.entrants(world, making.names(2, start + 5), school=school)
        making.entrants(world, making.names(2, start), school="迁安城区小学")
        client = client_of(person)
        client.get(reverse("desk"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("desk"))
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_who_has_got_a_number_waits_no_longer(world, client_of):
    pupils.enrolled(world)
    making.entrants(world, ["丙"])
    making.issue(world)
    assert next_acts(client_of("centre")) == []


def ended(client) -> list[str]:
    shown = unescape(client.get(reverse("desk")).content.decode())
    lines = re.findall(r"</time></span><span>(.*?)</li>", "".join(ENDED.findall(shown)))
    return [re.sub(r"<[^>]+>", "", words) for words in lines]


@time_machine.travel(NOON, tick=False)
def test_a_county_is_told_of_schools_that_wait_for_it_and_of_a_year_without_calendar(
    world, client_of
):
    School.objects.filter(code__in=["017", "034", "005"]).update(connected_on=None)
    SchoolYear.objects.filter(county=world.organisations["迁安市教育局"]).update(
        starts_on=date(2025, 9, 1), ends_on=date(2026, 8, 31)
    )
    lines = ("/organisations/?unconnected=1", "/organisations/calendar/")
    told = {
        who: [words for address, words in next_acts(client_of(who)) if address in lines]
        for who in ("county", "county9", "centre", "city")
    }
    assert told == {
        "county": ["还没有入网的学校 2 所", "本学年的校历还没有填 1 个学年"],
        "county9": ["还没有入网的学校 1 所"],
        "centre": [],
        "city": [],
    }
    listed = client_of("county").get("/organisations/", {"unconnected": "1"}).context["lines"]
    assert [line.office.name for line in listed] == ["清泉小学", "上庄小学"]


@time_machine.travel(NOON + timedelta(days=29), tick=False)
def test_the_maker_is_told_of_what_others_ended(world, client_of):
    case = pupils.submitted(world, name="许知远")
    pupils.sign(world, case, "principal", decision=Decision.REFUSED, note="不属于本校服务范围")
    people = ("clerk", "principal", "clerk2", "centre", "county")
    told = {"clerk": ["不同意 许知远不属于本校服务范围"]}
    assert {who: ended(client_of(who)) for who in people} == {
        who: told.get(who, []) for who in people
    }


@pytest.mark.parametrize(
    ("person", "late"),
    [
        ("county", [("清泉小学", "校长", 2), ("上庄小学", "校长", 1)]),
        ("centre", [("清泉小学", "校长", 2)]),
        ("principal", []),
        ("county9", []),
    ],
)
def test_an_office_is_told_who_below_it_is_late(world, client_of, person, late):
    for clerk, name in (("clerk", "甲一"), ("clerk", "甲二"), ("clerk2", "乙一")):
        place = pupils.SHANGZHUANG if clerk == "clerk2" else {}
        case = pupils.submitted(world, clerk, name=name, **place)
        Case.objects.filter(pk=case.pk).update(due_on=date(2026, 1, 5))
    shown = client_of(person).get(reverse("desk")).context["late"]
    assert [(row["office"], row["role"], row["count"]) for row in shown] == late


@pytest.mark.parametrize(
    ("most", "late", "until", "words"),
    [
        (1, [], date(2026, 1, 4), "最早到期的一天就有 1 件以上"),
        (2, [("清泉小学", 2)], date(2026, 1, 5), "及以前到期的"),
        (3, [("清泉小学", 2)], date(2026, 1, 5), "及以前到期的"),
        (4, [("上庄小学", 2), ("清泉小学", 2)], None, ""),
    ],
)
def test_of_more_than_are_counted_the_longest_overdue_are_told_with_their_day(
    world, client_of, monkeypatch, most, late, until, words
):
    monkeypatch.setattr(inbox, "MOST_LATE", most)
    for day, (clerk, place) in enumerate((("clerk", {}), ("clerk2", pupils.SHANGZHUANG)), start=5):
        for _ in range(2):
            case = pupils.submitted(world, clerk, **place)
            Case.objects.filter(pk=case.pk).update(due_on=date(2026, 1, day))
    page = client_of("county").get(reverse("desk"))
    told = [(row["office"], row["count"]) for row in page.context["late"]]
    assert (sorted(told), page.context["late_until"]) == (late, until)
    shown = page.content.decode()
    both = ("最早到期的一天就有 1 件以上", "及以前到期的")
    assert [said for said in both if said in shown] == [said for said in (words,) if said]


def test_of_what_was_signed_at_one_moment_the_newest_is_told_first(world, client_of):
    """Whatever order the rows lie in: each was stored anew, from the last to the first."""
    cases = [pupils.submitted(world, name=f"许{name}") for name in "甲乙丙丁戊己"]
    for case in cases:
        pupils.sign(world, case, "principal", decision=Decision.AGREED)
    signed = Step.objects.filter(case__in=cases, decision=Decision.AGREED)
    for pk in signed.order_by("-pk").values_list("pk", flat=True):
        for moment in (NOON + timedelta(seconds=1), NOON):
            signed.filter(pk=pk).update(decided_at=moment)
    told = client_of("principal").get(reverse("desk")).context["signed"]
    assert [step.case.title for step in told] == ["许己", "许戊", "许丁", "许丙", "许乙"]


def test_cases_are_told_by_the_days_they_wait(world):
    case, acting = pupils.submitted(world), world.acting("county")
    day, moment = timedelta(days=1), timedelta(seconds=1)
    found = []
    for waited in (0 * day, 3 * day - moment, 3 * day, 7 * day - moment, 7 * day, 14 * day):
        Case.objects.filter(pk=case.pk).update(waiting_since=acting.at - waited)
        found += [label for label, count in inbox.ages(acting) if count]
    assert found == ["3 天以内", "3 天以内", "3–6 天", "3–6 天", "7–13 天", "14 天以上"]
    assert sum(count for _, count in inbox.ages(world.acting("county9"))) == 0


@pytest.mark.parametrize(
    ("count", "told"), [(1, (1, "名")), (10_000, (10_000, "名")), (10_001, (10_000, "名以上"))]
)
def test_what_is_counted_to_a_bound_says_so(count, told):
    todo = Todo(label="转学逾期", count=count, help="", url="transfers")
    assert (todo.shown, todo.of_what) == told
