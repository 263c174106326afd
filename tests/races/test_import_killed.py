"""``kill -9`` of the worker in the middle of an intake and of a takeover: all rows once, or none.

What the sweeper brings back is done exactly once; both proofs over the register stay clean.
"""

import logging
import random
import time
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
from xueji.cases.models import Case
from xueji.jobs import services
from xueji.jobs.models import JobState
from xueji.ledger.check import check as check_ledger
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.race]

logger = logging.getLogger(__name__)

KILLS = 50 if processes.LONG else 2  # of each kind of job
SEED = random.SystemRandom().randrange(10**6)
ROWS = 40


@pytest.fixture
def log(tmp_path):
    return tmp_path / "programs.log"


def intake(world, serial):
    """A confirmed intake, with how many rows of it stand and how many there are to be."""
    lines = workbooks.rows(ROWS)
    batch = workbooks.checked(world, workbooks.sheet(workbooks.columns(world), lines))
    batches.confirm(batch_id=batch.pk, key=uuid4(), acting=world.acting("clerk"))
    return workbooks.again(batch).job, lambda: Case.objects.filter(imported__batch=batch).count()


def takeover(world, serial):
    """A confirmed takeover; the numbers of each follow those of the one before."""
    lines = [takeovers.line(serial * ROWS + n + 1) for n in range(ROWS)]
    found = takeovers.checked(world, lines)
    keeping.confirm(takeover_id=found.pk, key=uuid4(), acting=world.acting("county-head"))
    school = found.school_id
    before = Student.objects.filter(school=school).count()
    job = Takeover.objects.get(pk=found.pk).job
    return job, lambda: Student.objects.filter(school=school).count() - before


@pytest.mark.parametrize("begun", [intake, takeover])
def test_killed_at_any_moment_all_rows_stand_once_or_none(world, log, begun):
    logger.info("seed %s", SEED)
    draw = random.Random(SEED)
    for kill in range(KILLS):
        job, stand = begun(world, kill)
        with processes.work(log=log) as worker:
            processes.wait_for(lambda job=job: told(job)[0] != JobState.QUEUED)
            time.sleep(draw.uniform(0, 0.4))
            worker.kill()
            worker.wait()
        done = told(job)[0] == JobState.DONE
        assert stand() == (ROWS if done else 0), kill
        long_ago(job)
        services.sweep()
        services.run_job(job.pk)
        assert ended(job)(), told(job)
        assert (told(job)[0], stand()) == (JobState.DONE, ROWS), kill
    assert [*check_numbers().faults, *check_ledger()["faults"]] == []
