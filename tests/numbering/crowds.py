"""Several clerks at once on one series, and what must hold afterwards."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import OperationalError, connection, transaction

from numbering import services
from numbering.models import RegisterNumber, Series
from numbering.queries.check import check
from numbering.services import (
    CannotFreeze,
    CannotRenumber,
    CannotVoid,
    PreviewChanged,
    ProofChanged,
)
from xueji.cases.models import Case
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students import services as students
from xueji.students.models import Status, Student

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


@transaction.atomic
def undo(world, student: Student, case: Case) -> None:
    acting = world.acting("centre")
    locked = students.lock([student.pk])[student.pk]
    services.void(student=locked, case=case, acting=acting, reason="未报到")
    locked.status = Status.PENDING
    students.write([locked], fields=["status"], acting=acting, reason="未报到")


def until_waiting(count: int) -> None:
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
