"""全部项目: the whole national sheet on the page of a pupil, as it stood, to those who may."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from tests import pupils
from tests.world import NOON
from xueji.pages.pupil import past
from xueji.pages.pupil.scope import find
from xueji.students import services as students
from xueji.students import sheet
from xueji.students.models import Student
from xueji.students.showing import NOT_SHOWN, text_of

LATER = NOON + timedelta(days=90)


@pytest.fixture
def student(world):
    return pupils.enrolled(world, specialty="剪纸")


def learns(world, student, specialty, *, days):
    acting = world.acting("clerk", at=NOON + timedelta(days=days))
    students.write_sheet(
        student=student, values={"specialty": specialty}, acting=acting, reason="更正"
    )


def lines(client_of, who, student, **query):
    """The first line of each label on the page of that person."""
    with time_machine.travel(LATER, tick=False):
        shown = client_of(who).get(reverse("student", args=[student.pk]), {"tab": "sheet", **query})
    found = {}
    for group in shown.context["groups"]:
        for line in group.lines:
            found.setdefault(line.label, line.text)
    return found


def test_it_stands_as_it_stood_on_a_day(world, student):
    learns(world, student, "围棋", days=20)
    scope = find(world.acting("county", at=LATER), student.pk)

    told = [past.as_on(scope, date(2026, 9, day)).sheet.specialty for day in (21, 22)]

    assert told == ["剪纸", "围棋"]


def test_the_page_shows_now_and_then(world, client_of, student):
    learns(world, student, "围棋", days=20)

    assert lines(client_of, "clerk", student)["特长"] == "围棋"
    assert lines(client_of, "clerk", student, on="2026-09-21")["特长"] == "剪纸"


def test_a_former_school_reads_the_sheet_of_its_own_time_without_medical_items(
    world, client_of, student
):
    acting = world.acting("county", at=NOON + timedelta(days=30))
    pupils.move(student, to=world.schools["上庄小学"], acting=acting)
    learns(world, student, "围棋", days=40)

    told = lines(client_of, "clerk", student)

    assert (told["特长"], told["健康状况"]) == ("剪纸", NOT_SHOWN)


@pytest.mark.parametrize(
    ("who", "health"),
    [("clerk", "健康或良好"), ("county", "健康或良好"), ("centre", NOT_SHOWN)],
)
def test_medical_items_are_for_the_school_and_the_county(world, client_of, student, who, health):
    assert lines(client_of, who, student)["健康状况"] == health


def test_what_changed_stands_in_the_history_without_what_is_sensitive(world, client_of, student):
    acting = world.acting("clerk", at=NOON + timedelta(days=20))
    students.write_sheet(
        student=student,
        values={"specialty": "围棋", "orphan": True, "health": "50"},
        acting=acting,
        reason="更正",
    )
    with time_machine.travel(LATER, tick=False):
        path = reverse("student", args=[student.pk])
        shown = client_of("clerk").get(path, {"tab": "history", "kind": "changes"})
    newest = shown.context["timeline"].entries[0].changes
    hidden = "有改动（内容不在履历中显示）"
    assert [(one.label, one.old, one.new) for one in newest] == [
        ("健康状况", "", hidden),
        ("特长", "剪纸", "围棋"),
        ("是否孤儿", "", hidden),
    ]


@pytest.mark.parametrize(
    ("place", "code", "says"),
    [
        ("建昌营镇 军屯村", "130283103227", "建昌营镇 军屯村"),
        ("建昌营镇 军屯村", "", "建昌营镇 军屯村（区划代码待核）"),
        ("中国", "", "中国（区划代码待核）"),
        ("德国", "", "德国"),
        ("香港", "", "香港"),
        ("", "", ""),
    ],
)
def test_a_place_without_code_says_so_unless_it_has_none(place, code, says):
    (item,) = (item for item in sheet.items() if item.field == "hukou_text")
    assert text_of(item, Student(hukou_text=place, hukou_code=code)) == says


def test_the_page_of_a_child_from_abroad_waits_for_no_code(world, client_of, student):
    acting = world.acting("clerk", at=NOON + timedelta(days=2))
    pupils.correct(student, acting=acting, hukou_text="德国", hukou_code="")
    page = client_of("clerk").get(reverse("student", args=[student.pk])).content.decode()
    assert ('<dd>德国<span class="why"></span></dd>' in page, "待核" in page) == (True, False)
    pupils.correct(student, acting=acting, hukou_text="建昌营镇")
    page = client_of("clerk").get(reverse("student", args=[student.pk])).content.decode()
    assert '<dd>建昌营镇<span class="why">缺区划代码，待核</span></dd>' in page
