"""Any number, present or past, finds its holders with dates, within reach."""

from datetime import date

import pytest
from django.urls import reverse

from numbering.models import NumberState, RegisterNumber
from tests.browsing import text, words
from tests.numbering import making
from tests.numbering.browsing import queries as count
from xueji.audit.models import Access
from xueji.students.models import Student

pytestmark = pytest.mark.django_db
NUMBER = "02262601700001"


def ask(client, number: str = NUMBER):
    return client.get(reverse("numbering"), {"number": number})


@pytest.mark.parametrize("typed", [NUMBER, "02 26 26 017 0 0001", "０２２６２６０１７００００１"])
def test_a_number_finds_its_holder_with_the_day(world, client_of, typed):
    (student,) = making.entrants(world, ["龚梦瑶"])
    making.issue(world)
    shown = ask(client_of("centre"), typed)
    assert "龚梦瑶 02 26 26 017 0 0001 在用 9 月 2 日 今" in words(shown)
    assert "清泉小学 2026 级 就是这个号" in words(shown)
    assert reverse("student", args=[student.pk]) in text(shown)
    access = Access.objects.get()
    assert (access.students, access.page) == ([student.pk], "numbering")
    assert NUMBER not in access.filter


def test_a_past_number_says_until_when_and_why(world, client_of):
    making.entrants(world, making.names(3))
    rows = making.issue(world)
    making.void(world, rows[0])
    making.renumber(world)
    shown = words(ask(client_of("clerk"), rows[2].number))
    assert "0003 收回 9 月 2 日 9 月 2 日 由末号补空号，改为 02262601700001" in shown
    both = words(ask(client_of("clerk"), rows[0].number))
    assert "空号，已补给他人" in both
    assert "就是这个号" in both


@pytest.mark.parametrize(
    ("who", "finds"),
    [
        ("clerk", True),
        ("centre", True),
        ("county", True),
        ("city", True),
        ("province", True),
        ("clerk1b", False),
        ("centre2", False),
        ("county9", False),
    ],
)
def test_out_of_reach_is_answered_as_a_number_never_issued(world, client_of, who, finds):
    making.entrants(world, ["龚梦瑶"])
    making.issue(world)
    client = client_of(who)
    shown = ask(client)
    assert ("龚梦瑶" in text(shown)) is finds
    if not finds:
        never = ask(client, "02262601709998")
        assert words(shown).replace(NUMBER, "") == words(never).replace("02262601709998", "")
        assert Access.objects.count() == 0


@pytest.mark.parametrize("who", ["auditor", "admin"])
def test_who_has_no_register_data_gets_nothing(world, client_of, who):
    assert ask(client_of(who)).status_code == 404


def test_who_has_the_pupil_now_finds_the_number_of_the_former_school(world, client_of):
    (student,) = making.entrants(world, ["龚梦瑶"])
    making.issue(world)
    acting = world.acting("centre")
    RegisterNumber.objects.update(
        state=NumberState.RETIRED, ends=date(2026, 9, 9), reason="转学换号"
    )
    Student.objects.filter(pk=student.pk).update(number=None)
    student.refresh_from_db()
    making.move(student, world.schools["上庄小学"], acting=acting)
    assert "9 月 9 日 转学换号 清泉小学 2026 级 没有" in words(ask(client_of("clerk2")))
    former = ask(client_of("clerk"))
    assert "龚梦瑶" in text(former)  # its own period
    assert reverse("student", args=[student.pk]) not in text(former)


@pytest.mark.parametrize("typed", ["龚梦瑶", "0226", "' OR 1=1", "1" * 500])
def test_what_is_no_number_finds_nobody(world, client_of, typed):
    making.entrants(world, ["龚梦瑶"])
    making.issue(world)
    shown = ask(client_of("centre"), typed)
    assert (shown.status_code, "没有找到这个号" in words(shown)) == (200, True)


def test_it_takes_the_same_queries_for_one_holder_as_for_three(world, client_of):
    centre, path = client_of("centre"), f"{reverse('numbering')}?number={NUMBER}"
    making.entrants(world, ["甲"])
    making.issue(world)
    once = count(centre, path)
    for name in ("乙", "丙"):
        making.void(world, RegisterNumber.objects.get(state=NumberState.LIVE))
        making.entrants(world, [name])
        making.issue(world)
    assert count(centre, path) == once
    assert len(centre.get(path).context["rows"]) == 3
