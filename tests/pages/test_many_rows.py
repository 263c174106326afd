"""Desk, lists and case page ask the database as often for 300 rows as for one."""

from collections.abc import Iterable
from copy import copy
from datetime import date, timedelta

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from tests import pupils
from xueji.cases.models import Case
from xueji.students.models import Student

MANY = 299


def copies(row: models.Model, changes: Iterable[dict]) -> list[models.Model]:
    """As many more rows like ``row``, each with its changes."""
    made = []
    for fields in changes:
        new = copy(row)
        new.pk, new._state = None, models.base.ModelState()
        for name, value in fields.items():
            setattr(new, name, value)
        made.append(new)
    return type(row).objects.bulk_create(made)


def multiply_pupil(student: Student) -> list[Student]:
    """Pupils without document beside ``student``, in its own places; none looks like another."""
    none = {"id_type": "Z", "id_number": None, "id_index": None}
    days = (date(2019, 1, 1) + timedelta(days=day) for day in range(MANY))
    more = copies(student, [{**none, "birth_date": day} for day in days])
    for placement in student.placements.all():
        copies(placement, [{"student": pupil} for pupil in more])
    return more


def multiply_case(case: Case) -> None:
    """Cases of other pupils at the same stop of the same route."""
    pupils_of = multiply_pupil(case.student)
    numbered = enumerate(pupils_of, start=1)
    more = copies(case, [{"student": p, "number": f"2026-9{n:05d}"} for n, p in numbered])
    for step in case.steps.all():
        copies(step, [{"case": one} for one in more])


PAGES = {
    "principal": ["/", "/cases/?tab=mine", "/students/", "case"],
    "clerk": ["/", "/cases/?tab=others", "/students/", "/enrollment/", "case"],
    "county": ["/", "/cases/?tab=others", "/students/", "case"],
}


@pytest.mark.parametrize("person", PAGES)
def test_a_page_takes_the_same_queries_for_1_row_and_for_300(world, client_of, person):
    case, student = pupils.submitted(world), pupils.enrolled(world)
    client = client_of(person)

    def counts() -> dict[str, int]:
        counted = {}
        for page in PAGES[person]:
            address = f"/cases/{case.number}/" if page == "case" else page
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counted[page] = len(captured)
        return counted

    counts()  # the session's first request writes when it was seen
    for_one = counts()
    multiply_case(case)
    multiply_pupil(student)
    assert (counts(), Student.objects.count()) == (for_one, 2 + 2 * MANY)
