"""The way of a case: who signs when, and what the last signature does."""

import pytest

from tests import pupils
from xueji.cases.models import Case, Decision, State
from xueji.students.models import Placement, Status


def signatures(case: Case) -> list[tuple[str, str, str | None]]:
    return [
        (step.organisation.name, step.role, step.decision)
        for step in case.steps.select_related("organisation").order_by("round", "position")
    ]


def test_a_township_pupil_is_signed_by_principal_centre_and_county(world):
    case = pupils.submitted(world)
    assert (case.state, case.waiting_at.name, case.waiting_role) == (
        State.OPEN,
        "清泉小学",
        "principal",
    )

    case = pupils.sign(world, case, "principal", "centre", "county")

    assert signatures(case) == [
        ("清泉小学", "clerk", "submitted"),
        ("清泉小学", "principal", "agreed"),
        ("建昌营镇中心校", "centre_officer", "agreed"),
        ("迁安市教育局", "county_officer", "agreed"),
    ]
    assert (case.state, case.waiting_at, case.due_on) == (State.DONE, None, None)


def test_an_urban_pupil_is_signed_by_principal_county_officer_and_county_head(world):
    case = pupils.submitted(world, "urban", **pupils.URBAN)
    case = pupils.sign(world, case, "urban-principal", "county", "county-head")

    assert [role for _, role, _ in signatures(case)] == [
        "clerk",
        "principal",
        "county_officer",
        "county_head",
    ]
    assert case.state == State.DONE


def test_before_the_last_yes_the_pupil_is_in_no_count_and_at_no_place(world):
    student = pupils.sign(world, pupils.submitted(world), "principal", "centre").student
    assert (student.status, student.school_id, student.placements.count()) == (
        Status.PENDING,
        None,
        0,
    )


def test_the_last_yes_places_the_pupil_and_signs_the_history(world):
    student = pupils.enrolled(world)

    placement = Placement.objects.get(student=student)
    assert (student.status, student.school_id, student.grade) == (
        Status.ENROLLED,
        world.schools["清泉小学"].pk,
        1,
    )
    assert (placement.org_path, placement.ends) == (student.org_path, None)
    signed = student.history.latest()
    assert (signed.history_user, signed.history_post, signed.history_change_reason) == (
        world.posts["county"].user,
        world.posts["county"],
        "新生入学核准",
    )


@pytest.mark.parametrize("decision", [Decision.RETURNED, Decision.REFUSED])
def test_a_no_leaves_the_pupil_pending(world, decision):
    case = pupils.sign(
        world, pupils.sign(world, pupils.submitted(world), "principal"), "centre", decision=decision
    )
    assert (case.state, case.student.status) == (State(decision), Status.PENDING)
