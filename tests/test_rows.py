"""Many rows at once: what is written is what Django would write, and nothing is cut or lost."""

from datetime import date, timedelta

import pytest
from django.db import DataError, IntegrityError, connection

from tests import pupils
from xueji.notices.models import Notice, Subject
from xueji.organisations.models import Division, Holiday
from xueji.rows import PIECE, add, insert, one_of, overwrite
from xueji.students.models import FamilyMember

FIRST = date(2031, 1, 1)


def holidays(count: int, **changes) -> list[Holiday]:
    facts = {"working": False, "name": "假日"} | changes
    return [Holiday(date=FIRST + timedelta(days=n), **facts) for n in range(count)]


def stored() -> list[tuple]:
    rows = Holiday.objects.filter(date__gte=FIRST).order_by("date")
    return list(rows.values_list("date", "working", "name"))


@pytest.mark.parametrize("count", [0, 1, 2, PIECE + 1])
def test_every_row_is_written_once_however_many(db, count, django_assert_num_queries):
    rows = holidays(count)
    with django_assert_num_queries(-(-count // PIECE)):
        insert(rows)

    assert stored() == [(row.date, False, "假日") for row in rows]


def test_rows_get_their_keys_in_their_order(world):
    at = world.acting("clerk").at
    rows = [
        Notice(post=world.posts[name], subject=Subject.TURN, at=at, key=name)
        for name in ("urban", "clerk")
    ]
    insert(rows)

    written = list(Notice.objects.filter(pk__in=[row.pk for row in rows]).order_by("pk"))
    assert [(row.pk, row.key) for row in written] == [(row.pk, row.key) for row in rows]
    assert [row._state.adding for row in rows] == [False, False]


def test_rows_given_as_mappings_have_defaults_where_they_name_nothing(world):
    at, posts = world.acting("clerk").at, [world.posts[name].pk for name in ("urban", "clerk")]
    rows = [{"post_id": pk, "subject": Subject.TURN.value, "at": at} for pk in posts]
    rows[1]["count"] = 3
    keys = add(Notice, rows)

    written = {row.pk: row for row in Notice.objects.filter(pk__in=keys)}
    found = [(written[pk].post_id, written[pk].count, written[pk].key) for pk in keys]
    assert found == [(posts[0], 1, ""), (posts[1], 3, "")]
    with pytest.raises(ValueError, match="nobody"):
        add(Notice, [{**rows[0], "nobody": 1}])


def test_the_same_secret_of_two_rows_is_sealed_twice(world):
    student = pupils.enrolled(world)
    facts = {"student_id": student.pk, "name": "王芳", "phone": "13900001111"}
    keys = add(FamilyMember, [facts | {"position": place} for place in (8, 9)])

    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM xueji_familymember WHERE id = ANY(%s)", [keys])
        sealed = {bytes(phone) for (phone,) in cursor.fetchall()}
    assert len(sealed) == 2
    members = FamilyMember.objects.filter(pk__in=keys)
    assert [member.phone for member in members] == ["13900001111"] * 2


def test_a_row_without_secret_stands_beside_one_with_it(world):
    student = pupils.enrolled(world)
    facts = {"student_id": student.pk, "name": "王芳"}
    numbers = [None, "130283198001011237", None]
    rows = [facts | {"position": n, "id_number": one} for n, one in enumerate(numbers, start=7)]
    keys = add(FamilyMember, rows)

    members = FamilyMember.objects.filter(one_of("id", keys)).order_by("position")
    assert [member.id_number for member in members] == numbers


@pytest.mark.parametrize("wanted", [[], ["甲,乙"], ['"{}\\', "甲,乙", "丙"]])
def test_of_many_values_those_are_found_that_are_there(db, wanted):
    insert([*holidays(1, name="甲,乙"), Holiday(date=date(2032, 1, 1), name='"{}\\', working=True)])

    found = Holiday.objects.filter(one_of("name", wanted), date__gte=FIRST)
    assert set(found.values_list("name", flat=True)) == set(wanted) - {"丙"}


def test_a_text_that_is_too_long_is_refused_and_never_cut(db):
    with pytest.raises(DataError):
        insert(holidays(2, name="假" * 41))


def test_what_is_there_already_is_refused_unless_it_is_to_be_replaced(db):
    insert(holidays(2))
    insert(holidays(3, working=True, name="上班"), unique=["date"], replacing=["working"])
    assert [(working, name) for _, working, name in stored()] == [
        (True, "假日"),
        (True, "假日"),
        (True, "上班"),
    ]
    with pytest.raises(IntegrityError):
        insert(holidays(1))


def test_only_the_named_fields_of_the_given_rows_are_overwritten(db):
    rows = holidays(3)
    insert(rows)
    for n, row in enumerate(rows):
        row.name, row.working = f"第{n}天", True

    overwrite(rows[:2], ["name"])
    overwrite(rows, [])

    assert [told[1:] for told in stored()] == [(False, "第0天"), (False, "第1天"), (False, "假日")]


def test_characters_of_the_language_of_arrays_are_written_as_they_are(db):
    odd = ['{"a",NULL}', "NULL", "", " \\ \t '", "𠮷", '\\"', "a\nb"]
    insert([Division(code=f"9{n:011d}", name=text, level="x") for n, text in enumerate(odd)])

    found = Division.objects.filter(code__startswith="9").order_by("code")
    assert [row.name for row in found] == odd
