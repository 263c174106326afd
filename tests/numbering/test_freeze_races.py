"""Freezing and re-numbering while others issue, void and write: one after the other, never both."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from numbering import queries, services
from numbering.models import Series, SeriesAct
from numbering.queries.check import check
from numbering.services import CannotFreeze, PreviewChanged, ProofChanged
from tests.numbering import making
from tests.numbering.crowds import THREADS, assert_sound, together, undo, until_waiting
from xueji.cases.models import Case

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_pg, pytest.mark.race]


def acts_of(world, what: Callable[..., object], token: str, who: str = "centre"):
    lineage = making.line(world)
    return lambda: what(acting=world.acting(who), lineage=lineage, cohort=making.key(), token=token)


def names_of(results: list[object]) -> list[str]:
    return sorted(type(result).__name__ for result in results)


def test_eight_officers_freeze_once_and_eight_confirm_once(world):
    making.entrants(world, making.names(5))
    making.issue(world)
    seen = making.digest(world)
    results = together(*[acts_of(world, services.freeze, seen)] * THREADS)
    assert names_of(results) == ["CannotFreeze"] * 7 + ["SeriesAct"]
    results = together(*[acts_of(world, services.confirm, seen, "county")] * THREADS)
    assert names_of(results) == ["CannotFreeze"] * 7 + ["SeriesAct"]
    assert (SeriesAct.objects.count(), check().faults) == (2, [])


def test_confirming_and_reopening_at_once_have_one_outcome(world):
    making.entrants(world, making.names(5))
    making.issue(world)
    for _ in range(3):
        making.freeze(world)
        confirm = acts_of(world, services.confirm, making.digest(world), "county")
        results = together(confirm, lambda: making.reopen(world))
        assert names_of(results) == ["CannotFreeze", "SeriesAct"]
        assert check().faults == []
        if Series.objects.get().frozen_at:
            making.reopen(world, who="county")


def test_a_freeze_while_an_issue_waits_in_the_queue_finds_its_pupils_numbered_or_refuses(world):
    """Whoever comes first: the issue makes the freeze look again, or the freeze sees who waits."""
    making.entrants(world, making.names(4))
    making.issue(world)
    making.entrants(world, making.names(2, start=4))
    issue = making.token(world)
    seen, lineage = making.digest(world), making.line(world)

    def send():
        return services.issue(
            acting=world.acting("centre"), lineage=lineage, token=issue, **making.key()
        )

    issued, frozen = together(send, acts_of(world, services.freeze, seen))
    assert [row.serial for row in issued] == [5, 6]
    assert type(frozen) in (ProofChanged, CannotFreeze)
    assert Series.objects.get().frozen_at is None
    assert_sound(live=6)


def test_a_freeze_that_was_first_leaves_the_hole_to_nobody(world):
    """The issuer saw a hole filled; the freeze commits while the issue waits in the queue."""
    making.entrants(world, making.names(4))
    making.void(world, making.issue(world)[1])
    seen, lineage = making.digest(world), making.line(world)
    outcome = []

    def append():
        try:
            making.entrants(world, ["后来的"])
            token = making.token(world)
            waits.set()
            services.issue(
                acting=world.acting("centre"), lineage=lineage, token=token, **making.key()
            )
        except PreviewChanged as changed:
            outcome.append(changed)
        finally:
            connection.close()

    waits = threading.Event()
    officer = threading.Thread(target=append)
    with transaction.atomic():
        acts_of(world, services.freeze, seen)()
        officer.start()
        until_waiting(1)
    officer.join()
    assert waits.is_set()
    assert names_of(outcome) == ["PreviewChanged"]
    assert making.issue(world)[0].serial == 5
    assert check().faults == []


def test_renumbering_freezing_and_voiding_at_once_keep_the_series_whole(world):
    placed = making.entrants(world, making.names(10))
    rows = making.issue(world)
    making.void(world, rows[1], rows[4])
    case = Case.objects.get()
    plan, seen = queries.plan(making.series(world)).token, making.digest(world)
    results = together(
        acts_of(world, services.renumber, plan),
        acts_of(world, services.renumber, plan),
        acts_of(world, services.freeze, seen),
        lambda: undo(world, placed[9], case),
    )
    acts = SeriesAct.objects.count()
    assert acts <= 1
    assert names_of(results).count("SeriesAct") == acts
    assert check().faults == []
