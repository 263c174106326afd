"""The page of a class."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.models import ClassMove, Draw, DrawClass, DrawPlace, Excess
from tests.browsing import key
from tests.enrollment.classrooms import CLASSES, class_of, full, page_of
from tests.numbering import making
from xueji.audit.models import Access
from xueji.students.models import Student


@pytest.mark.parametrize(
    ("person", "status"),
    [
        *[(person, 200) for person in ("clerk", "principal", "centre", "county", "city")],
        *[(person, 404) for person in ("clerk1b", "clerk2", "centre2", "county9", "auditor")],
    ],
)
def test_a_class_is_read_by_its_school_and_the_offices_above(
    client_of, noon, world, person, status
):
    full(world, 1)
    assert client_of(person).get(page_of(class_of(world, "clerk"))).status_code == status


def test_every_look_at_a_class_is_recorded_with_its_pupils(client_of, noon, world):
    here = full(world, 3)
    client_of("centre").get(page_of(class_of(world, "clerk")))
    look = Access.objects.get()
    assert (look.page, look.filter, sorted(look.students)) == (
        "class",
        "2026 级一（1）班",
        [student.pk for student in here],
    )


@pytest.mark.parametrize("page", ["list", "class"])
def test_the_pages_ask_as_often_for_three_pupils_as_for_one(clerk, world, page):
    full(world, 2)
    making.entrants(world, ["甲一"], class_number=None)
    first = class_of(world, "clerk")
    address = CLASSES if page == "list" else page_of(first)

    def move_one(student):
        form = key(students=[student.pk], into=class_of(world, "clerk", 2).pk, reason="申请")
        clerk.post(page_of(first, "move/"), form)

    move_one(Student.objects.filter(school_class=first).first())
    clerk.get(address)
    with CaptureQueriesContext(connection) as few:
        clerk.get(address)
    making.entrants(world, ["乙一", "乙二"], class_number=1)
    making.entrants(world, ["丙一", "丙二"], class_number=None)
    move_one(Student.objects.filter(school_class=first).first())
    clerk.get(address)
    with CaptureQueriesContext(connection) as many:
        clerk.get(address)
    assert len(many) == len(few)


def test_the_form_key_of_a_move_is_needed(clerk, world):
    (student,) = full(world, 1)
    form = {"students": [student.pk], "into": class_of(world, "clerk", 2).pk, "reason": "申请"}
    assert clerk.post(page_of(class_of(world, "clerk"), "move/"), form).status_code == 400


@pytest.mark.any_pg
@pytest.mark.parametrize("model", [Excess, ClassMove, Draw, DrawClass, DrawPlace])
def test_the_application_cannot_change_what_was_recorded(db, model):
    with connection.cursor() as cursor:
        for right in ("UPDATE", "DELETE", "TRUNCATE"):
            cursor.execute(
                "SELECT has_table_privilege(%s, %s, %s)",
                [settings.APPLICATION_ROLE, model._meta.db_table, right],
            )
            assert cursor.fetchone()[0] is False
