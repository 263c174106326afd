"""``kill -9`` of the worker in the middle of an intake and of a takeover: all rows once, or none.

What the sweeper brings back is done exactly once; both proofs over the register stay clean.
"""

import logging
import os
import random
import time
from collections.abc import Callable
from typing import NamedTuple
from uuid import uuid4

import pytest

from enrollment.models import Takeover
from enrollment.services.batch import keeping as batches
from enrollment.services.takeover import keeping
from numbering.queries.check import check as check_numbers
from tests.enrollment import takeovers, workbooks
from tests.jobs import processes
from tests.jobs.acts import long_ago, told
from tests.jobs.test_work import ended
from tests.races import report
from xueji.cases.models import Case
from xueji.jobs import services
from xueji.jobs.leases import LEASE
from xueji.jobs.models import Job, JobState
from xueji.ledger.check import check as check_ledger
from xueji.management.commands.work import SWEEP_EVERY
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

logger = logging.getLogger(__name__)

SEED = int(os.environ.get("XUEJI_SEED", random.SystemRandom().randrange(10**6)))
MOST_SECONDS = 300  # from the kill to the verdict
NAME = "A worker killed in the middle of a workbook"
WHAT = """\
`tests/races/test_import_killed.py`: `kill -9` of the worker at a random moment of a job that \
stores a confirmed workbook; then the sweeper, as if the lease had run out; both once more; then \
the job to its end."""


class Begun(NamedTuple):
    """A confirmed workbook: its job, how many of its rows stand, how many there are to be."""

    job: Job
    stand: Callable[[], int]
    rows: int


@pytest.fixture
def log(tmp_path):
    return tmp_path / "programs.log"


def intake(world, serial):
    rows = 2000 if processes.LONG else 40
    lines = workbooks.many(rows, after=serial * rows)
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    batches.confirm(batch_id=batch.pk, key=uuid4(), acting=world.acting("clerk"))
    cases = Case.objects.filter(imported__batch=batch)
    return Begun(workbooks.again(batch).job, cases.count, rows)


def takeover(world, serial):
    """The numbers of each follow those of the one before."""
    rows = 40
    found = takeovers.checked(world, takeovers.many(rows, after=serial * rows))
    keeping.confirm(takeover_id=found.pk, key=uuid4(), acting=world.acting("county-head"))
    pupils = Student.objects.filter(school=found.school_id)
    before = pupils.count()
    return Begun(Takeover.objects.get(pk=found.pk).job, lambda: pupils.count() - before, rows)


def to_its_end(begun):
    """Seconds that the job takes when nobody kills it any more; all its rows stand, once."""
    since = time.monotonic()
    services.run_job(begun.job.pk)
    assert ended(begun.job)(), told(begun.job)
    assert (told(begun.job)[0], begun.stand()) == (JobState.DONE, begun.rows)
    return time.monotonic() - since


def strike(job, log, *, after):
    """Let a worker take the job and kill it so many seconds later."""
    with processes.work(log=log) as worker:
        processes.wait_for(lambda: told(job)[0] != JobState.QUEUED)
        time.sleep(after)
        worker.kill()
        worker.wait()


@pytest.mark.parametrize(
    ("begin", "kills"),
    [(intake, 100 if processes.LONG else 5), (takeover, 50 if processes.LONG else 2)],
)
def test_killed_at_any_moment_all_rows_stand_once_or_none(world, log, begin, kills):
    logger.info("seed %s", SEED)
    draw = random.Random(SEED)
    slowest = whole = to_its_end(begin(world, 0))
    struck = late = taken = 0
    while struck < kills:
        taken += 1
        begun = begin(world, taken)
        for _ in range(services.ATTEMPTS - 1):
            strike(begun.job, log, after=draw.uniform(0, whole))
            struck += 1
            is_done = told(begun.job)[0] == JobState.DONE
            assert begun.stand() == (begun.rows if is_done else 0), struck
            if is_done:
                late += 1
                break
            long_ago(begun.job)
            services.sweep()
        took = to_its_end(begun)
        if not is_done:
            whole, slowest = took, max(took, slowest)
        if processes.LONG and (struck >= kills or taken % 10 == 0):
            prove()
            what = f"{begin.__name__} of {begun.rows} rows"
            facts = f"{struck} kills, {late} of them after the end; 0 lost, 0 doubled, 0 gaps"
            words = f"{facts}; run again in at most {slowest:.1f} s; seed {SEED}"
            report.write(NAME, what=WHAT, rows={what: words}, keep=True)
    prove()
    assert LEASE.total_seconds() + SWEEP_EVERY + slowest < MOST_SECONDS


def prove():
    assert [*check_numbers().faults, *check_ledger()["faults"]] == []
