"""The list of exceptions: who asked, which rule, who granted or refused it; and who sees it."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from xueji.audit.models import Access
from xueji.cases import services
from xueji.cases.models import Case, Decision
from xueji.pages import paging

pytestmark = pytest.mark.usefixtures("noon")

REASON = {"reason_entry.underage": "差一天满六周岁，已读完幼儿园"}
FAR = {
    **pupils.living_in("130283101201", "杨各庄镇 上庄村"),
    "reason_entry.catchment": "租住在本校附近",
}
TO_COUNTY = ("principal", "centre")


def young(world, **more: str) -> Case:
    """A case of 清泉小学 that asks for an exception; no two look like the same child."""
    serial = Case.objects.count()
    number = pupils.id_number(born=date(2020, 9, 1) + timedelta(days=31 * serial))
    row = {"id_number": number, "name": "郑" + chr(0x6000 + serial), **REASON, **more}
    return pupils.submitted(world, "clerk", **row)


def listed(client, **query) -> str:
    response = client.get(reverse("rules_exceptions"), query)
    assert response.status_code == 200
    body = response.content.decode()
    shown = re.sub(r"<[^>]+>", " ", body[body.index("<main") :])
    return " ".join(unescape(shown).split())


def numbers(client, **query) -> list[str]:
    """The cases on the page, in its order."""
    body = client.get(reverse("rules_exceptions"), query).content.decode()
    return re.findall(r'<th scope="row" class="fit"><a href="/cases/([^/]+)/"', body)


def test_the_list_says_who_asked_why_and_who_decides(world, client_of):
    case = young(world, name="郑小满")

    shown = listed(client_of("county"))

    assert f"郑小满 {case.number} 清泉小学 不足龄入学 " in shown
    assert "差一天满六周岁，已读完幼儿园 某clerk 清泉小学 今天 12:00 待决定" in shown
    assert "待决定 迁安市教育局 教育科" in shown


@pytest.mark.parametrize(
    ("decision", "answer"),
    [
        (Decision.AGREED, "已批准 迁安市教育局 教育科 某county 今天 12:00 请改正"),
        (Decision.REFUSED, "不同意 迁安市教育局 教育科 某county 今天 12:00 请改正"),
        (Decision.RETURNED, "退回补正 迁安市教育局 教育科 某county 今天 12:00 请改正"),
    ],
)
def test_the_list_says_what_the_post_answered(world, client_of, decision, answer):
    case = pupils.sign(world, young(world), *TO_COUNTY)
    pupils.sign(world, case, "county", decision=decision, note="请改正")

    assert answer in listed(client_of("clerk"))


def test_a_request_that_was_withdrawn_was_never_decided(world, client_of):
    case = young(world)
    services.withdraw(case_id=case.pk, note="不办了", acting=world.acting("clerk"))

    assert "没有决定 迁安市教育局 教育科" in listed(client_of("clerk"))


@pytest.mark.parametrize(
    ("username", "sees"),
    [
        ("clerk", True),
        ("principal", True),
        ("centre", True),
        ("county-head", True),
        ("province", True),
        ("clerk1b", False),  # the neighbour
        ("centre2", False),
        ("clerk2", False),
        ("county9", False),
    ],
)
def test_a_post_sees_the_exceptions_of_its_own_reach(world, client_of, username, sees):
    case = young(world, name="郑小满")

    shown = listed(client_of(username))

    assert (case.number in shown, "郑小满" in shown) == (sees, sees)
    assert ("还没有人申请过例外" in shown) is not sees


@pytest.mark.parametrize("username", ["auditor", "admin"])
def test_who_may_not_read_cases_reads_no_exceptions(world, client_of, username):
    young(world)

    assert client_of(username).get(reverse("rules_exceptions")).status_code == 404


def test_the_list_is_filtered_by_rule_answer_and_day(world, client_of):
    county = client_of("county")
    underage, far = young(world).number, pupils.submitted(world, **FAR).number
    county_granted = pupils.sign(world, young(world), *TO_COUNTY, "county", note="材料已核").number

    assert numbers(county) == [county_granted, far, underage]
    assert numbers(county, rule="entry.catchment") == [far]
    assert numbers(county, answer="granted") == [county_granted]
    assert numbers(county, answer="waiting", rule="entry.underage") == [underage]
    assert numbers(county, **{"from": "2026-09-02", "to": "2026-09-02"}) == [
        county_granted,
        far,
        underage,
    ]
    assert numbers(county, **{"from": "2026-09-03"}) == []
    assert numbers(county, to="2026-09-01") == []
    assert "没有符合筛选的例外" in listed(county, to="2026-09-01")


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2026-02-30"},
        {"to": "昨天"},
        {"from": "0001-01-01"},
        {"to": "9999-12-31"},
        {"rule": "no.such"},
        {"answer": "'; --"},
    ],
)
def test_a_filter_that_means_nothing_is_passed_over_and_named(world, client_of, query):
    case = young(world)
    county = client_of("county")

    assert numbers(county, **query) == [case.number]
    assert f"没有使用 「{next(iter(query.values()))}」" in listed(county, **query)


def test_the_look_is_recorded_with_each_pupil_once(world, client_of):
    case = pupils.submitted(
        world, **FAR, id_number=pupils.id_number(born=date(2020, 9, 1)), **REASON
    )

    assert numbers(client_of("county"), answer="waiting") == [case.number] * 2
    assert list(Access.objects.values_list("kind", "page", "students", "filter")) == [
        ("list", "exceptions", [case.student_id], "answer=waiting")
    ]


def test_an_empty_list_records_nothing(client_of):
    listed(client_of("county"))

    assert Access.objects.count() == 0


def test_pages_follow_each_other_newest_first(world, client_of, monkeypatch):
    monkeypatch.setattr(paging.page, "__kwdefaults__", {**paging.page.__kwdefaults__, "size": 2})
    county = client_of("county")
    cases = [young(world).number for _ in range(5)][::-1]

    def follow(query: str, word: str) -> str:
        body = county.get(reverse("rules_exceptions") + query).content.decode()
        return unescape(re.search(rf'href="(\?[^"]+)" rel="{word}"', body)[1])

    def on(query: str) -> list[str]:
        body = county.get(reverse("rules_exceptions") + query).content.decode()
        return re.findall(r'<th scope="row" class="fit"><a href="/cases/([^/]+)/"', body)

    second = follow("", "next")
    third = follow(second, "next")
    assert [on(""), on(second), on(third)] == [cases[:2], cases[2:4], cases[4:]]
    assert on(follow(third, "prev")) == cases[2:4]


def test_the_list_asks_as_often_for_three_rows_as_for_one(world, client_of):
    county, asked = client_of("county"), []
    for more in (1, 2):
        for _ in range(more):
            young(world)
        listed(county)
        with CaptureQueriesContext(connection) as queries:
            listed(county)
        asked.append(len(queries))

    assert asked[0] == asked[1]
