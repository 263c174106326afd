"""Orders (建制调整): pupils, cases and rights follow, both checks stay silent, the past stays."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from enrollment.services.assign import assign
from numbering.services import CannotIssue
from tests import pupils
from tests.establishment.orders import enter, faults
from tests.numbering import making
from tests.world import NOON, ZONE
from xueji.accounts import services as accounts
from xueji.accounts.access import posts_in_force
from xueji.accounts.models import Grant
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.establishment import services
from xueji.establishment.models import Order, OrganisationAct
from xueji.ledger.models import AcceptedMonth, EventKind, RegisterEvent
from xueji.organisations.models import Area, Organisation, SchoolClass
from xueji.students import queries as students
from xueji.students.models import Placement, Student

MOVE = ("move", "清泉小学", "杨各庄镇中心校")
MERGE = ("merge", "清泉小学", "邻泉小学")
OCTOBER = date(2026, 10, 1)


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


def sums(**by) -> dict[int, int]:
    """在读 of each unit by the ledger."""
    rows = RegisterEvent.objects.filter(**by).order_by().values_list("unit_id")
    return {unit: total for unit, total in rows.annotate(Sum("change")) if total}


def moved_events() -> list[tuple]:
    rows = RegisterEvent.objects.filter(kind=EventKind.REASSIGNED).order_by("student", "change")
    return [(e.student.name, e.school_name, e.change, e.unit_id, e.class_name) for e in rows]


def sees(world, who: str) -> set[str]:
    return {student.name for student in students.visible(world.acting(who))}


# -- a school moves ------------------------------------------------------------------------------
def test_a_school_moves_to_another_centre_with_its_pupils_and_both_checks_stay_silent(
    world, children
):
    old, new = (world.organisations[name] for name in ("建昌营镇中心校", "杨各庄镇中心校"))
    before = list(Student.objects.order_by("pk").values("pk", "number", "grade", "school_class"))

    order = enter(world, *MOVE)

    school = Organisation.objects.get(name="清泉小学")
    assert (order.state, order.pupils) == ("done", 3)
    assert (school.parent_id, school.path[:-4]) == (new.pk, new.path)
    assert set(Student.objects.values_list("org_path", flat=True)) == {school.path}
    assert set(Placement.objects.values_list("org_path", flat=True)) == {school.path}
    after = list(Student.objects.order_by("pk").values("pk", "number", "grade", "school_class"))
    assert after == before
    assert sums() == {new.pk: 3}
    assert moved_events()[:2] == [
        ("程咬金", "清泉小学", -1, old.pk, "一（1）班"),
        ("程咬金", "清泉小学", 1, new.pk, "一（1）班"),
    ]
    assert faults() == []


def test_rights_follow_from_the_next_request_and_the_former_centre_keeps_its_period(
    world, children
):
    old = world.organisations["建昌营镇中心校"]
    everybody = {child.name for child in children}
    assert (sees(world, "centre"), sees(world, "centre2")) == (everybody, set())

    enter(world, *MOVE)

    fresh = {
        who: list(posts_in_force(on=NOON.date()).filter(user__username=who))
        for who in ("centre", "centre2")
    }
    for who, (post,) in fresh.items():
        world.posts[who] = post
    assert (sees(world, "centre"), sees(world, "centre2")) == (set(), everybody)
    own = RegisterEvent.objects.filter(school_path__startswith=old.path, kind=EventKind.ENTERED)
    assert {event.student.name for event in own} == everybody
    assert {event.unit_id for event in own} == {old.pk}


def test_an_accepted_month_is_not_changed_the_move_is_booked_into_the_next(world, children):
    old = world.organisations["建昌营镇中心校"]
    AcceptedMonth.objects.create(unit=old, month=date(2026, 9, 1), accepted_at=NOON)
    september = sums(booked_month=date(2026, 9, 1))

    enter(world, *MOVE, acting=world.acting("county", at=NOON + timedelta(hours=1)))

    assert sums(booked_month=date(2026, 9, 1), unit_id=old.pk) == {old.pk: september[old.pk]}
    assert sums(booked_month=OCTOBER, unit_id=old.pk) == {old.pk: -3}
    assert faults() == []


def test_an_open_case_goes_along_to_the_new_centre(world):
    case = pupils.sign(world, pupils.submitted(world, name="王伯当"), "principal")
    assert case.waiting_at == world.organisations["建昌营镇中心校"]

    enter(world, *MOVE)

    case.refresh_from_db()
    assert str(case.waiting_at) == "杨各庄镇中心校"
    seen = {case.pk: case.version}
    by_old = cases.decide(seen=seen, decision="agreed", note="", acting=world.acting("centre"))
    assert [outcome.kind for outcome in by_old.values()] in ([], ["refused"])
    world.posts["centre2"].organisation.refresh_from_db()
    pupils.sign(world, case, "centre2", "county")
    assert case.student.org_path == Organisation.objects.get(name="清泉小学").path
    unit = RegisterEvent.objects.get(student=case.student, kind=EventKind.ENTERED).unit_id
    assert (unit, faults()) == (world.organisations["杨各庄镇中心校"].pk, [])


def test_a_school_comes_under_the_county_itself_and_its_steps_with_it(world, children):
    case = pupils.sign(world, pupils.submitted(world, name="王伯当"), "principal")

    enter(world, "move", "清泉小学", "迁安市教育局")

    school = world.schools["清泉小学"]
    school.refresh_from_db()
    case.refresh_from_db()
    assert school.area == Area.URBAN
    assert (str(case.waiting_at), case.waiting_role) == ("迁安市教育局", "county_officer")
    assert sums() == {school.pk: 3}
    assert faults() == []


def test_a_junior_school_keeps_its_unit_and_has_one_event_for_each_pupil(world):
    making.entrants(world, ["罗士信", "尤俊达"], school="迁安初级中学")
    Student.objects.update(stage="junior", grade=7)

    enter(world, "move", "迁安初级中学", "建昌营镇中心校")

    unit = world.organisations["迁安初级中学"].pk
    assert moved_events() == [
        ("罗士信", "迁安初级中学", 0, unit, "七（1）班"),
        ("尤俊达", "迁安初级中学", 0, unit, "七（1）班"),
    ]


def test_the_entry_of_a_moved_pupil_is_still_undone_to_exactly_what_was(world):
    child = pupils.enrolled(world, name="程咬金")
    enter(world, *MOVE)

    case = Case.objects.get(student=child)
    cases.reverse(case_id=case.pk, note="未报到", acting=world.acting("county"))

    assert sums() == {}
    assert faults() == []


# -- schools merge -------------------------------------------------------------------------------
def test_a_merged_school_gives_pupils_and_classes_to_the_other_and_closes(world, children):
    here, there = world.schools["清泉小学"], world.schools["邻泉小学"]
    numbers = list(Student.objects.order_by("pk").values_list("number", flat=True))

    order = enter(world, *MERGE)

    first, second, third = Student.objects.order_by("pk").select_related("school_class")
    assert (order.state, order.pupils) == ("done", 3)
    assert {s.school_id for s in (first, second, third)} == {there.pk}
    assert first.school_class == second.school_class
    assert (str(first.school_class), first.school_class.school_id) == ("一（3）班", there.pk)
    assert third.school_class is None
    assert list(Student.objects.order_by("pk").values_list("number", flat=True)) == numbers
    places = Placement.objects.filter(student=first).order_by("pk")
    assert [(p.school_id, p.starts, p.ends) for p in places] == [
        (here.pk, date(2026, 9, 1), date(2026, 9, 1)),
        (there.pk, date(2026, 9, 1), None),
    ]
    assert Organisation.objects.get(pk=here.pk).closed_on == date(2026, 9, 1)
    assert SchoolClass.objects.filter(school=here, closed_on=None).count() == 0
    assert sorted(there.catchments.values_list("name", flat=True)) == sorted(
        ["建昌营镇 军屯村", "建昌营镇 清泉村"]
    )
    assert moved_events()[:2] == [
        ("程咬金", "清泉小学", -1, here.organisation.parent_id, "一（1）班"),
        ("程咬金", "邻泉小学", 1, there.organisation.parent_id, "一（3）班"),
    ]
    assert faults() == []


def test_nobody_works_at_a_merged_school_any_more_and_its_series_is_refused(world, children):
    school = world.schools["清泉小学"]
    enter(world, *MERGE)

    assert not posts_in_force(on=NOON.date()).filter(organisation=school.pk).exists()
    assert not Grant.objects.filter(content_object=school.pk).exists()
    with pytest.raises(CannotIssue) as refused:
        making.issue(world, "清泉小学")
    assert "清泉小学已于 2026-09-01 撤销，不能发学籍号" in str(refused.value)
    making.issue(world, "邻泉小学")
    assert Student.objects.get(name="单雄信").number[6:9] == "018"
    assert faults() == []


def test_a_post_that_would_begin_later_at_a_closed_school_never_does(world):
    clerk = world.posts["clerk2"].user
    later = NOON.date() + timedelta(days=30)
    school = world.organisations["邻泉小学"]
    accounts.grant(user=clerk, role="principal", organisation=school, starts=later)

    enter(world, "close", "邻泉小学")

    assert not posts_in_force(on=later).filter(organisation=school).exists()


@pytest.mark.parametrize("kind", ["merge", "close"])
def test_what_is_open_at_a_school_stands_in_the_way_and_nothing_is_kept(world, kind):
    case = pupils.submitted(world, name="王伯当")

    with pytest.raises(Refused) as refused:
        enter(world, kind, "清泉小学", "邻泉小学" if kind == "merge" else "")

    assert f"还有 1 件业务没有办结：{case.number}，没有执行。" in str(refused.value)
    assert (Order.objects.count(), OrganisationAct.objects.count()) == (0, 0)


def test_a_school_with_pupils_is_not_closed_an_empty_one_is(world, children):
    with pytest.raises(Refused) as refused:
        enter(world, "close", "清泉小学")
    assert "还有 3 名学生的学籍" in str(refused.value)

    assert enter(world, "close", "邻泉小学").state == "done"
    assert Organisation.objects.get(name="邻泉小学").closed_on == date(2026, 9, 1)


def test_the_queries_of_a_merger_do_not_grow_with_the_pupils(world):
    counts = []
    for school, names in (("清泉小学", ["甲"]), ("上庄小学", ["乙", "丙", "丁"])):
        making.entrants(world, names, school=school)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            enter(world, "merge", school, "邻泉小学")
        counts.append(len(queries))
    posts = Grant.objects.count()
    assert (counts[0] - counts[1], posts > 0) == (0, True)


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
        ("merge", "迁安初级中学", {}, "迁安初级中学没有开设1 年级"),
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
