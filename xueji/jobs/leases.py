"""The right to carry out a job: one runner holds it, renews it, and proves it with the effect.

A runner that was stopped or cut off loses the lease to the sweeper; what it then tries to commit
is rolled back, because the effect and the verdict stand in one transaction.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID

from django.db import Error, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from xueji.jobs.models import Job, JobState

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_EVERY = 15.0
REPORT_EVERY = 1.0
# shorter than CELERY_TASK_SOFT_TIME_LIMIT, so that the reason is told in the same words everywhere
LIMIT = timedelta(minutes=24)
TOO_LONG = "超过 {minutes:.0f} 分钟仍未做完，已停止。请减少一次办理的数量，分几次提交。"
REASON_LENGTH = Job._meta.get_field("error").max_length


class LeaseLost(Exception):
    """Another runner has the job, or it has ended; whatever is not committed must not be."""


class Lease:
    """What a handler holds of its job: it reports progress and commits its effect through it.

    ``result_id`` is set by the handler to the document that the job made, if it makes one.
    """

    def __init__(self, *, job_id: int, token: UUID) -> None:
        self.job_id, self.token = job_id, token
        self.result_id: UUID | None = None
        self._progress = (0, 0)
        self._lost, self._ended = threading.Event(), threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is; cheap. Raises LeaseLost as soon as going on is useless."""
        self._progress = (done, total)
        if self._lost.is_set():
            raise LeaseLost

    def check(self) -> None:
        """Last statement of a transaction: hold the Job row until the commit, or raise LeaseLost.

        For a handler that acts in several transactions, each of which bears repeating; one that
        must act exactly once uses ``effect``.
        """
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("a lease is checked inside the effect")
        if not self._held().select_for_update().values_list("pk").first():
            raise LeaseLost

    @contextmanager
    def effect(self) -> Iterator[None]:
        """The one transaction of the job: what it writes and that it is done commit together."""
        with transaction.atomic(durable=True):
            yield
            self.check()
            self.end(JobState.DONE)

    def end(self, state: JobState, *, error: str = "") -> bool:
        """Write the verdict if the lease is still held; False if there was nothing to write."""
        done, total = self._progress
        return bool(
            self._held().update(
                state=state,
                error=error[:REASON_LENGTH],
                done=done,
                total=total,
                result_id=self.result_id if state == JobState.DONE else None,
                lease=None,
                lease_until=None,
                finished_at=Now(),
            )
        )

    @contextmanager
    def renewed(self) -> Iterator[None]:
        """Keep the lease from a thread with its own connection while the block runs."""
        thread = threading.Thread(target=self._renew, name=f"lease-{self.job_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(timeout=RENEW_EVERY)

    def _held(self) -> QuerySet[Job]:
        return Job.objects.filter(pk=self.job_id, state=JobState.RUNNING, lease=self.token)

    def _renew(self) -> None:
        started = renewed = time.monotonic()
        written = self._progress
        try:
            while not (self._ended.wait(REPORT_EVERY) or self._lost.is_set()):
                now, shown = time.monotonic(), self._progress
                if now - started > LIMIT.total_seconds():
                    self._give_up()
                elif self._write(shown, due=shown != written or now - renewed > RENEW_EVERY):
                    renewed, written = now, shown
        finally:
            connection.close()

    def _write(self, shown: tuple[int, int], *, due: bool) -> bool:
        """Prolong and show progress; False if not due or the database cannot be reached."""
        if not due:
            return False
        done, total = shown
        try:
            if not self._held().update(lease_until=Now() + LEASE, done=done, total=total):
                self._lost.set()
        except Error as error:
            log.warning("job %s: lease not renewed: %s", self.job_id, type(error).__name__)
            connection.close()
            return False
        return True

    def _give_up(self) -> None:
        self._lost.set()
        minutes = LIMIT.total_seconds() / 60
        try:
            self.end(JobState.FAILED, error=TOO_LONG.format(minutes=minutes))
        except Error as error:
            log.warning("job %s: not ended at its limit: %s", self.job_id, type(error).__name__)
