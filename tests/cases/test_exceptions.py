"""Past a warning the maker asks, and the post that the rule names decides with its signature."""

from datetime import date

import pytest

from enrollment.services.submit import Rejected
from tests import pupils
from xueji.cases.models import RuleException, State
from xueji.students.models import Status

YOUNG = pupils.id_number(born=date(2020, 9, 1), order=21)
OLD_ENOUGH = pupils.id_number(born=date(2020, 8, 31), order=21)


def test_a_warning_without_a_reason_stops_the_submission(world):
    with pytest.raises(Rejected) as rejected:
        pupils.submitted(world, id_number=YOUNG)
    assert [finding.key for finding in rejected.value.checked.warnings] == ["entry.underage"]


def test_the_day_before_is_old_enough(world):
    assert pupils.submitted(world, id_number=OLD_ENOUGH).state == State.OPEN


def test_the_request_hangs_on_the_step_of_the_post_that_the_rule_names(world):
    case = pupils.submitted(
        world, id_number=YOUNG, **{"reason_entry.underage": "差一天满六周岁，已在本村读完幼儿园"}
    )

    request = RuleException.objects.get(step__case=case)
    assert (request.step.role, request.step.organisation.name, request.rule) == (
        "county_officer",
        "迁安市教育局",
        "entry.underage",
    )
    assert request.citation == "《学生学籍管理制度》二（一）“小学一般不接受不足龄的儿童入学”"


def test_a_granted_exception_lets_the_pupil_in(world):
    case = pupils.submitted(world, id_number=YOUNG, **{"reason_entry.underage": "差一天满六周岁"})
    student = pupils.sign(world, case, "principal", "centre", "county").student
    assert student.status == Status.ENROLLED
