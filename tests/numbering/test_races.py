"""Many at one series at once: every serial once, none left out, whoever wins or dies."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, transaction

from numbering import queries, services
from numbering.models import NumberState, RegisterNumber, Series, SeriesAct
from numbering.queries.check import check
from numbering.services import (
    CannotFreeze,
    CannotRenumber,
    CannotVoid,
    PreviewChanged,
    ProofChanged,
)
from tests.numbering import making
from xueji.cases import services as cases
from xueji.cases.models import Case
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students import services as students
from xueji.students.models import Status, Student

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_pg, pytest.mark.race]
THREADS = 8
REFUSALS = (PreviewChanged, ProofChanged, CannotFreeze, CannotRenumber, CannotVoid)


def together(*acts: Callable[[], object]) -> list[object]:
    """Run acts at once, each on a connection of its own; their results or what they raised."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except (*REFUSALS, OperationalError) as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def serials() -> list[int]:
    rows = RegisterNumber.objects.filter(refilled=False).order_by("serial")
    return list(rows.values_list("serial", flat=True))


def assert_sound(live: int) -> None:
    """Serials 1 to last, each once; each with its pupil, one event and one history row."""
    result = check()
    assert (result.faults, result.live) == ([], live)
    assert serials() == [*range(1, Series.objects.get().last + 1)]
    shown = Student.objects.exclude(number=None)
    events = RegisterEvent.objects.filter(kind=EventKind.NUMBERED)
    assert shown.count() == live
    assert events.count() == RegisterNumber.objects.count()


def test_eight_appenders_leave_no_gap_and_no_double(world):
    placed = making.entrants(world, making.names(THREADS * 5))
    shares = [placed[n::THREADS] for n in range(THREADS)]

    def append(share):
        return lambda: [making.append(world, student).serial for student in share]

    given = together(*(append(share) for share in shares))
    assert sorted(serial for serials in given for serial in serials) == [*range(1, 41)]
    assert all(serials == sorted(serials) for serials in given)
    assert_sound(live=40)


def test_eight_officers_with_one_preview_issue_it_once(world):
    making.entrants(world, making.names(20))
    seen, lineage = making.token(world), making.line(world)

    def send():
        return services.issue(
            acting=world.acting("centre"), lineage=lineage, token=seen, **making.key()
        )

    results = together(*[send] * THREADS)
    assert sorted(type(r).__name__ for r in results) == ["PreviewChanged"] * 7 + ["list"]
    assert_sound(live=20)


def test_issuing_and_appending_at_once_keep_one_series(world):
    """Half the threads issue whatever the preview shows, half append single pupils."""
    waiting = making.entrants(world, making.names(40))
    lineage = making.line(world)

    def officer():
        while Student.objects.filter(number=None, pk__in=[s.pk for s in waiting[20:]]).exists():
            try:
                making.issue(world)
            except PreviewChanged:
                continue

    def placement(share):
        def append():
            for student in share:
                with transaction.atomic():
                    locked = students.lock([student.pk])[student.pk]
                    if locked.number is None:  # an officer was faster
                        services.allocate(
                            acting=world.acting("centre"),
                            lineage=lineage,
                            students=[locked],
                            **making.key(),
                        )

        return append

    half = THREADS // 2
    together(*[officer] * half, *(placement(waiting[n::half]) for n in range(half)))
    assert_sound(live=40)


def test_holes_made_meanwhile_are_filled_once(world):
    placed = making.entrants(world, making.names(16))
    making.issue(world)
    later = making.entrants(world, making.names(16, start=16))
    case = cases.open_draft(
        kind="enrollment",
        school=world.schools["清泉小学"],
        acting=world.acting("clerk"),
        values={},
    )

    def undo(share):
        return lambda: [_undo(world, student, case) for student in share]

    def append(share):
        return lambda: [making.append(world, student) for student in share]

    acts = [undo(placed[n::4]) for n in range(4)] + [append(later[n::4]) for n in range(4)]
    random.Random(7).shuffle(acts)
    assert not [r for r in together(*acts) if isinstance(r, Exception)]
    assert_sound(live=16)
    holes = RegisterNumber.objects.filter(state=NumberState.VOID, refilled=False).count()
    assert Series.objects.get().last == 16 + holes


@transaction.atomic
def _undo(world, student: Student, case: Case) -> None:
    acting = world.acting("centre")
    locked = students.lock([student.pk])[student.pk]
    services.void(student=locked, case=case, acting=acting, reason="未报到")
    locked.status = Status.PENDING
    students.write([locked], fields=["status"], acting=acting, reason="未报到")


def test_the_first_numbers_of_a_series_can_be_asked_for_at_once(world):
    """Nobody has begun the series yet: all try to, one does."""
    placed = making.entrants(world, making.names(THREADS))

    def append(student):
        return lambda: making.append(world, student).serial

    assert sorted(together(*map(append, placed))) == [*range(1, THREADS + 1)]
    assert_sound(live=THREADS)


def test_who_dies_with_a_number_in_hand_leaves_no_hole(world):
    first, dying, last = making.entrants(world, making.names(3))
    making.append(world, first)
    reached, gone = threading.Event(), threading.Event()
    backend: list[int] = []

    def die():
        with transaction.atomic():
            making.append(world, dying)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                backend.append(cursor.fetchone()[0])
            reached.set()
            gone.wait(30)
            Student.objects.count()  # the connection is no more

    def kill_and_go_on():
        reached.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", backend)
        gone.set()
        return making.append(world, last).serial

    died, serial = together(die, kill_and_go_on)
    assert isinstance(died, OperationalError)
    assert serial == 2
    assert_sound(live=2)


def test_waiters_are_served_in_the_order_they_came(world):
    """The advisory lock is a queue: five who wait one after the other get 2 to 6 in turn."""
    holder, *waiting = making.entrants(world, making.names(6))
    order = []
    with transaction.atomic():
        making.append(world, holder)

        def wait(student):
            try:
                order.append((student.pk, making.append(world, student).serial))
            finally:
                connection.close()

        threads = []
        for student in waiting:
            threads.append(threading.Thread(target=wait, args=(student,)))
            threads[-1].start()
            _until_waiting(len(threads))
    for thread in threads:
        thread.join()
    assert dict(order) == {student.pk: n for n, student in enumerate(waiting, start=2)}


def _until_waiting(count: int) -> None:
    """Return when ``count`` others wait for what our transaction holds."""
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0] == count:
                return
        time.sleep(0.01)
    raise AssertionError(f"never {count} who wait")


def test_a_class_that_changes_while_the_officer_waits_stops_the_issue(world):
    moved, _ = making.entrants(world, ["赵一", "钱二"])
    seen, lineage = making.token(world), making.line(world)
    second = SchoolClass.objects.get(school=moved.school_id, number=2)

    def send():
        try:
            services.issue(
                acting=world.acting("centre"), lineage=lineage, token=seen, **making.key()
            )
        except PreviewChanged as changed:
            said.append(str(changed))
        finally:
            connection.close()

    said: list[str] = []
    officer = threading.Thread(target=send)
    with transaction.atomic():
        locked = students.lock([moved.pk])
        acting = world.acting("clerk")
        students.put_in_class(locked.values(), school_class=second, acting=acting, reason="调班")
        officer.start()
        _until_waiting(1)
    officer.join()
    assert said == [str(PreviewChanged())]
    assert RegisterNumber.objects.count() == 0


# -- freeze and re-numbering ----------------------------------------------------------------------
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
        _until_waiting(1)
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
        lambda: _undo(world, placed[9], case),
    )
    acts = SeriesAct.objects.count()
    assert acts <= 1
    assert names_of(results).count("SeriesAct") == acts
    assert check().faults == []
