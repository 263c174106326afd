"""Changing class (调班): within the cohort, all or none, numbers stay."""

import re

import pytest
from django.core.exceptions import PermissionDenied

from enrollment.models import ClassMove
from enrollment.services.assign import assign, move
from tests.browsing import key, words
from tests.enrollment.classrooms import OVER, class_of, closely, full, page_of
from tests.numbering import making
from xueji.cases.kinds import Refused
from xueji.ledger.models import EventKind
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student


def test_a_pupil_changes_class_once_with_reason_event_and_history(clerk, world):
    (student,) = full(world, 1)
    first, second = class_of(world, "clerk"), class_of(world, "clerk", 2)
    form = key(students=[student.pk], into=second.pk, reason="家长申请")
    for _ in range(2):
        assert clerk.post(page_of(first, "move/"), form)["Location"] == page_of(first)

    student.refresh_from_db()
    assert student.school_class == second
    assert student.placements.get().school_class == second
    event = student.events.get()
    assert (event.kind, event.change, event.class_name) == (EventKind.PLACED, 0, "一（2）班")
    assert event.text == "由一（1）班调入一（2）班：家长申请"
    signed = student.history.latest()
    assert (signed.history_user, signed.history_post) == (
        world.posts["clerk"].user,
        world.posts["clerk"],
    )
    assert signed.history_change_reason == "由一（1）班调入一（2）班：家长申请"
    record = ClassMove.objects.get()
    assert (record.out_of, record.into, record.reason) == (first, second, "家长申请")
    page = closely(clerk.get(page_of(second)))
    assert "由一（1）班调入一（2）班家长申请·某clerk，今天12:00" in page


def test_the_number_stays_when_the_class_changes(clerk, world):
    (student,) = full(world, 1)
    making.issue(world, "清泉小学", who="centre")
    before = Student.objects.get(pk=student.pk).number
    second = class_of(world, "clerk", 2)
    form = key(students=[student.pk], into=second.pk, reason="家长申请")
    clerk.post(page_of(class_of(world, "clerk"), "move/"), form)

    after = Student.objects.get(pk=student.pk)
    assert (after.number, after.school_class) == (before, second)
    assert before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"students": []}, "还没有选中学生"),
        ({"into": ""}, "还没有选调入的班"),
        ({"into": "same"}, "只能调到本校同一级的另一个班"),
        ({"into": "stranger"}, "只能调到本校同一级的另一个班"),
        ({"reason": ""}, "请写明调班的原因"),
        ({"reason": "长" * 101}, "原因超过 100 个字"),
        ({"students": "stranger"}, "所选学生刚离开这个班"),
    ],
)
def test_a_change_that_cannot_be_is_refused_and_nothing_moves(clerk, world, change, says):
    (student,) = full(world, 1)
    (there,) = making.entrants(world, ["外人"], school="上庄小学")
    first = class_of(world, "clerk")
    form = {"students": [student.pk], "into": class_of(world, "clerk", 2).pk, "reason": "家长申请"}
    if change.get("into") in ("same", "stranger"):
        change = {"into": (first if change["into"] == "same" else class_of(world, "clerk2")).pk}
    if change.get("students") == "stranger":
        change = {"students": [there.pk]}

    answer = clerk.post(page_of(first, "move/"), key(**{**form, **change}))

    assert (answer.status_code, says in words(answer)) == (409, True)
    assert Student.objects.get(pk=student.pk).school_class == first
    assert not ClassMove.objects.exists()


def test_a_full_class_takes_nobody_by_change_either(clerk, world):
    full(world, 45)
    (student,) = making.entrants(world, ["甲一"], class_number=2)
    form = key(students=[student.pk], into=class_of(world, "clerk").pk, reason="家长申请")
    answer = clerk.post(page_of(class_of(world, "clerk", 2), "move/"), form)
    assert (answer.status_code, OVER in words(answer)) == (409, True)


def test_of_two_clerks_the_second_is_told_where_the_pupil_is_now(world):
    school = world.school_of("clerk")
    (student,) = full(world, 1)
    first, second = class_of(world, "clerk"), class_of(world, "clerk", 2)
    third = SchoolClass.objects.create(
        school=school, stage="primary", entry_year=2026, number=3, grade=1, capacity=45
    )
    how = {"student_ids": [student.pk], "out_of": first, "reason": "家长申请"}
    move(**how, into=second, acting=world.acting("clerk"))

    with pytest.raises(Refused, match=re.escape("已不在一（1）班（现在：一（2）班）")):
        move(**how, into=third, acting=world.acting("clerk"))
    assert Student.objects.get(pk=student.pk).school_class == second


@pytest.mark.parametrize("person", ["clerk1b", "clerk2", "clerk9", "principal", "centre", "county"])
def test_only_the_schools_own_clerk_changes_a_class(client_of, noon, world, person):
    (student,) = full(world, 1)
    form = key(students=[student.pk], into=class_of(world, "clerk", 2).pk, reason="家长申请")
    answer = client_of(person).post(page_of(class_of(world, "clerk"), "move/"), form)
    assert (answer.status_code, ClassMove.objects.count()) == (404, 0)
    with pytest.raises(PermissionDenied):
        move(
            student_ids=[student.pk],
            out_of=class_of(world, "clerk"),
            into=class_of(world, "clerk", 2),
            reason="家长申请",
            acting=world.acting(person),
        )


def test_a_closed_class_takes_nobody(world):
    (student,) = making.entrants(world, ["甲一"], class_number=None)
    closed = class_of(world, "clerk")
    SchoolClass.objects.filter(pk=closed.pk).update(closed_on="2026-09-01")
    with pytest.raises(Refused, match="已撤销"):
        assign(student_ids=[student.pk], school_class=closed, acting=world.acting("clerk"))
