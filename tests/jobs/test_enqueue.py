"""Asking for a job: once per key, only with the request's commit, and never waiting for Redis."""

import socket
import threading
import time
from contextlib import closing

import pytest
from django.db import connection, transaction

from tests.jobs import processes
from tests.jobs.acts import queue
from xueji.jobs import services
from xueji.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)

NEVER_LONGER = 3.0


def test_a_job_waits_with_its_parameters():
    job = queue(rows=3)

    stored = Job.objects.get()
    assert (stored.pk, stored.kind, stored.state, stored.parameters, stored.attempts) == (
        job.pk,
        "test.fill",
        JobState.QUEUED,
        {"rows": 3},
        0,
    )


def test_the_same_key_is_the_same_job():
    first, second = queue(key="import:7", rows=3), queue(key="import:7", rows=3)

    assert (first.pk, Job.objects.count()) == (second.pk, 1)


@pytest.mark.parametrize(("kind", "rows"), [("test.fill", 4), ("test.deaf", 3)])
def test_the_same_key_for_something_else_is_refused(kind, rows):
    queue(key="import:7", rows=3)

    with pytest.raises(services.OtherJob):
        queue(kind, key="import:7", rows=rows)

    assert Job.objects.get().parameters == {"rows": 3}


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(LookupError):
        queue("test.unheard")

    assert Job.objects.count() == 0


def test_a_rolled_back_request_leaves_no_job():
    with transaction.atomic():
        queue(rows=3)
        transaction.set_rollback(True)

    assert Job.objects.count() == 0


@pytest.mark.race
def test_two_requests_with_one_key_at_the_same_time_make_one_job():
    together, made = threading.Barrier(2), []

    def ask():
        try:
            together.wait()
            with transaction.atomic():
                made.append(queue(key="import:7", rows=3).pk)
                time.sleep(0.2)
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(made), len(set(made)), Job.objects.count()) == (2, 1, 1)


def test_a_worker_hears_of_a_job_after_the_commit(own_redis):
    done = processes.run("enqueue", "a", "b", REDIS_URL=own_redis.url)

    assert (done.returncode, own_redis.waiting(), Job.objects.count()) == (0, 2, 2)


def test_a_worker_never_hears_of_a_rolled_back_job(own_redis):
    done = processes.run("enqueue-and-roll-back", "a", "b", REDIS_URL=own_redis.url)

    assert (done.returncode, own_redis.waiting(), Job.objects.count()) == (0, 0, 0)


def silent_port():
    """A port that takes connections and never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    return closing(listener), listener.getsockname()[1]


def test_a_dead_redis_delays_no_request():
    url = f"redis://127.0.0.1:{processes.free_port()}/0"

    done = processes.run("enqueue", "a", "b", "c", REDIS_URL=url)

    assert (done.returncode, Job.objects.filter(state=JobState.QUEUED).count()) == (0, 3)
    assert [float(took) < NEVER_LONGER for took in done.stdout.split()] == [True] * 3


def test_a_redis_that_accepts_and_never_answers_delays_no_request():
    listener, port = silent_port()
    with listener:
        done = processes.run("enqueue", "a", "b", "c", REDIS_URL=f"redis://127.0.0.1:{port}/0")

    assert (done.returncode, Job.objects.filter(state=JobState.QUEUED).count()) == (0, 3)
    assert [float(took) < NEVER_LONGER for took in done.stdout.split()] == [True] * 3


def test_a_redis_that_freezes_delays_no_request(own_redis):
    processes.run("enqueue", "a", REDIS_URL=own_redis.url)
    own_redis.freeze()

    done = processes.run("enqueue", "b", "c", "d", REDIS_URL=own_redis.url)

    assert (done.returncode, Job.objects.filter(state=JobState.QUEUED).count()) == (0, 4)
    assert [float(took) < NEVER_LONGER for took in done.stdout.split()] == [True] * 3
