"""The product's own worker commands with the tests' kinds of job registered.

python -m tests.jobs.worker work --once
python -m tests.jobs.worker enqueue KEY…               one request each, printing its time
python -m tests.jobs.worker enqueue-and-roll-back KEY…
python -m tests.jobs.worker deliver JOB|sweep…         messages only
python -m tests.jobs.worker sweep
celery -A tests.jobs.worker worker
"""

import contextlib
import sys
import threading
import time

import django

django.setup()

from django.core.management import execute_from_command_line  # noqa: E402
from django.db import transaction  # noqa: E402

import tests.jobs.kinds  # noqa: E402, F401
from xueji.celery import app  # noqa: E402, F401
from xueji.jobs import sending, tasks  # noqa: E402
from xueji.jobs.services import enqueue, sweep  # noqa: E402


class RolledBack(Exception):
    pass


def ask(key, *, commit):
    """One request that queues a job, and how long the person waited for its answer."""
    started = time.monotonic()
    with contextlib.suppress(RolledBack), transaction.atomic():
        enqueue(kind="test.fill", key=key, parameters={"rows": 1})
        if not commit:
            raise RolledBack
    sys.stdout.write(f"{time.monotonic() - started}\n")


def deliver(names):
    """Put messages into Redis as the product and beat do, however often and for whatever job."""
    for name in names:
        if name == "sweep":
            tasks.sweep.apply_async(retry=False)
        else:
            sending.send(int(name))


def finish_sending():
    """A server lives on while Redis is slow; this process must not end before its messages."""
    for thread in threading.enumerate():
        if thread.name == sending.THREAD:
            thread.join(30)


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    if command in {"enqueue", "enqueue-and-roll-back"}:
        for key in rest:
            ask(key, commit=command == "enqueue")
    elif command == "deliver":
        deliver(rest)
    elif command == "sweep":
        sweep()
    else:
        execute_from_command_line(["manage.py", command, *rest])
    finish_sending()
