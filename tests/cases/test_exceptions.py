"""Past a warning the maker asks, and the post that the rule names decides with its signature."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enrollment.services.submit import Rejected
from tests import pupils
from xueji.cases import services
from xueji.cases.models import Decision, RuleException, State
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
    pupils.sign(world, case, "principal", "centre")
    student = pupils.sign(world, case, "county", note="差一天，已读完幼儿园").student
    assert student.status == Status.ENROLLED


def asks(world, **changes):
    """A case that asks for an exception, before the post that decides it."""
    reason = {"reason_entry.underage": "差一天满六周岁"}
    case = pupils.submitted(world, id_number=YOUNG, **reason, **changes)
    return pupils.sign(world, case, "principal", "centre")


def unproven(world):
    """A case in which nobody knows yet in which village the child lives."""
    return pupils.submitted(world, hukou_code="", hukou_text="外省某村")


def decide(world, case, person, **how):
    case.refresh_from_db()
    (outcome,) = services.decide(
        **{"seen": {case.pk: case.version}, "decision": Decision.AGREED, "note": ""} | how,
        acting=world.acting(person),
    ).values()
    return outcome.kind, outcome.text


def test_granting_an_exception_needs_a_note(world):
    case = asks(world)
    told = RuleException.objects.get(step__case=case)
    assert decide(world, case, "county", note=" ") == (
        "refused",
        f"同意本件就是同意例外：{told.message}（{told.citation}）。"
        "请在意见中写明为什么可以例外，再签署。",
    )
    case.refresh_from_db()
    assert case.waiting_role == "county_officer"


def test_who_signs_before_the_granting_post_needs_none(world):
    case = pupils.submitted(world, id_number=YOUNG, **{"reason_entry.underage": "差一天满六周岁"})
    assert decide(world, case, "principal") == ("signed", "")


def test_an_exception_is_not_agreed_to_from_a_list_even_with_a_note(world):
    case = asks(world)
    kind, why = decide(world, case, "county", note="同意", from_list=True)
    assert (kind, why[:6], why[-13:]) == ("refused", "申请了例外：", "请打开本件看过后单独签署。")


def test_what_is_left_to_judge_is_not_agreed_to_from_a_list(world):
    case = unproven(world)
    kind, why = decide(world, case, "principal", from_list=True)
    assert (kind, why[:8]) == ("refused", "有 1 项待核：")
    assert decide(world, case, "principal") == ("signed", "")


def test_from_a_list_it_is_sent_back_like_any_other(world):
    how = {"decision": Decision.RETURNED, "note": "请补区划代码", "from_list": True}
    assert decide(world, unproven(world), "principal", **how) == ("signed", "")


def test_queries_do_not_grow_with_the_exceptions(world):
    counted = []
    for size in (1, 3):
        seen = {}
        for day in range(size):
            young = pupils.id_number(born=date(2020, 9 + size, 13 + day))
            reason = {"reason_entry.underage": "不满六周岁，已读完幼儿园"}
            case = pupils.submitted(world, id_number=young, **reason)
            case = pupils.sign(world, case, "principal", "centre")
            seen[case.pk] = case.version
        with CaptureQueriesContext(connection) as queries:
            services.decide(
                seen=seen, decision=Decision.AGREED, note="", acting=world.acting("county")
            )
        counted.append(len(queries))
    assert counted[0] == counted[1]
