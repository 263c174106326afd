"""Two schools send workbooks with the same children at one moment: each child is in exactly one."""

from uuid import uuid4

import pytest

from enrollment.models import BatchState
from enrollment.services.batch import keeping
from tests import pupils
from tests.enrollment import workbooks
from tests.enrollment.test_race import together
from tests.jobs.processes import LONG
from tests.world import build
from xueji.cases.models import Case, State
from xueji.jobs import services as jobs
from xueji.students.models import Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

ROUNDS, CHILDREN = (20, 200) if LONG else (1, 20)
HOMES = {"clerk": {}, "urban": pupils.URBAN}


def test_of_two_intakes_with_the_same_children_one_is_stored_and_the_other_says_why():
    world = build()
    for number in range(1, ROUNDS + 1):
        lines = workbooks.many(CHILDREN, after=CHILDREN * (number - 1))
        batches = []
        for clerk, home in HOMES.items():
            book = workbooks.sheet(workbooks.columns(world, clerk), [{**r, **home} for r in lines])
            batch = workbooks.checked(world, book, clerk)
            keeping.confirm(batch_id=batch.pk, key=uuid4(), acting=world.acting(clerk))
            batches.append(workbooks.again(batch))

        together(*(lambda job=batch.job: jobs.run_job(job.pk) for batch in batches))

        first, second = sorted((workbooks.again(batch) for batch in batches), key=_is_left)
        assert first.state == BatchState.STORED
        assert second.state in (BatchState.READY, BatchState.CHECKING)
        assert Case.objects.filter(imported__batch=first, state=State.OPEN).count() == CHILDREN
        assert not Case.objects.filter(imported__batch=second).exists()
        assert Student.objects.count() == CHILDREN * number


def _is_left(batch) -> bool:
    return batch.state != BatchState.STORED
