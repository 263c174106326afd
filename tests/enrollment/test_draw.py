"""均衡分班 through the pages: asked, previewed, written once, printed, and what came after."""

import re
from collections import Counter

import pytest

from enrollment.models import Draw, DrawPlace, Excess
from enrollment.services import draw as drawing
from enrollment.services.assign import assign
from enrollment.services.balance import Wish
from tests.browsing import key, words
from tests.enrollment.classrooms import class_of
from tests.enrollment.drawing import (
    NEW,
    TOKEN,
    confirm,
    confirmed,
    plan_of,
    previewed,
    question,
    unplaced,
)
from tests.numbering import making
from xueji.cases.kinds import Refused
from xueji.ledger.models import EventKind
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student


# -- asking ---------------------------------------------------------------------------------------
def test_the_list_is_numbered_and_nothing_is_asked_yet(clerk, intake):
    page = words(clerk.get(f"{NEW}?year=2026"))
    assert "待分班名单（10 人，按拼音）" in page
    assert "确认分班" not in page


def test_without_a_seed_one_is_drawn_and_marked_as_drawn(clerk, world, intake):
    first = previewed(clerk, question(world, seed=""))
    second = previewed(clerk, question(world, seed=""))
    seeds = [re.search(r"seed=(\d{12})&", answer["Location"])[1] for answer in (first, second)]
    assert seeds[0] != seeds[1]
    assert f"种子 {seeds[0]}（系统抽取）" in words(clerk.get(first["Location"]))
    other = first["Location"].replace(seeds[0], seeds[1])
    assert f"种子 {seeds[1]}（学校填写）" in words(clerk.get(other))


def test_a_preview_says_what_each_class_gets_and_writes_nothing(clerk, world, intake):
    page = words(previewed(clerk, question(world)))
    assert "种子 8136（学校填写）" in page
    assert "均衡性别、户口所在村、社区、出生月份" in page
    assert "1 班 0 5 5 3 2" in page
    assert "2 班 0 5 5 3 2" in page
    assert (unplaced(), Draw.objects.count()) == (10, 0)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"classes": []}, "请勾选参加分班的班级，至少两个"),
        ({"classes": "one"}, "均衡分班至少要选本级的两个班"),
        ({"classes": ["999999"]}, "所选班级刚被撤销"),
        ({"keys": ["height"]}, "没有这个均衡项目"),
        ({"seed": "三十六"}, "种子只能是数字和英文字母"),
        ({"seed": "1" * 41}, "种子最多 40 位"),
        ({"a0": "1", "b0": "1", "how0": "together"}, "不能是同一人"),
        ({"a0": "1", "b0": "11", "how0": "apart"}, "两名学生的序号（1 至 10）"),
        ({"a0": "", "b0": "", "how0": "apart"}, "两名学生的序号（1 至 10）"),
        ({"a0": "x", "b0": "2", "how0": "apart"}, "名单序号是整数"),
    ],
)
def test_a_question_that_makes_no_sense_is_answered_with_the_reason(
    clerk, world, intake, change, says
):
    if change.get("classes") == "one":
        change = {"classes": [class_of(world, "clerk").pk]}
    answer = previewed(clerk, question(world, **change))
    assert (answer.status_code, says in words(answer)) == (200, True)
    assert "确认分班" not in words(answer)


def test_a_class_of_another_school_takes_no_part(clerk, world, intake):
    ids = [class_of(world, "clerk").pk, class_of(world, "clerk2").pk]
    answer = previewed(clerk, question(world, classes=ids))
    assert "所选班级刚被撤销" in words(answer)
    with pytest.raises(Refused):
        plan_of(world, classes=ids)


def test_more_pupils_than_seats_are_refused_with_the_number(clerk, world, intake):
    SchoolClass.objects.update(capacity=4)
    page = words(previewed(clerk, question(world)))
    assert "待分班 10 人，所选各班只有 8 个空位，差 2 个" in page


def test_the_limit_of_the_rule_goes_before_a_larger_class(world, intake):
    SchoolClass.objects.update(capacity=60)
    assert [row.seats for row in plan_of(world).classes] == [45, 45]
    Excess.objects.create(
        school_class=class_of(world, "clerk"),
        heads=50,
        reason="挤",
        granted_at=world.acting("clerk").at,
        granted_by=world.posts["principal"],
    )
    assert [row.seats for row in plan_of(world).classes] == [50, 45]


# -- confirming -----------------------------------------------------------------------------------
def test_what_was_previewed_is_written_once_with_events_and_history(clerk, world, intake):
    asked = question(world)
    token = TOKEN.search(previewed(clerk, asked).content.decode())[1]
    planned = {place.student_id: place.school_class_id for place in plan_of(world).places}
    form = key(**asked, token=token)
    locations = {clerk.post(NEW, form)["Location"] for _ in range(2)}

    draw = Draw.objects.get()
    assert locations == {f"/enrollment/draws/{draw.pk}/"}
    assert dict(Student.objects.values_list("pk", "school_class")) == planned
    assert set(Counter(planned.values()).values()) == {5}
    assert (draw.seed, draw.is_typed, draw.keys) == ("8136", True, "birth hukou")
    assert (draw.drawn_by, draw.previewed) == (world.posts["clerk"], 1)
    student = Student.objects.get(pk=intake[0].pk)
    event = student.events.get()
    assert (event.kind, event.change, event.class_name) == (
        EventKind.PLACED,
        0,
        str(student.school_class),
    )
    assert event.text == f"均衡分班编入{student.school_class}，种子 8136"
    assert student.history.latest().history_change_reason == "均衡分班"
    assert student.placements.get().school_class == student.school_class


def test_the_draw_repeats_from_what_it_kept_and_a_changed_row_is_seen(world, intake):
    wishes = (Wish(first=1, second=2, together=True), Wish(first=3, second=4, together=False))
    token = plan_of(world, wishes=wishes).token
    draw = confirm(world, token, wishes=wishes)
    assert draw.wishes == "1+2 3-4"
    assert drawing.wishes_of(draw.wishes) == wishes
    assert drawing.repeats(draw)

    Student.objects.update(sex="2", hukou_code="")  # corrected later: the draw keeps its values
    assert drawing.repeats(draw)

    place = draw.places.first()
    other = draw.places.exclude(school_class=place.school_class).first().school_class
    DrawPlace.objects.filter(pk=place.pk).update(school_class=other)
    assert not drawing.repeats(draw)


def test_twins_come_into_one_class_when_asked(clerk, world, intake):
    answer = confirmed(clerk, question(world, a0="1", b0="2", how0="together"))
    page = words(clerk.get(answer["Location"]))
    assert "序号 1 和 2 同班" in page
    orders = dict(DrawPlace.objects.values_list("order", "school_class"))
    assert orders[1] == orders[2]


def test_likely_twins_are_offered(clerk, world, intake):
    Student.objects.filter(pk__in=[intake[1].pk, intake[3].pk]).update(address_text="军屯村 双号院")
    list_ = drawing.waiting(making.line(world), 2026)
    orders = [n for n, s in enumerate(list_, start=1) if s.pk in (intake[1].pk, intake[3].pk)]
    assert drawing.likely_twins(list_) == [tuple(orders)]
    page = clerk.get(f"{NEW}?year=2026").content.decode()
    assert f'name="a0" value="{orders[0]}"' in page


@pytest.mark.parametrize("case", ["a pupil more", "a pupil less", "a class fuller", "other seed"])
def test_a_preview_that_is_not_true_any_more_is_refused_and_shown_anew(clerk, world, intake, case):
    asked = question(world)
    token = TOKEN.search(previewed(clerk, asked).content.decode())[1]
    first = class_of(world, "clerk")
    if case == "a pupil more":
        making.entrants(world, ["甲一"], class_number=None)
    elif case == "a pupil less":
        assign(student_ids=[intake[0].pk], school_class=first, acting=world.acting("clerk"))
    elif case == "a class fuller":
        making.entrants(world, ["甲一"], class_number=1)
    else:
        asked = {**asked, "seed": "8137"}
    before = unplaced()

    answer = clerk.post(NEW, key(**asked, token=token))

    assert answer.status_code == 409
    assert "预览以后名单、班级或人数有变，没有分班" in words(answer)
    assert TOKEN.search(answer.content.decode())[1] != token
    assert (unplaced(), Draw.objects.count()) == (before, 0)


def test_a_second_clerk_finds_nobody_left(world, intake):
    token = plan_of(world).token
    confirm(world, token)
    with pytest.raises(Refused, match="没有等待分班的学生"):
        confirm(world, token)


def test_with_nobody_waiting_the_page_says_so(clerk, world):
    assert "没有等待分班的学生" in words(clerk.get(NEW))
    answer = clerk.post(NEW, key(**question(world), token="0" * 64))
    assert (answer.status_code, Draw.objects.count()) == (409, 0)
