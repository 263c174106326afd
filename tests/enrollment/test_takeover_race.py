"""A class is closed while a worker stores a school's pupils: nobody is put into it."""

import contextlib

import pytest
from django.db import connection, transaction

from enrollment.models import TakeoverState
from tests.enrollment.takeovers import AS_ON, again, checked, confirmed, many
from tests.jobs import processes
from tests.world import build
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
WAITS_FOR_US = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))
"""


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_US)
        return bool(cursor.fetchone()[0])


def test_what_is_stored_waits_for_who_closes_a_class_and_is_judged_again(tmp_path):
    world = build()
    own = SchoolClass.objects.create(
        school=world.schools["清泉小学"],
        stage="primary",
        entry_year=2024,
        number=1,
        grade=3,
        capacity=45,
    )
    takeover = confirmed(world, checked(world, many(3, after=0)))

    with contextlib.ExitStack() as stack:
        with transaction.atomic():
            SchoolClass.objects.filter(pk=own.pk).update(closed_on=AS_ON)
            stack.enter_context(processes.work(log=tmp_path / "work.log"))
            processes.wait_for(
                lambda: is_waited_for() or again(takeover).state != TakeoverState.STORING
            )
        processes.wait_for(lambda: again(takeover).state != TakeoverState.STORING)
        assert (again(takeover).state, Student.objects.count()) == (TakeoverState.CHECKING, 0)
