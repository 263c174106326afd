"""Deciding many cases at once is deciding each of them, in a fixed number of queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import pupils
from xueji.cases import services
from xueji.cases.models import Case, Decision, State


def decide(world, cases, person, decision=Decision.AGREED, note=""):
    seen = {case.pk: case.version for case in cases}
    return services.decide(seen=seen, decision=decision, note=note, acting=world.acting(person))


def test_each_case_of_a_batch_has_its_own_outcome(world):
    ready, moved_on, elsewhere = (pupils.submitted(world) for _ in range(3))
    shown = [ready, moved_on, elsewhere]
    versions = {case.pk: case.version for case in shown}
    pupils.sign(world, moved_on, "principal")
    services.withdraw(case_id=elsewhere.pk, note="录错", acting=world.acting("clerk"))
    versions[elsewhere.pk] += 1

    outcomes = services.decide(
        seen=versions, decision=Decision.AGREED, note="", acting=world.acting("principal")
    )

    assert {pk: outcome.kind for pk, outcome in outcomes.items()} == {
        ready.pk: "signed",
        moved_on.pk: "decided",
        elsewhere.pk: "refused",
    }
    assert outcomes[moved_on.pk].text == "某principal 9 月 2 日 12:00 同意。"


def test_a_case_out_of_reach_does_not_exist_for_the_batch(world):
    case = pupils.submitted(world, "clerk2", **pupils.SHANGZHUANG)
    assert decide(world, [case], "principal") == {}
    case.refresh_from_db()
    assert case.state == State.OPEN


@pytest.mark.parametrize("person", ["principal", "centre", "county"])
def test_queries_do_not_grow_with_the_cases(world, person):
    counts = []
    for size in (1, 3):
        cases = [pupils.submitted(world) for _ in range(size)]
        before = {"principal": (), "centre": ("principal",), "county": ("principal", "centre")}
        cases = [pupils.sign(world, case, *before[person]) for case in cases]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            outcomes = decide(world, cases, person)
        assert {outcome.kind for outcome in outcomes.values()} == {"signed"}
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_agreed_note_stays_with_its_step(world):
    case = pupils.submitted(world)
    decide(world, [case], "principal", note="材料齐全")
    step = Case.objects.get(pk=case.pk).steps.get(position=1)
    assert (step.note, step.decided_by.username) == ("材料齐全", "principal")
