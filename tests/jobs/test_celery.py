"""Celery with a real Redis: what is delivered often acts once, what Redis loses is not lost."""

import os
import signal
from pathlib import Path

import pytest

from tests.jobs import processes
from tests.jobs.acts import long_ago, queue, told
from tests.jobs.kinds import wrote
from xueji.jobs import sending, tasks
from xueji.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)

DELIVERIES = 20


def ended(job):
    return lambda: told(job)[0] in {JobState.DONE, JobState.FAILED}


def test_a_worker_does_what_was_asked(own_redis, log):
    with processes.celery(log=log, url=own_redis.url):
        processes.run("enqueue", "a", REDIS_URL=own_redis.url)
        job = Job.objects.get()
        processes.wait_for(ended(job))

    assert (told(job), wrote()) == ((JobState.DONE, 1, ""), 1)


@pytest.mark.race
def test_a_job_delivered_twenty_times_acts_once(own_redis, log):
    job, last = queue(rows=5, pause=0.1), queue(rows=1)
    processes.run("deliver", *[str(job.pk)] * DELIVERIES, str(last.pk), REDIS_URL=own_redis.url)
    assert own_redis.waiting() == DELIVERIES + 1

    with processes.celery(log=log, url=own_redis.url):
        processes.wait_for(ended(last))
        processes.wait_for(ended(job))
        processes.wait_for(lambda: own_redis.waiting() == 0)

    assert (told(job), told(last), wrote()) == (
        (JobState.DONE, 1, ""),
        (JobState.DONE, 1, ""),
        6,
    )


def test_an_emptied_redis_loses_no_job(own_redis, log):
    """D4: after FLUSHALL the sweeper brings everything back from the database."""
    processes.run("enqueue", *"abcde", REDIS_URL=own_redis.url)
    own_redis.client.flushall()
    jobs = list(Job.objects.all())
    for job in jobs:
        long_ago(job)

    with processes.celery(log=log, url=own_redis.url):
        processes.run("deliver", "sweep", REDIS_URL=own_redis.url)
        for job in jobs:
            processes.wait_for(ended(job))

    assert ([told(job) for job in jobs], wrote()) == ([(JobState.DONE, 1, "")] * 5, 5)


@pytest.mark.race
def test_a_killed_child_leaves_its_job_to_the_sweeper(own_redis, log):
    job = queue("test.deaf", rows=100, pause=0.05)
    with processes.celery(log=log, url=own_redis.url) as worker:
        processes.run("deliver", str(job.pk), REDIS_URL=own_redis.url)
        processes.wait_for(lambda: told(job)[0] == JobState.RUNNING)
        for child in children_of(worker.pid):
            os.kill(child, signal.SIGKILL)
        Job.objects.filter(pk=job.pk).update(parameters={"rows": 5})
        long_ago(job)
        processes.run("deliver", "sweep", REDIS_URL=own_redis.url)
        processes.wait_for(ended(job))

    assert (told(job), wrote()) == ((JobState.DONE, 2, ""), 5)


def children_of(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_the_message_names_a_task_that_workers_know():
    assert (tasks.run_job.name, tasks.sweep.name) == (sending.RUN_JOB, "xueji.jobs.tasks.sweep")
