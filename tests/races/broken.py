"""The site with one thing taken away, named by XUEJI_BREAK: what the judge of the races must see.

Served by gunicorn for test_controls.py, and for scanners (tests/security), who would otherwise
get no further than the second look at a form; nothing in the product knows of it.
"""

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence

import psycopg

from xueji import wsgi  # isort: skip -- makes the apps ready
from django.db import models

from numbering.models import RegisterNumber, Series, whole_number
from numbering.services import sql
from xueji.accounts.access import Acting
from xueji.audit import services as audit
from xueji.ledger import services as ledger
from xueji.pages.views.students import edit
from xueji.students.models import Student

MOMENT = 0.15  # long enough for two requests to overlap
application = wsgi.application


def no_row_locks() -> None:
    models.QuerySet.select_for_update = lambda rows, **_: rows  # type: ignore[method-assign]


def naive(take: Callable[[Series, int], int]) -> None:
    """Let numbers be issued statement by statement; ``take`` says which serial was the last."""

    def issue(
        *, key: Mapping[str, object], prefix: str, facts: Sequence[ledger.Fact], acting: Acting
    ) -> list[RegisterNumber]:
        names = {"unit" if name == "school_id" else name: value for name, value in key.items()}
        series = Series.objects.filter(**names).first()
        if series is None:
            return []
        last = take(series, len(facts))
        rows = [
            RegisterNumber(
                province_id=series.province_id,
                series=series,
                serial=serial,
                number=whole_number(prefix, serial),
                holder=fact.student,
                starts=acting.today,
            )
            for serial, fact in enumerate(facts, start=last + 1)
        ]
        RegisterNumber.objects.bulk_create(rows)
        for row in rows:
            Student.objects.filter(pk=row.holder_id).update(number=row.number)
        ledger.write(facts, acting=acting)
        return rows

    sql.issue = issue


def without_locks() -> None:
    """Numbers are the last one read plus one; nobody waits for anybody."""

    def take(series: Series, count: int) -> int:
        time.sleep(MOMENT)
        Series.objects.filter(pk=series.pk).update(last=series.last + count)
        return series.last

    no_row_locks()
    naive(take)


def in_two_steps() -> None:
    """The series moves on in a transaction of its own, as a sequence of the database would."""

    def take(series: Series, count: int) -> int:
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as own:
            moved = own.execute(
                "UPDATE numbering_series SET last = last + %s WHERE id = %s RETURNING last",
                [count, series.pk],
            ).fetchone()
            return (moved or [count])[0] - count

    naive(take)


def without_case_locks() -> None:
    """Two signatures on one case: both find it unsigned."""
    decide = sys.modules["xueji.cases.services.decide"]
    sign = decide._sign

    def slowly(*arguments: object) -> None:
        time.sleep(MOMENT)
        sign(*arguments)

    no_row_locks()
    decide._sign = slowly  # type: ignore[attr-defined]


def without_keys() -> None:
    """No form remembers that it was sent."""
    audit.claim = lambda **_: None


def without_ages() -> None:
    """No form remembers that it was sent, or is older than the register it changes."""
    without_keys()
    edit._version = lambda request, student: student.version


def with_half_bodies() -> None:
    """What came of a form is taken for the form."""
    global application
    application = wsgi.django


FAULTS = {
    job.__name__: job
    for job in (
        without_locks,
        in_two_steps,
        without_case_locks,
        without_keys,
        without_ages,
        with_half_bodies,
    )
}
if name := os.environ["XUEJI_BREAK"]:
    FAULTS[name]()
