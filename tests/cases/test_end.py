"""Ends outside the route: withdrawn, lapsed, closed from above, undone."""

from datetime import date, timedelta

import pytest

from tests import pupils
from tests.world import NOON
from xueji.cases import services
from xueji.cases.kinds import Refused
from xueji.cases.models import Decision, State
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students.models import FamilyMember, Placement, Student
from xueji.students.queries import counts


def returned(world):
    return pupils.sign(world, pupils.submitted(world), "principal", decision=Decision.RETURNED)


def test_a_returned_case_waits_ten_working_days_for_its_maker(world):
    case = returned(world)
    assert (case.waiting_at.name, case.waiting_role, case.due_on) == (
        "清泉小学",
        "clerk",
        date(2026, 9, 16),
    )


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 9, 16), State.RETURNED), (date(2026, 9, 17), State.WITHDRAWN)],
)
def test_a_returned_case_lapses_on_the_day_after_it_was_due(world, today, state):
    case = returned(world)
    services.lapse(today=today, at=NOON + timedelta(days=20))
    case.refresh_from_db()
    assert case.state == state


def test_a_lapse_is_recorded_as_nobodys_act(world):
    case = returned(world)
    services.lapse(today=date(2026, 9, 17), at=NOON)
    step = case.steps.order_by("round", "position").last()
    assert (step.decision, step.decided_by, step.note) == (
        Decision.LAPSED,
        None,
        "退回后未在 2026-09-16 前重新提交，自动失效。",
    )


def test_a_mended_case_starts_its_route_again(world):
    case = returned(world)
    pupils.submit(
        case_id=case.pk, row=pupils.row(name="王梓晗"), reasons={}, acting=world.acting("clerk")
    )
    case = pupils.sign(world, case, "principal", "centre", "county")
    assert (case.state, case.student.name, case.round) == (State.DONE, "王梓晗", 2)


def test_the_county_closes_a_stuck_case_with_a_reason(world):
    case = pupils.submitted(world)
    services.close(case_id=case.pk, note="学校已并入他校", acting=world.acting("county"))
    case.refresh_from_db()
    assert (case.state, case.steps.last().note) == (State.WITHDRAWN, "学校已并入他校")


SAME = [
    field.attname
    for field in Student._meta.concrete_fields
    if field.name not in {"version", "entered_on"}
]


def test_undoing_an_entry_restores_pupil_place_and_counts(world):
    case = pupils.sign(world, pupils.submitted(world), "principal", "centre")
    path = world.organisations["河北省教育厅"].path
    before = Student.objects.filter(pk=case.student_id).values(*SAME).get()
    counted = counts(path)
    pupils.sign(world, case, "county")
    assert counts(path) != counted

    services.reverse(case_id=case.pk, note="未报到", acting=world.acting("county"))

    assert Student.objects.filter(pk=case.student_id).values(*SAME).get() == before
    assert counts(path) == counted
    assert not Placement.objects.filter(student=case.student_id, ends__isnull=True).exists()


def test_undoing_adds_exactly_the_reversing_events_and_removes_nothing(world):
    student = pupils.enrolled(world)
    case = student.cases.get()
    written = list(RegisterEvent.objects.filter(student=student).values())

    services.reverse(case_id=case.pk, note="录错学校", acting=world.acting("centre"))

    events = RegisterEvent.objects.filter(student=student).order_by("pk")
    assert list(events.filter(reverses__isnull=True).values()) == written
    assert [(e.kind, e.change, e.reverses.kind) for e in events.filter(reverses__isnull=False)] == [
        (EventKind.REVERSED, -1, EventKind.ENTERED)
    ]


def test_an_entry_is_undone_once(world):
    case = pupils.enrolled(world).cases.get()
    services.reverse(case_id=case.pk, note="未报到", acting=world.acting("county"))
    with pytest.raises(Refused, match="已撤销，不能再办"):
        services.reverse(case_id=case.pk, note="未报到", acting=world.acting("county"))


def test_after_an_undone_entry_the_child_is_entered_again_as_the_same_pupil(world):
    number = pupils.id_number()
    first = pupils.enrolled(world, id_number=number)
    services.reverse(case_id=first.cases.get().pk, note="录错学校", acting=world.acting("county"))
    home = pupils.living_in("130283103228", "建昌营镇 清泉村")
    second = pupils.enrolled(world, "clerk1b", id_number=number, **home)
    assert (second.pk, second.school.organisation.name) == (first.pk, "邻泉小学")
    assert FamilyMember.objects.filter(student=second).count() == 1
