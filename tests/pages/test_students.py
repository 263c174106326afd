"""The roster and the page of a pupil."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.assign import assign
from tests import pupils
from tests.browsing import text
from xueji.audit.models import Access, AccessKind
from xueji.pages import paging
from xueji.students.models import Student


def found(client, typed: str) -> list[str]:
    page = client.get(reverse("students"), {"q": typed}).context["page"]
    return [student.name for student in page.rows]


NAMES = ["单雄信", "尉迟若曦", "曾可馨", "𠮷田美", "张一诺", "张若曦"]


@pytest.fixture
def six(world):
    return {name: pupils.enrolled(world, name=name) for name in NAMES}


FOUND = {
    "": ["单雄信", "曾可馨", "尉迟若曦", "张若曦", "张一诺", "𠮷田美"],
    "若曦": ["尉迟若曦", "张若曦"],
    "张": ["张若曦", "张一诺"],
    "𠮷田": ["𠮷田美"],
    "曦若": [],
    "sxx": ["单雄信"],  # 单 as a surname is read shàn
    "zkx": ["曾可馨"],  # 曾 is read zēng
    "yc": ["尉迟若曦"],  # 尉迟 is read yù chí
    "ZHANGYI": ["张一诺"],
    "ＺＨＡＮＧＹＩ": ["张一诺"],
    "zhang yn": ["张一诺"],
    "zhang yinuo": ["张一诺"],
    "z ruoxi": ["张若曦"],
    "yuchi rx": ["尉迟若曦"],
    "dan": ["单雄信"],
    "dxx": ["单雄信"],
    "dan xx": ["单雄信"],
    "cengke": ["曾可馨"],
    "weichi": ["尉迟若曦"],
    "wcrx": ["尉迟若曦"],
    "张 一诺": ["张一诺"],
    "张　若曦": ["张若曦"],
    "吉田": [],
    "100%": [],
    "__": [],
    "\\": [],
    "' OR 1=1 --": [],
}


@pytest.mark.any_pg
def test_pupils_are_found_by_characters_and_by_pinyin(six, client_of):
    clerk = client_of("clerk")
    assert {typed: sorted(found(clerk, typed)) for typed in FOUND} == {
        typed: sorted(names) for typed, names in FOUND.items()
    }


@pytest.mark.parametrize(
    "typed",
    [
        "阿卜杜热西提·艾力",
        "阿卜杜热西提艾力",
        "阿卜杜热西提•艾力",
        "阿卜杜热西提．艾力",
        "提 艾",
        "abdrxtal",
    ],
)
def test_a_name_is_found_with_and_without_its_dot(world, client_of, typed):
    pupils.enrolled(world, name="阿卜杜热西提·艾力", nation="05")
    assert found(client_of("clerk"), typed) == ["阿卜杜热西提·艾力"]


@pytest.mark.parametrize(
    "typed",
    ["Anna-Maria Müller", "anna maria muller", "annamaria", "am", "Müller", "Muller·Anna", "Maria"],
)
def test_a_foreign_name_is_found_with_and_without_its_marks(world, client_of, typed):
    pupils.enrolled(world, name="Anna-Maria Müller")
    wanted = [] if typed == "Muller·Anna" else ["Anna-Maria Müller"]
    assert found(client_of("clerk"), typed) == wanted


@pytest.mark.parametrize("typed", ["·", "••", " · "])
def test_a_dot_alone_finds_the_names_that_have_one(world, client_of, typed):
    for name in ("阿卜杜热西提·艾力", "王梓涵"):
        pupils.enrolled(world, name=name)
    assert found(client_of("clerk"), typed) == ["阿卜杜热西提·艾力"][: len(typed.strip()) % 2]


def test_the_list_follows_the_syllables_and_rare_characters_come_last(world, client_of):
    for name in ("𠀋美", "杨宇", "阎鑫", "㐂美", "闫一", "颜二"):
        pupils.enrolled(world, name=name)
    assert found(client_of("clerk"), "") == ["闫一", "阎鑫", "颜二", "杨宇", "㐂美", "𠀋美"]
    assert found(client_of("clerk"), "𠀋") == ["𠀋美"]


@pytest.mark.parametrize("write", [str, str.lower, lambda n: f" {n} ", lambda n: n.translate(WIDE)])
@pytest.mark.any_pg
def test_a_document_number_is_found_however_it_was_typed(six, client_of, write):
    student = six["张一诺"]
    assert found(client_of("clerk"), write(student.id_number)) == ["张一诺"]


WIDE = {ord(digit): 0xFF10 + int(digit) for digit in "0123456789"} | {ord("X"): 0xFF38}


def test_a_search_reaches_no_pupil_of_the_neighbour(six, world, client_of):
    number = six["张一诺"].id_number
    for person in ("clerk1b", "clerk2", "centre2", "county9"):
        assert found(client_of(person), number) == []
        assert found(client_of(person), "张") == []
    for person in ("clerk", "principal", "centre", "county", "city", "province"):
        assert found(client_of(person), number) == ["张一诺"]


def test_the_audit_keeps_a_searched_document_number_only_masked(six, client_of):
    number = six["张一诺"].id_number
    found(client_of("clerk"), number)
    look = Access.objects.filter(kind=AccessKind.LIST, page="students").get()
    assert (look.filter, look.students) == (
        f"{number[:6]}********{number[-4:]}",
        [six["张一诺"].pk],
    )


def test_lists_show_no_whole_number(six, client_of):
    shown = text(client_of("clerk").get(reverse("students")))
    for student in six.values():
        assert student.id_number not in shown
        assert student.phone not in shown


@pytest.mark.parametrize(
    "query", ["?grade=99", "?status=x", "?after=zz", "?after=99999", "?before="]
)
def test_an_address_that_means_nothing_shows_the_whole_list(six, client_of, query):
    answer = client_of("clerk").get(reverse("students") + query)
    assert (answer.status_code, len(answer.context["page"].rows)) == (200, 6)


def test_filters_narrow_and_stay_in_the_address(six, client_of, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 2)
    answer = client_of("clerk").get(reverse("students"), {"grade": "1", "status": "enrolled"})
    page = answer.context["page"]
    assert page.next == f"?grade=1&status=enrolled&after={page.rows[-1].pk}"


@pytest.fixture
def in_three_schools(world):
    pupils.enrolled(world, name="张清泉")
    pupils.enrolled(world, "clerk2", name="张上庄", **pupils.SHANGZHUANG)
    pupils.enrolled(world, "clerk9", name="张滦州", **pupils.LUANZHOU)


@pytest.mark.parametrize(
    ("person", "school", "names"),
    [
        ("county", "", ["张清泉", "张上庄"]),
        ("county", "清泉小学", ["张清泉"]),
        ("county", " 上庄 ", ["张上庄"]),
        ("county", "滦州甲小学", []),  # out of reach
        ("county", "没有这所", []),
        ("county", "%", []),
        ("city", "滦州", ["张滦州"]),
        ("clerk", "上庄小学", ["张清泉"]),  # a school has no such filter
    ],
)
def test_offices_narrow_the_roster_to_a_school(in_three_schools, client_of, person, school, names):
    page = client_of(person).get(reverse("students"), {"school": school}).context["page"]
    assert [student.name for student in page.rows] == names


def test_the_schools_one_can_choose_are_those_in_reach(in_three_schools, client_of):
    def offered(person):
        return re.findall(
            r'<option value="([^"]+小学|[^"]+中学)">', text(roster(client_of(person)))
        )

    assert offered("centre") == ["清泉小学", "邻泉小学"]
    assert "滦州甲小学" not in offered("county")
    assert offered("clerk") == []


def roster(client, **asked):
    return client.get(reverse("students"), asked)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "（在籍，含休学、辍学等；名单上的临时借读也数在内）"),
        ({"type": "regular"}, "（在籍，含休学、辍学等）"),
        ({"type": "regular", "status": "enrolled"}, "（在读）"),
        ({"type": "regular", "status": "suspended"}, "（在籍，按状态筛选）"),
        ({"type": "borrowed_temp"}, "（临时借读，不计在籍）"),
    ],
)
def test_the_figure_above_the_roster_says_which_count_it_is(world, client_of, asked, words):
    shown = text(roster(client_of("clerk"), **asked))
    assert (words in shown, "在册" in shown) == (True, False)


def test_pages_follow_each_other_forth_and_back(six, client_of, monkeypatch):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 2)
    client = client_of("clerk")
    forth, address = [], "?"
    while address:
        page = client.get(reverse("students") + address).context["page"]
        forth.append([student.name for student in page.rows])
        address, back = page.next, page.previous
    page = client.get(reverse("students") + back).context["page"]
    assert (len(forth), [student.name for student in page.rows]) == (3, forth[1])


@pytest.fixture
def placed(world):
    """Three pupils in class 2, class 1 and none; the first two numbered the other way round."""
    made = {name: pupils.enrolled(world, name=name) for name in ("安一", "白二", "陈三")}
    one, two = world.schools["清泉小学"].classes.order_by("number")
    acting = world.acting("clerk")
    assign(student_ids=[made["安一"].pk], school_class=two, acting=acting)
    assign(student_ids=[made["白二"].pk], school_class=one, acting=acting)
    Student.objects.filter(name="安一").update(number="02262601700002")
    Student.objects.filter(name="白二").update(number="02262601700001")
    return one, two


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["安一", "白二", "陈三"]),
        ("strokes", ["白二", "安一", "陈三"]),
        ("number", ["白二", "安一", "陈三"]),
        ("class", ["白二", "安一", "陈三"]),
        ("' OR 1", ["安一", "白二", "陈三"]),
    ],
)
def test_the_roster_is_sorted_as_chosen_page_by_page(placed, client_of, monkeypatch, sort, names):
    monkeypatch.setitem(paging.page.__kwdefaults__, "size", 1)
    client, seen, address = client_of("clerk"), [], f"?sort={sort}"
    while address:
        page = client.get(reverse("students") + address).context["page"]
        seen += [student.name for student in page.rows]
        address = page.next
    assert seen == names


def test_a_school_filters_by_its_own_classes(placed, world, client_of):
    one, two = placed
    foreign = world.schools["上庄小学"].classes.first()

    def shown(pk):
        page = client_of("clerk").get(reverse("students"), {"class": pk}).context["page"]
        return [student.name for student in page.rows]

    assert (shown(one.pk), shown(two.pk)) == (["白二"], ["安一"])
    assert shown(foreign.pk) == shown("") == ["安一", "白二", "陈三"]
    assert client_of("county").get(reverse("students")).context["classes"] == []


@pytest.mark.parametrize("person", ["clerk", "county"])
def test_queries_of_the_roster_do_not_grow_with_its_rows(world, client_of, person):
    counted = []
    for rows in (1, 2):
        for _ in range(rows):
            pupils.enrolled(world)
        client = client_of(person)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("students"))
        counted.append(len(queries))
    assert (counted[0], Student.objects.count()) == (counted[1], 3)


def test_the_page_of_a_pupil_tells_the_register_in_order(six, client_of):
    path = reverse("student", args=[six["单雄信"].pk])
    shown = text(client_of("centre").get(path, {"tab": "history"}))
    assert "入学建籍" in shown
    assert "清泉小学" in shown


@pytest.mark.parametrize("person", ["clerk1b", "centre2", "county9"])
def test_a_strangers_pupil_is_as_missing_as_no_pupil(six, client_of, person):
    client = client_of(person)
    foreign = client.get(reverse("student", args=[six["单雄信"].pk]))
    missing = client.get(reverse("student", args=[10**9]))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert "单雄信" not in text(foreign)


def test_showing_a_number_needs_a_reason(six, client_of):
    student = six["单雄信"]
    answer = client_of("centre").post(
        reverse("student_reveal", args=[student.pk]), {"field": "id_number", "reason": ""}
    )
    assert (answer.status_code, student.id_number in text(answer)) == (422, False)
    assert not Access.objects.filter(kind=AccessKind.REVEAL).exists()


def test_a_shown_number_is_recorded_with_its_reason(six, client_of):
    student = six["单雄信"]
    answer = client_of("centre").post(
        reverse("student_reveal", args=[student.pk]),
        {"field": "id_number", "reason": "核对户口簿原件"},
    )
    assert student.id_number in text(answer)
    assert Access.objects.get(kind=AccessKind.REVEAL).students == [student.pk]
