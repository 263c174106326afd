"""Queueing, running and rescuing jobs: each acts at most once and ends with a verdict.

The row is the truth. A job is claimed by one compare-and-set, runs under a lease, and is brought
back by the sweeper when its runner vanished, three times at most.
"""

import json
import logging
import traceback
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.timezone import localdate, now

from xueji.accounts.access import Acting, posts_in_force
from xueji.accounts.models import Post
from xueji.jobs import registry, sending
from xueji.jobs.leases import LEASE, Lease, LeaseLost
from xueji.jobs.models import Job, JobState

log = logging.getLogger(__name__)

ATTEMPTS = 3
QUEUED_TOO_LONG = timedelta(minutes=2)
THREE_TIMES = "三次未做成：每次都在中途中断。请联系管理员查看运行日志，查明原因后重新提交。"
POST_ENDED = "提交时所用的岗位已经停用，没有办理。请由现任岗位重新提交。"
BROKEN = "程序出错，没有做成。请把任务编号 {job_id} 告诉管理员。"


class JobFailed(Exception):
    """The job cannot be done; the message is the Chinese reason that its page shows."""


class OtherJob(Exception):
    """The key was already used for another kind or other parameters."""


@transaction.atomic
def enqueue(*, kind: str, key: str, parameters: Mapping, post: Post | None = None) -> Job:
    """Queue a job in the transaction of the request; the same key again gives the same job.

    A worker hears of it after the commit. ``parameters`` are ids and other plain JSON values,
    never personal data. Raises OtherJob when the key stands for something else.
    """
    registry.get(kind)
    wanted = json.loads(json.dumps(dict(parameters)))
    fresh = Job(kind=kind, key=key, parameters=wanted, post=post, queued_at=Now())
    Job.objects.bulk_create([fresh], ignore_conflicts=True)
    job = Job.objects.get(key=key)
    if (job.kind, job.parameters) != (kind, wanted):
        raise OtherJob(key)
    if job.state == JobState.QUEUED:
        transaction.on_commit(partial(sending.send, job.pk), robust=True)
    return job


def run_job(job_id: int) -> bool:
    """Run a job if it is queued; False if somebody else has it or had it."""
    return _claim_and_run(job_id)


def run_next() -> bool:
    """Run the job queued first that nobody else is taking; False if there is none."""
    return _claim_and_run(None)


def acting(job: Job) -> Acting:
    """The person who asked, under the post of that time; JobFailed if they no longer hold it."""
    at = now()
    post = posts_in_force(on=localdate(at)).filter(pk=job.post_id).first()
    if post is None:
        raise JobFailed(POST_ENDED)
    return Acting(user=post.user, post=post, at=at)


def sweep() -> None:
    """Rescue jobs whose runner vanished, send again what waits long, queue what is due today."""
    with transaction.atomic():
        over = Job.objects.filter(state=JobState.RUNNING, lease_until__lt=Now())
        lost = list(over.order_by("pk").select_for_update(skip_locked=True))
        spent = [job.pk for job in lost if job.attempts >= ATTEMPTS]
        again = [job.pk for job in lost if job.attempts < ATTEMPTS]
        free = {"lease": None, "lease_until": None}
        Job.objects.filter(pk__in=spent).update(
            state=JobState.FAILED, error=THREE_TIMES, finished_at=Now(), **free
        )
        Job.objects.filter(pk__in=again).update(state=JobState.QUEUED, queued_at=Now(), **free)
    for job in lost:
        log.warning("job %s %s: its runner vanished in attempt %s", job.pk, job.kind, job.attempts)
    _enqueue_due()
    _send_again(again)


def _enqueue_due() -> None:
    """Queue the jobs of the day; what a missed day left undone, the next day's job does."""
    today = localdate().isoformat()
    due = {f"{kind.name}:{today}": kind.name for kind in registry.due_daily()}
    known = set(Job.objects.filter(key__in=due).values_list("key", flat=True))
    for key in due.keys() - known:
        enqueue(kind=due[key], key=key, parameters={})


def _send_again(rescued: list[int]) -> None:
    """Send rescued jobs and those whose message was lost; stop at the first that Redis refuses."""
    if not settings.REDIS_URL:
        return
    late = Job.objects.filter(state=JobState.QUEUED, queued_at__lt=Now() - QUEUED_TOO_LONG)
    for job_id in [*rescued, *late.order_by("pk").values_list("pk", flat=True)]:
        Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(queued_at=Now())
        if not sending.send(job_id):
            return


def _claim_and_run(job_id: int | None) -> bool:
    token = uuid4()
    try:
        job = _claim(job_id, token=token)
        if job is not None:
            _run(job)
    except (KeyboardInterrupt, SystemExit):  # told to stop, at any moment since the claim
        _hand_back(token)
        raise
    return job is not None


def _run(job: Job) -> None:
    lease = Lease(job_id=job.pk, token=job.lease)
    try:
        with lease.renewed():
            registry.get(job.kind).handler(job, lease)
            lease.end(JobState.DONE)
    except JobFailed as failure:
        lease.end(JobState.FAILED, error=str(failure))
    except LeaseLost:
        log.warning("job %s %s: lease lost, nothing committed", job.pk, job.kind)
    except (OperationalError, InterfaceError) as error:
        # the database is away or refused to wait: the lease runs out and the sweeper brings it back
        log.warning("job %s %s: interrupted by %s", job.pk, job.kind, type(error).__name__)
    except Exception as error:
        _log_without_values(job, error)
        lease.end(JobState.FAILED, error=BROKEN.format(job_id=job.pk))


def _claim(job_id: int | None, *, token: UUID) -> Job | None:
    """Take one queued job under a fresh lease: the named one, or the first that is free."""
    with transaction.atomic():
        queued = Job.objects.filter(state=JobState.QUEUED).order_by("pk")
        if job_id is not None:
            queued = queued.filter(pk=job_id)
        job = queued.select_for_update(skip_locked=job_id is None).first()
        if job is None:
            return None
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING,
            lease=token,
            lease_until=Now() + LEASE,
            attempts=F("attempts") + 1,
            done=0,
            total=0,
        )
    job.refresh_from_db()
    return job


def _hand_back(token: UUID) -> None:
    """A runner told to stop leaves its job to the next one; the attempt does not count.

    By a new connection: the old one may have been interrupted between a question and its answer.
    """
    connection.close()
    Job.objects.filter(state=JobState.RUNNING, lease=token).update(
        state=JobState.QUEUED,
        lease=None,
        lease_until=None,
        queued_at=Now(),
        attempts=F("attempts") - 1,
    )


def _log_without_values(job: Job, error: Exception) -> None:
    """Where it broke, without the message: a message may quote a pupil's data."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("job %s %s: %s\n%s", job.pk, job.kind, type(error).__name__, where)
