"""Many at one series at once: every serial once, none left out, whoever wins or dies."""

import random
import threading

import pytest
from django.db import OperationalError, connection, transaction

from numbering import services
from numbering.models import NumberState, RegisterNumber, Series
from numbering.services import PreviewChanged
from tests.numbering import making
from tests.numbering.crowds import THREADS, assert_sound, together, undo, until_waiting
from xueji.cases import services as cases
from xueji.organisations.models import SchoolClass
from xueji.students import services as students
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_pg, pytest.mark.race]


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

    def taken_back(share):
        return lambda: [undo(world, student, case) for student in share]

    def append(share):
        return lambda: [making.append(world, student) for student in share]

    acts = [taken_back(placed[n::4]) for n in range(4)] + [append(later[n::4]) for n in range(4)]
    random.Random(7).shuffle(acts)
    assert not [r for r in together(*acts) if isinstance(r, Exception)]
    assert_sound(live=16)
    holes = RegisterNumber.objects.filter(state=NumberState.VOID, refilled=False).count()
    assert Series.objects.get().last == 16 + holes


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
            until_waiting(len(threads))
    for thread in threads:
        thread.join()
    assert dict(order) == {student.pk: n for n, student in enumerate(waiting, start=2)}


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
        until_waiting(1)
    officer.join()
    assert said == [str(PreviewChanged())]
    assert RegisterNumber.objects.count() == 0
