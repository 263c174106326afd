"""An order is carried out on its day, and refused where it cannot be."""

from datetime import date, datetime

import pytest
from django.core.exceptions import PermissionDenied

from tests import pupils
from tests.establishment.orders import MERGE, MOVE, OCTOBER, enter, faults, sums
from tests.world import ZONE
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.establishment import services
from xueji.organisations.models import Organisation
from xueji.students.models import Student


# -- its day -------------------------------------------------------------------------------------
def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=ZONE)


def test_an_order_for_a_later_date_waits_and_is_carried_out_on_that_day(world, children):
    order = enter(world, *MERGE, effective_on=OCTOBER)
    assert (order.state, Student.objects.filter(school=order.school).count()) == ("waiting", 3)

    assert services.carry_out_due(at=on(date(2026, 9, 30))) == 0
    assert services.carry_out_due(at=on(OCTOBER)) == 1

    order.refresh_from_db()
    assert (order.state, order.pupils, order.ended_by) == ("done", 3, world.posts["county"])
    assert services.carry_out_due(at=on(OCTOBER)) == 0


def test_what_is_in_the_way_on_that_day_is_said_and_the_next_day_tries_again(world):
    order = enter(world, *MERGE, effective_on=OCTOBER)
    case = pupils.submitted(world, name="王伯当")

    assert services.carry_out_due(at=on(OCTOBER)) == 0
    order.refresh_from_db()
    assert (order.state, f"1 件业务没有办结：{case.number}" in order.problem) == ("waiting", True)

    cases.withdraw(case_id=case.pk, note="搬家", acting=world.acting("clerk"))
    assert services.carry_out_due(at=on(OCTOBER)) == 1
    order.refresh_from_db()
    assert (order.state, order.problem) == ("done", "")


def test_an_order_is_withdrawn_before_its_day_and_not_after(world):
    order = enter(world, *MERGE, effective_on=OCTOBER)

    services.withdraw(order_id=order.pk, reason="文件废止", acting=world.acting("county-head"))

    order.refresh_from_db()
    assert (order.state, order.reason) == ("withdrawn", "文件废止")
    assert services.carry_out_due(at=on(OCTOBER)) == 0
    for act in (services.carry_out, services.withdraw):
        more = {"reason": "再撤"} if act is services.withdraw else {}
        with pytest.raises(Refused):
            act(order_id=order.pk, acting=world.acting("county"), **more)


def test_several_schools_come_to_one_centre_on_one_day(world, children):
    for number, school in enumerate(("清泉小学", "邻泉小学"), 18):
        changes = {"effective_on": OCTOBER, "number": f"迁教〔2026〕{number} 号"}
        enter(world, "move", school, "杨各庄镇中心校", **changes)

    assert services.carry_out_due(at=on(OCTOBER)) == 2

    new = world.organisations["杨各庄镇中心校"]
    assert sorted(new.children.values_list("name", flat=True)) == [
        "上庄小学",
        "清泉小学",
        "邻泉小学",
    ]
    assert sums() == {new.pk: 3}
    assert faults() == []


def test_two_schools_merge_into_one_by_one_paper_on_one_day(world, children):
    village = pupils.living_in("130283101201", "杨各庄镇 上庄村")
    pupils.enrolled(world, "clerk2", name="罗士信", **village)
    there = world.schools["邻泉小学"]
    for school in ("清泉小学", "上庄小学"):
        enter(world, "merge", school, "邻泉小学", effective_on=OCTOBER)

    assert services.carry_out_due(at=on(OCTOBER)) == 2

    assert set(Student.objects.values_list("school", flat=True)) == {there.pk}
    names = [str(row) for row in there.classes.filter(closed_on=None).order_by("number")]
    assert len(names) == len(set(names))
    assert faults() == []


def test_of_two_schools_of_one_name_only_one_is_let_into_a_centre(world):
    Organisation.objects.filter(name="邻泉小学").update(name="城关小学")
    Organisation.objects.filter(name="迁安城区小学").update(name="城关小学")
    enter(world, "move", "邻泉小学", "杨各庄镇中心校", effective_on=OCTOBER)

    with pytest.raises(services.Unfit) as unfit:
        enter(world, "move", "迁安城区小学", "杨各庄镇中心校", effective_on=OCTOBER)

    assert [str(problem) for problem in unfit.value.problems] == [
        "另一所「城关小学」将随 迁教〔2026〕18 号 在 2026-10-01 调整到杨各庄镇中心校。"
        "请先给其中一所改名。"
    ]


def test_what_came_into_the_place_of_a_moving_school_is_said_on_its_day(world):
    order = enter(world, *MOVE, effective_on=OCTOBER)
    Organisation.objects.filter(name="上庄小学").update(name="清泉小学")

    assert services.carry_out_due(at=on(OCTOBER)) == 0

    order.refresh_from_db()
    assert order.problem == "杨各庄镇中心校之下已有叫「清泉小学」的机构。请先给其中一所改名。"


# -- refusals ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("kind", "into", "changes", "says"),
    [
        ("move", "杨各庄镇中心校", {"effective_on": date(2026, 9, 2)}, "从某月 1 日起生效"),
        ("move", "杨各庄镇中心校", {"effective_on": date(2026, 8, 1)}, "2026-08-01 已经过去"),
        ("move", "杨各庄镇中心校", {"effective_on": date(2029, 1, 1)}, "24 个月以后"),
        ("move", "杨各庄镇中心校", {"decided_on": date(2026, 9, 3)}, "文件日期还没有到"),
        ("move", "建昌营镇中心校", {}, "该校现在就隶属建昌营镇中心校"),
        ("move", "邻泉小学", {}, "「邻泉小学」是学校"),
        ("merge", "清泉小学", {}, "不能并入自己"),
        ("merge", "杨各庄镇中心校", {}, "「杨各庄镇中心校」不是学校"),
        ("merge", "迁安初级中学", {}, "迁安初级中学没有开设 1 年级"),
        ("merge", "", {}, "还没有选去向"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(
    world, children, kind, into, changes, says
):
    with pytest.raises(services.Unfit) as unfit:
        enter(world, kind, "清泉小学", into, **changes)
    assert [says in str(problem) for problem in unfit.value.problems] == [True]


def test_a_school_has_one_waiting_order_and_nothing_is_merged_into_one_that_closes(world):
    enter(world, *MERGE, effective_on=OCTOBER)
    for school, into in (
        ("清泉小学", "上庄小学"),
        ("上庄小学", "清泉小学"),
        ("邻泉小学", "上庄小学"),
    ):
        with pytest.raises(services.Unfit) as unfit:
            enter(world, "merge", school, into, number="迁教〔2026〕19 号")
        assert "有待执行的文件：迁教〔2026〕18 号" in str(unfit.value.problems[0])


@pytest.mark.parametrize("who", ["clerk", "principal", "centre", "city", "county9", "admin"])
def test_nobody_but_the_county_of_the_school_enters_withdraws_or_carries_out(world, who):
    order = enter(world, *MERGE, effective_on=OCTOBER)
    with pytest.raises(PermissionDenied):
        enter(world, "close", "上庄小学", who=who)
    with pytest.raises(PermissionDenied):
        services.withdraw(order_id=order.pk, reason="错", acting=world.acting(who))
    with pytest.raises(PermissionDenied):
        services.carry_out(order_id=order.pk, acting=world.acting(who))
