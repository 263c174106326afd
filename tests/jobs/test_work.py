"""``manage.py work`` as a process: killed, frozen, told to stop, it does each job once or not."""

import logging
import random
import signal
import time

import pytest

from tests.jobs import processes
from tests.jobs.acts import long_ago, queue, told
from tests.jobs.kinds import wrote
from xueji.jobs import services
from xueji.jobs.models import JobState

pytestmark = pytest.mark.django_db(transaction=True)

logger = logging.getLogger(__name__)

KILLS = 100 if processes.LONG else 5
SEED = random.SystemRandom().randrange(10**6)
ROWS = 2000


def running(job):
    return lambda: told(job)[0] == JobState.RUNNING


def ended(job):
    return lambda: told(job)[0] in {JobState.DONE, JobState.FAILED}


def test_once_does_what_waits_and_ends():
    jobs = [queue(rows=2), queue("test.refuse"), queue(rows=3)]

    done = processes.run("work", "--once")

    assert done.returncode == 0, done.stderr
    assert [told(job)[0] for job in jobs] == [JobState.DONE, JobState.FAILED, JobState.DONE]
    assert wrote() == 5


def test_it_leaves_the_work_to_celery_where_redis_is():
    job = queue(rows=1)

    done = processes.run("work", "--once", REDIS_URL="redis://127.0.0.1:1/0")

    assert (done.returncode, "不必运行 work" in done.stderr) == (1, True)
    assert told(job) == (JobState.QUEUED, 0, "")


def test_it_replaces_celery_when_forced():
    job = queue(rows=1)

    done = processes.run("work", "--once", "--force", REDIS_URL="redis://127.0.0.1:1/0")

    assert (done.returncode, told(job)) == (0, (JobState.DONE, 1, ""))


def test_it_ends_cleanly_when_told_while_it_waits(log):
    job = queue(rows=1)
    with processes.work(log=log) as worker:
        processes.wait_for(ended(job))
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(processes.PATIENCE) == 0


def test_told_to_stop_in_the_middle_it_hands_the_job_back_untouched(log):
    job = queue("test.deaf", rows=1200, pause=0.05)
    with processes.work(log=log) as worker:
        processes.wait_for(running(job))
        worker.send_signal(signal.SIGTERM)

        assert worker.wait(processes.PATIENCE) == 0
    assert (told(job), wrote()) == ((JobState.QUEUED, 0, ""), 0)


@pytest.mark.race
def test_killed_at_any_moment_a_job_is_whole_or_absent_and_ends(log):
    """D1: the tables are as before or as after, and the rescued job is done exactly once."""
    logger.info("seed %s", SEED)
    draw, whole, before = random.Random(SEED), 0, 0
    undisturbed = duration_of(queue(rows=ROWS), log=log)
    for kill in range(KILLS):
        before = wrote()
        job = queue(rows=ROWS)
        with processes.work(log=log) as worker:
            processes.wait_for(lambda job=job: told(job)[0] != JobState.QUEUED)
            time.sleep(draw.uniform(0, undisturbed))
            worker.kill()
            worker.wait()
        done = told(job)[0] == JobState.DONE
        whole += done
        assert wrote() - before == (ROWS if done else 0), kill
        long_ago(job)
        services.sweep()
        services.run_job(job.pk)
        assert (told(job)[0], wrote() - before) == (JobState.DONE, ROWS), kill
    logger.info("%s kills within %.1f s, %s after the commit", KILLS, undisturbed, whole)
    assert whole < KILLS


def duration_of(job, *, log):
    """How long an undisturbed worker takes for a job."""
    with processes.work(log=log):
        processes.wait_for(lambda: told(job)[0] != JobState.QUEUED)
        began = time.monotonic()
        processes.wait_for(ended(job))
        return time.monotonic() - began


def test_killed_right_after_its_effect_a_job_is_done_and_never_acts_again(log):
    job = queue("test.die")
    with processes.work(log=log) as worker:
        assert worker.wait(processes.PATIENCE) == -signal.SIGKILL
    long_ago(job)
    services.sweep()
    services.run_job(job.pk)

    assert (told(job), wrote()) == ((JobState.DONE, 1, ""), 1)


def test_a_job_that_kills_its_worker_is_given_up_after_three_times(log):
    job = queue("test.deaf", rows=1200, pause=0.05)
    for _ in range(3):
        with processes.work(log=log) as worker:
            processes.wait_for(running(job))
            worker.kill()
        long_ago(job)
        services.sweep()

    assert (told(job), wrote()) == ((JobState.FAILED, 3, services.THREE_TIMES), 0)


@pytest.mark.race
def test_a_worker_that_slept_past_its_lease_commits_nothing(log):
    job = queue("test.deaf", rows=40, pause=0.05)
    with processes.work(log=log) as worker:
        processes.wait_for(running(job))
        worker.send_signal(signal.SIGSTOP)
        long_ago(job)
        services.sweep()
        assert services.run_job(job.pk) is True
        follower = queue(rows=1)

        worker.send_signal(signal.SIGCONT)
        processes.wait_for(ended(follower))

    assert (told(job), told(follower), wrote()) == (
        (JobState.DONE, 2, ""),
        (JobState.DONE, 1, ""),
        41,
    )
    assert "lease lost, nothing committed" in log.read_text()
