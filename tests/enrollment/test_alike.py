"""Whoever decides about a child who looks like another one sees the other one, within reach."""

from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from xueji.audit.models import Access, AccessKind
from xueji.cases.alike import Alike, compare
from xueji.cases.models import Decision

BORN = date(2020, 4, 5)
REASON = {"reason_entry.duplicate.near": "双胞胎，号码已核对"}


def number(order: int) -> str:
    return pupils.id_number(born=BORN, order=order)


def like(world, clerk="clerk2", name="陈羽彤", **more):
    """A case of a child who looks like one that is there already."""
    where = {"clerk2": pupils.SHANGZHUANG, "clerk9": pupils.LUANZHOU}.get(clerk, {})
    return pupils.submitted(world, clerk, id_number=number(9), name=name, **where, **REASON, **more)


def page(client, case) -> str:
    return unescape(client.get(reverse("case", args=[case.number])).content.decode())


def test_the_county_sees_the_other_pupil_with_school_number_and_link(world, client_of):
    other = pupils.enrolled(world, id_number=number(7), name="陈雨桐")
    case = like(world)

    shown = page(client_of("county"), case)

    assert "姓名同音，同性别，出生日期相同，证件号不同" in shown
    assert f'<a href="{reverse("student", args=[other.pk])}">陈雨桐</a>' in shown
    assert f"{other.id_number[:6]}********{other.id_number[-4:]}" in shown
    assert ("清泉小学" in shown, other.id_number in shown) == (True, False)
    assert "不在您的岗位范围内" not in shown


def test_the_look_at_the_other_pupil_is_recorded(world, client_of):
    other = pupils.enrolled(world, id_number=number(7), name="陈雨桐")
    case = like(world)
    page(client_of("county"), case)
    look = Access.objects.get(kind=AccessKind.VIEW, page="cases")
    assert look.students == [case.student_id, other.pk]


def test_a_child_on_the_way_to_a_register_is_reached_by_its_case(world, client_of):
    other = pupils.submitted(world, id_number=number(7), name="陈雨桐")
    shown = page(client_of("county"), like(world))
    assert f'<a href="{reverse("case", args=[other.number])}">陈雨桐</a>' in shown


@pytest.mark.parametrize(
    ("clerk", "who", "ask"),
    [
        ("clerk2", "principal2", "杨各庄镇中心校"),
        ("clerk2", "centre2", "迁安市教育局"),
        ("clerk9", "county9", "唐山市教育局"),
    ],
)
def test_of_a_child_out_of_reach_only_that_it_exists_and_whom_to_ask(
    world, client_of, clerk, who, ask
):
    other = pupils.enrolled(world, id_number=number(7), name="欧阳雨桐")
    born = {"birth_place_code": "", "birth_place_text": "河北迁安"}
    case = like(world, clerk, name="欧阳雨桐", **born)

    shown = page(client_of(who), case)

    assert f"有 1 名相像的学生不在您的岗位范围内，不在这里显示。请与{ask}联系" in shown
    assert reverse("student", args=[other.pk]) not in shown
    for secret in ("清泉小学", "建昌营镇", other.id_number[-4:]):
        assert secret not in shown
    assert Access.objects.get(kind=AccessKind.VIEW, page="cases").students == [case.student_id]


def test_the_office_above_both_sees_both(world, client_of):
    other = pupils.enrolled(world, id_number=number(7), name="陈雨桐")
    shown = page(client_of("city"), like(world, "clerk9"))
    assert reverse("student", args=[other.pk]) in shown


def test_a_case_taken_back_leaves_nobody_to_compare_with(world):
    other = pupils.submitted(world, id_number=number(7), name="陈雨桐")
    case = like(world)
    pupils.sign(world, other, "principal", decision=Decision.REFUSED)
    assert compare(case, world.acting("county")) == Alike()


def test_what_is_decided_asks_for_no_comparison(world):
    pupils.enrolled(world, id_number=number(7), name="陈雨桐")
    case = pupils.sign(world, like(world), "principal2", decision=Decision.REFUSED)
    assert compare(case, world.acting("county")) == Alike()


def test_queries_do_not_grow_with_those_who_look_alike(world, client_of):
    counted = []
    pupils.enrolled(world, id_number=number(1), name="陈雨桐")
    case = like(world)
    for order in (3, 5):
        client = client_of("county")
        page(client, case)
        with CaptureQueriesContext(connection) as queries:
            page(client, case)
        counted.append(len(queries))
        pupils.enrolled(world, id_number=number(order), name="陈雨桐", **REASON)
    assert counted[0] == counted[1]
