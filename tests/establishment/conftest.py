import pytest

from enrollment.services.assign import assign
from tests import pupils
from tests.numbering import making


@pytest.fixture
def children(world):
    """Three of 清泉小学: numbered, in a class, and without one."""
    found = [pupils.enrolled(world, name=name) for name in ("程咬金", "单雄信", "秦叔宝")]
    first, second, _ = found
    row = world.schools["清泉小学"].classes.get(number=1)
    assign(student_ids=[first.pk], school_class=row, acting=world.acting("clerk"))
    making.issue(world, "清泉小学")
    assign(student_ids=[second.pk], school_class=row, acting=world.acting("clerk"))
    return found
