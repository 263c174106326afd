"""The sweeper: nothing runs for ever, nothing queued is forgotten, each day has its jobs."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.timezone import now

from tests.jobs import processes
from tests.jobs.acts import long_ago, queue, told
from tests.jobs.kinds import wrote
from xueji.jobs import registry, services
from xueji.jobs.models import Job, JobState

pytestmark = pytest.mark.django_db(transaction=True)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def abandoned(*, attempts, since=timedelta(minutes=10)):
    """A job whose runner vanished."""
    job = queue(rows=3)
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, attempts=attempts, lease=uuid4(), lease_until=now() - since
    )
    return job


@pytest.mark.parametrize("attempts", [1, 2])
def test_a_job_whose_runner_vanished_is_queued_again(attempts):
    job = abandoned(attempts=attempts)

    services.sweep()

    assert (told(job), job.lease) == ((JobState.QUEUED, attempts, ""), None)
    services.run_job(job.pk)
    assert (told(job), wrote()) == ((JobState.DONE, attempts + 1, ""), 3)


def test_a_job_that_failed_three_times_to_end_is_given_up_with_a_reason():
    job = abandoned(attempts=3)

    services.sweep()

    assert told(job) == (JobState.FAILED, 3, services.THREE_TIMES)
    assert services.run_job(job.pk) is False


def test_a_job_whose_lease_still_runs_is_left_alone():
    job = abandoned(attempts=1, since=-timedelta(seconds=50))

    services.sweep()

    assert told(job) == (JobState.RUNNING, 1, "")


def test_what_ended_is_left_alone():
    job, failed = queue(rows=1), queue("test.refuse")
    services.run_job(job.pk)
    services.run_job(failed.pk)
    before = (told(job), told(failed))
    long_ago(job)
    long_ago(failed)

    services.sweep()

    assert (told(job), told(failed)) == before


def test_each_day_brings_each_daily_job_once():
    kinds = [kind.name for kind in registry.due_daily()]
    for moment in (
        datetime(2026, 11, 24, 0, 1, tzinfo=SHANGHAI),
        datetime(2026, 11, 24, 23, 59, tzinfo=SHANGHAI),
        datetime(2026, 11, 25, 0, 1, tzinfo=SHANGHAI),
    ):
        with time_machine.travel(moment, tick=False):
            services.sweep()

    assert kinds == [
        "account_sealing",
        "document_expiry",
        "dossiers",
        "draft_expiry",
        "enrollment.import_expiry",
        "key_expiry",
        "lapse",
        "ledger_check",
        "notices",
        "numbers_check",
        "orders",
        "partitions",
    ]
    assert sorted(Job.objects.values_list("key", flat=True)) == sorted(
        f"{kind}:{day}" for kind in kinds for day in (date(2026, 11, 24), date(2026, 11, 25))
    )


def test_the_daily_jobs_can_be_done():
    services.sweep()
    while services.run_next():
        pass

    assert sorted(Job.objects.values_list("kind", "state", "error")) == [
        ("account_sealing", JobState.DONE, ""),
        ("document_expiry", JobState.DONE, ""),
        ("dossiers", JobState.DONE, ""),
        ("draft_expiry", JobState.DONE, ""),
        ("enrollment.import_expiry", JobState.DONE, ""),
        ("key_expiry", JobState.DONE, ""),
        ("lapse", JobState.DONE, ""),
        ("ledger_check", JobState.DONE, ""),
        ("notices", JobState.DONE, ""),
        ("numbers_check", JobState.DONE, ""),
        ("orders", JobState.DONE, ""),
        ("partitions", JobState.DONE, ""),
    ]


def test_a_lost_message_is_sent_again_and_only_once_in_two_minutes(own_redis):
    lost, recent = queue(rows=1), queue(rows=1)
    long_ago(lost)

    for _ in range(3):
        processes.run("sweep", REDIS_URL=own_redis.url)

    assert (own_redis.waiting(), told(lost)[0], told(recent)[0]) == (
        1 + len(registry.due_daily()),
        JobState.QUEUED,
        JobState.QUEUED,
    )
