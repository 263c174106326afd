"""The desk tells what waits for a post beside its cases."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.numbering import making
from tests.world import NOON
from xueji.cases.models import Decision
from xueji.organisations.models import School

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


@time_machine.travel(NOON + timedelta(days=29), tick=False)
def test_the_maker_is_told_of_what_others_ended(world, client_of):
    case = pupils.submitted(world, name="许知远")
    pupils.sign(world, case, "principal", decision=Decision.REFUSED, note="不属于本校服务范围")
    people = ("clerk", "principal", "clerk2", "centre", "county")
    told = {"clerk": ["不同意 许知远不属于本校服务范围"]}
    assert {who: ended(client_of(who)) for who in people} == {
        who: told.get(who, []) for who in people
    }
