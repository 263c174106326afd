"""A class stands by pinyin or by strokes, on its page and on paper."""

import pytest
from django.urls import reverse

from enrollment.services.assign import assign
from tests import pupils

NAMES = ["安一", "白二", "陈三"]  # by pinyin; of 6, 5 and 7 strokes
BY_STROKES = ["白二", "安一", "陈三"]
PURPOSE = {"purpose": "监护人核对签字"}


@pytest.fixture
def school_class(world):
    found = [pupils.enrolled(world, name=name) for name in reversed(NAMES)]
    row = world.schools["清泉小学"].classes.get(number=1)
    assign(student_ids=[one.pk for one in found], school_class=row, acting=world.acting("clerk"))
    return row


@pytest.mark.parametrize(
    ("sort", "names"), [("", NAMES), ("name", NAMES), ("strokes", BY_STROKES), ("pk", NAMES)]
)
def test_the_page_of_a_class_stands_as_chosen(clerk, school_class, sort, names):
    answer = clerk.get(reverse("enrollment_class", args=[school_class.pk]), {"sort": sort})

    assert [student.name for student in answer.context["page"].rows] == names
    other = "姓名拼音" if names == BY_STROKES else "姓名笔画"
    assert f"按{other}排</a>" in answer.content.decode()


@pytest.mark.parametrize(("order", "names"), [("name", NAMES), ("strokes", BY_STROKES)])
def test_the_sheets_of_a_class_stand_as_chosen(clerk, school_class, order, names):
    url = reverse("class_sheets", args=[school_class.pk])

    answer = clerk.post(url, PURPOSE | {"order": order})

    page = answer.content.decode()
    assert sorted(names, key=page.index) == names
    assert f"3 名，按{'姓名拼音' if order == 'name' else '姓名笔画'}。" in page


@pytest.mark.parametrize(("order", "names"), [("name", NAMES), ("strokes", BY_STROKES)])
def test_the_roll_of_an_intake_stands_as_chosen(clerk, school_class, order, names):
    url = reverse("enrollment_roll", args=[school_class.school_id, 2026])

    roll = clerk.post(url, PURPOSE | {"order": order}).context["roll"]

    assert [line.student.name for group in roll.groups for line in group.lines] == names


@pytest.mark.parametrize("name", ["class_sheets", "enrollment_roll"])
def test_another_order_is_refused_in_words(clerk, school_class, name):
    args = [school_class.pk] if name == "class_sheets" else [school_class.school_id, 2026]

    answer = clerk.post(reverse(name, args=args), PURPOSE | {"order": "id_number"})

    assert answer.status_code == 422
    assert "请从列出的排列里选一种。" in answer.content.decode()
