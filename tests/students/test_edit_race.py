"""Many desks edit one pupil at once: every edit is in the history, or was refused. None is lost."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests import pupils, world
from tests.jobs.processes import LONG, PATIENCE, ROOT, environment
from tests.races import report
from xueji.students import editing
from xueji.students.models import FamilyMember, Student, StudentSheet

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

DESKS = 4
TIMES = 25 if LONG else 5  # edits of each desk: 100 together, or 20
NAME = "Desks that edit one pupil"
WHAT = (
    f"`tests/students/test_edit_race.py`: {DESKS} processes open and save the register of one "
    f"pupil at once, {TIMES} times each. Who saves on an older version than the register's is told "
    "so and writes nothing; every edit that was acknowledged stands in the signed history, on the "
    "very version that its desk had seen."
)


def at_once(student: Student, post_id: int) -> list[dict[str, Any]]:
    """What every desk said of each of its edits."""
    desks = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.students.editor"]
            + [str(student.pk), str(post_id), f"桌{desk}", str(TIMES)],
            env=environment(),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for desk in range(DESKS)
    ]
    said = [desk.communicate(timeout=5 * PATIENCE)[0] for desk in desks]
    assert [desk.returncode for desk in desks] == [os.EX_OK] * DESKS
    return [json.loads(line) for lines in said for line in lines.splitlines()]


def test_no_edit_of_a_pupil_is_lost():
    here = world.build()
    student = pupils.enrolled(here)
    before = student.version

    told = at_once(student, here.posts["clerk"].pk)

    saved = [one for one in told if one["outcome"] == "saved"]
    assert len(told) == DESKS * TIMES
    assert len(saved) >= TIMES  # nobody waits for nothing: somebody is always first
    assert Student.objects.get(pk=student.pk).version == before + len(saved)
    assert _versions(student, before) == list(range(before + 1, before + 1 + len(saved)))
    assert _seen(student, before) == {f"修改信息：{one['text']}": one["seen"] for one in saved}
    assert _told_in_history(student) == sorted((one["item"], one["text"]) for one in saved)
    texts = editing.load(Student.objects.get(pk=student.pk)).texts([1])
    last = {one["item"]: one["text"] for one in _in_order(student, saved)}
    assert {item: texts[item] for item in last} == last
    if LONG:
        _report(len(told), len(saved))


def _report(tried: int, saved: int) -> None:
    rows = {"edits tried": tried, "saved": saved, "refused as outdated": tried - saved}
    report.write(NAME, what=WHAT, rows={**rows, "lost or overwritten": 0})


def _rows(student: Student, before: int):
    return Student.history.filter(id=student.pk, version__gt=before).order_by("version")


def _versions(student: Student, before: int) -> list[int]:
    return list(_rows(student, before).values_list("version", flat=True))


def _seen(student: Student, before: int) -> dict[str, int]:
    """Reason → the version that the edit followed: nobody overwrites what they have not seen."""
    rows = _rows(student, before).values_list("history_change_reason", "version")
    return {reason: version - 1 for reason, version in rows}


def _in_order(student: Student, saved: list[dict[str, Any]]) -> list[dict[str, Any]]:
    by_reason = {f"修改信息：{one['text']}": one for one in saved}
    rows = Student.history.filter(id=student.pk, history_change_reason__in=by_reason)
    return [by_reason[row.history_change_reason] for row in rows.order_by("version")]


def _told_in_history(student: Student) -> list[tuple[str, str]]:
    """Every text that some history row of its model took over, with its item."""
    found = set()
    for model, owner, columns in (
        (Student, "id", {"address_text": "address_text"}),
        (StudentSheet, "student_id", {"specialty": "specialty", "mail_address": "mail_address"}),
        (FamilyMember, "student_id", {"workplace": "m1_workplace"}),
    ):
        for row in model.history.filter(**{owner: student.pk}):
            for column, item in columns.items():
                text = getattr(row, column)
                if text.startswith("桌"):
                    found.add((item, text))
    return sorted(found)
