"""Papers of pupils: what is printed for whom, masked or for a purpose, and what is recorded."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.assign import assign
from tests import pupils
from tests.browsing import words
from tests.numbering import making
from tests.world import NOON
from xueji.audit.models import Access, AccessKind
from xueji.identity.classification import DataClass
from xueji.ledger import services as ledger
from xueji.pages.printed.card import numbers
from xueji.pages.printed.sheet import rows
from xueji.students.sheet import FAMILY, items
from xueji.students.showing import NOT_SHOWN, Line

PAPERS = ["student_card", "student_sheet"]
PURPOSE = {"purpose": "监护人核对签字"}
PHONE = "13931520018"
every_paper = pytest.mark.parametrize("paper", PAPERS)


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="张一诺", specialty="剪纸", m1_phone=PHONE)


def opened(client, paper, student, data=None):
    address = reverse(paper, args=[student.pk])
    return client.get(address) if data is None else client.post(address, data)


def looks() -> list[tuple]:
    found = Access.objects.filter(kind=AccessKind.PRINT).order_by("at", "id")
    return [(row.page, row.students, row.field, row.reason) for row in found]


# -- one pupil ------------------------------------------------------------------------------------
@every_paper
def test_a_paper_is_masked_until_a_purpose_is_said(client_of, student, paper):
    page = words(opened(client_of("clerk"), paper, student))

    assert ("张一诺" in page, "号码遮住" in page) == (True, True)
    assert [n for n in (student.id_number, PHONE) if n in page] == []
    assert looks() == [(paper, [student.pk], "", "")]


@every_paper
def test_for_a_purpose_the_numbers_are_whole_and_that_is_recorded(client_of, student, paper):
    page = words(opened(client_of("clerk"), paper, student, PURPOSE))

    assert [n in page for n in (student.id_number, PHONE, "用途：监护人核对签字")] == [True] * 3
    assert looks() == [(paper, [student.pk], "完整号码", "监护人核对签字")]


@every_paper
@pytest.mark.parametrize("purpose", ["", "随便看看"])
def test_without_a_purpose_of_the_list_the_numbers_stay_masked(client_of, student, paper, purpose):
    answer = opened(client_of("clerk"), paper, student, {"purpose": purpose})

    assert (answer.status_code, student.id_number in words(answer)) == (422, False)
    assert looks() == [(paper, [student.pk], "", "")]


@every_paper
@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "clerk9", "auditor", "admin"])
def test_a_stranger_a_neighbour_and_a_wrong_post_find_no_paper(client_of, student, paper, who):
    client = client_of(who)

    assert opened(client, paper, student).status_code == 404
    assert opened(client, paper, student, PURPOSE).status_code == 404
    assert looks() == []


@every_paper
def test_a_former_school_prints_its_own_time_with_masked_numbers_alone(
    world, client_of, student, paper
):
    acting = world.acting("county", at=NOON + timedelta(days=30))
    pupils.move(student, to=world.schools["上庄小学"], acting=acting)
    with time_machine.travel(NOON + timedelta(days=60), tick=False):
        shown = opened(client_of("clerk"), paper, student)
        refused = opened(client_of("clerk"), paper, student, PURPOSE)

    assert (shown.status_code, refused.status_code) == (200, 422)
    assert "学校：清泉小学" in words(shown)
    assert [one for one in (words(shown), words(refused)) if student.id_number in one] == []


def test_the_sheet_has_every_item_of_the_national_one_and_two_members(client_of, student):
    printed = opened(client_of("clerk"), "student_sheet", student).context["sheet"]

    laid = [cell.item.label for block in printed.blocks for row in block.rows for cell in row]
    family = [item.label for item in FAMILY]
    assert laid == [item.label for item in items()] + family + family


def test_a_long_name_takes_two_places_of_its_row():
    """Else the sheet of a name of 50 characters runs over its page."""
    items = [
        ("姓名", "麦" * 50, "name"),
        ("性别", "男", "sex"),
        ("出生日期", "2020-03-17", "birth_date"),
    ]
    lines = [Line("", label, text, DataClass.PERSONAL, field, True) for label, text, field in items]

    laid = [[(cell.item.label, cell.span) for cell in row] for row in rows(lines, beside=5)]

    assert laid == [[("姓名", 2)], [("性别", 1), ("出生日期", 1)]]


@pytest.mark.parametrize(("who", "health"), [("clerk", "健康或良好"), ("centre", NOT_SHOWN)])
def test_medical_items_are_printed_for_those_who_see_them(client_of, student, who, health):
    printed = opened(client_of(who), "student_sheet", student).context["sheet"]

    lines = [cell.item for row in printed.blocks[0].rows for cell in row]
    assert [line.text for line in lines if line.label == "健康状况"] == [health]


def test_who_signs_is_the_rule_of_the_county(client_of, student):
    page = words(opened(client_of("clerk"), "student_sheet", student))

    signers = (
        "监护人签字： 年 月 日 班主任签字： 年 月 日 学籍管理员签字： 年 月 日 校长签字： 年 月 日"
    )
    assert f"{signers} 学校（盖章） 年 月 日" in page.replace("\u3000", " ").replace("年 ", "年 ")
    assert "文件未规定，按本县设定（可改）：print.signers" in page
    assert "第七条“学校理应从学生入学之日起1个月内为其建立学籍档案”" in page


# -- the card --------------------------------------------------------------------------------------
def test_the_card_tells_numbers_places_and_changes_from_the_ledger(world, client_of, student):
    school_class = world.schools["清泉小学"].classes.get(number=1)
    assign(student_ids=[student.pk], school_class=school_class, acting=world.acting("clerk"))
    (row,) = making.issue(world)

    card = opened(client_of("clerk"), "student_card", student).context["card"]

    assert [(one.number, one.is_live) for one in card.numbers] == [(row.number, True)]
    assert [(str(p.school.organisation), name) for p, name in card.placements] == [
        ("清泉小学", "一（1）班")
    ]
    told = [(line.event.get_kind_display(), line.who, bool(line.case)) for line in card.changes]
    assert told == [
        ("入学建籍", "某county", True),
        ("分班", "某clerk", False),
        ("编学籍号", "某centre", True),
    ]


def test_what_was_undone_is_not_on_the_card(world, client_of, student):
    acting = world.acting("county", at=NOON + timedelta(days=30))
    pupils.move(student, to=world.schools["上庄小学"], acting=acting)
    back = world.acting("county", at=NOON + timedelta(days=31))

    moved = list(student.events.filter(kind__startswith="transferred"))
    ledger.reverse(moved, acting=back, text="撤销转学")

    card = opened(client_of("county"), "student_card", student).context["card"]

    assert [line.event.get_kind_display() for line in card.changes] == ["入学建籍"]


def test_a_number_ends_where_the_next_begins(world):
    """As re-numbering leaves it."""
    pupils_of_series = making.entrants(world, making.names(2))
    first, last = making.issue(world)
    making.void(world, first)
    making.renumber(world)
    events = pupils_of_series[1].events.order_by("pk")

    found = numbers(list(events), first.number)

    assert [(n.number, n.ends is None, n.is_live) for n in found] == [
        (last.number, False, False),
        (first.number, True, True),
    ]


# -- a class ---------------------------------------------------------------------------------------
@pytest.fixture
def school_class(world):
    """A class of three, of one household."""
    found = world.schools["清泉小学"].classes.get(number=1)
    for name in ("李雷", "韩梅梅", "阿卜杜热西提·艾尔肯江"):
        put(world, pupils.enrolled(world, name=name))
    return found


def put(world, student):
    found = world.schools["清泉小学"].classes.get(number=1)
    assign(student_ids=[student.pk], school_class=found, acting=world.acting("clerk"))


def test_before_the_purpose_is_said_nobody_of_the_class_is_named(client_of, school_class):
    address = reverse("class_sheets", args=[school_class.pk])

    asked = client_of("clerk").get(address)
    refused = client_of("clerk").post(address, {"purpose": ""})

    assert (asked.status_code, refused.status_code) == (200, 422)
    assert [name for name in ("李雷", "韩梅梅") if name in words(asked) + words(refused)] == []
    assert looks() == []


@pytest.mark.parametrize("whole", [False, True])
def test_a_class_is_printed_whole_in_pinyin_order(client_of, school_class, whole):
    sent = PURPOSE | ({"whole": "on"} if whole else {})

    answer = client_of("clerk").post(reverse("class_sheets", args=[school_class.pk]), sent)

    printed = [sheet.student for sheet in answer.context["sheets"]]
    assert [one.name for one in printed] == ["阿卜杜热西提·艾尔肯江", "韩梅梅", "李雷"]
    assert [one.id_number in words(answer) for one in printed] == [whole] * 3
    field = "完整号码" if whole else ""
    assert looks() == [("class_sheets", [one.pk for one in printed], field, "监护人核对签字")]


@pytest.mark.parametrize("who", ["clerk1b", "clerk2", "centre2", "clerk9", "auditor", "admin"])
def test_strangers_find_no_class_to_print(client_of, school_class, who):
    address, client = reverse("class_sheets", args=[school_class.pk]), client_of(who)

    assert (client.get(address).status_code, client.post(address, PURPOSE).status_code) == (
        404,
    ) * 2


def test_a_class_of_one_and_of_three_takes_the_same_queries(world, client_of):
    school_class = world.schools["清泉小学"].classes.get(number=1)
    address, client = reverse("class_sheets", args=[school_class.pk]), client_of("clerk")
    counts = []
    for names in (["李雷"], ["韩梅梅", "吴建"]):
        for name in names:
            put(world, pupils.enrolled(world, name=name))
        client.get(address)  # the session, once
        with CaptureQueriesContext(connection) as queries:
            client.post(address, PURPOSE)
        counts.append(len(queries))

    assert counts[0] == counts[1]
