"""Orders (建制调整): pupils, cases and rights follow, both checks stay silent, the past stays."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from numbering.services import CannotIssue
from tests import pupils
from tests.establishment.orders import MERGE, MOVE, OCTOBER, enter, faults, sums
from tests.numbering import making
from tests.world import NOON
from xueji.accounts import services as accounts
from xueji.accounts.access import posts_in_force
from xueji.accounts.models import AccountEvent, Grant
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.establishment.models import Order, OrganisationAct
from xueji.ledger.models import AcceptedMonth, EventKind, RegisterEvent
from xueji.organisations.models import Area, Organisation, SchoolClass
from xueji.students import queries as students
from xueji.students.models import Placement, Student


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


def test_the_former_centre_undoes_nothing_at_a_school_that_is_no_longer_below_it(world):
    student = pupils.enrolled(world)
    case = Case.objects.get(student=student)
    enter(world, *MOVE)

    with pytest.raises(Refused):
        cases.reverse(case_id=case.pk, note="录错学校", acting=world.acting("centre"))
    cases.reverse(case_id=case.pk, note="录错学校", acting=world.acting("county"))

    student.refresh_from_db()
    assert (student.status, faults()) == ("pending", [])


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


def test_posts_that_end_with_their_school_end_sessions_and_are_written_down_like_any_other(
    world, client_of
):
    client, clerk = client_of("clerk1b"), world.posts["clerk1b"].user
    assert client.get("/").status_code == 200

    enter(world, "close", "邻泉小学")

    assert client.get("/")["Location"] == "/login/?next=/"
    told = AccountEvent.objects.filter(account_id=clerk.pk).values_list("kind", "note", "user_id")
    ended = ("ended", "邻泉小学 · 学籍管理员，2026-09-02 止", world.posts["county"].user_id)
    assert list(told) == [ended]


def test_whoever_closes_a_school_at_which_he_has_a_post_stays_logged_in(world, client_of):
    officer = world.posts["county"].user
    where = {"role": "principal", "organisation": world.organisations["邻泉小学"]}
    post = accounts.grant(user=officer, starts=NOON.date(), **where)
    client = client_of("county")
    assert client.get("/").status_code == 200

    enter(world, "close", "邻泉小学")

    assert client.get("/").status_code == 200
    assert post not in posts_in_force(on=NOON.date())


def test_a_post_that_would_begin_later_at_a_closed_school_never_does(world):
    clerk = world.posts["clerk2"].user
    later = NOON.date() + timedelta(days=30)
    school = world.organisations["邻泉小学"]
    accounts.grant(user=clerk, role="principal", organisation=school, starts=later)

    enter(world, "close", "邻泉小学")

    assert not posts_in_force(on=later).filter(organisation=school).exists()


@pytest.mark.parametrize("starts", [0, 10], ids=["runs", "to come"])
def test_a_post_with_a_last_day_ends_with_its_school(world, starts):
    day, school = NOON.date(), world.organisations["邻泉小学"]
    runs = {"starts": day + timedelta(days=starts), "ends": day + timedelta(days=30)}
    clerk = world.posts["clerk2"].user
    accounts.grant(user=clerk, role="principal", organisation=school, **runs)

    enter(world, "close", "邻泉小学")

    held = [
        posts_in_force(on=day + timedelta(days=n)).filter(organisation=school).exists()
        for n in (0, 10, 30)
    ]
    assert held == [False, False, False]


def test_a_closed_school_without_posts_says_nothing_of_them(world):
    school = world.organisations["邻泉小学"]
    for post in posts_in_force(on=NOON.date()).filter(organisation=school):
        accounts.end(post=post, on=NOON.date())

    enter(world, "close", "邻泉小学")

    last = OrganisationAct.objects.filter(organisation=school).latest("pk")
    assert last.changes == [["撤销日期", "", "2026-09-01"]]


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


def test_cases_and_pupils_that_keep_a_school_from_being_closed_are_told_at_once(world, children):
    case = pupils.submitted(world, name="王伯当")
    with pytest.raises(Refused) as refused:
        enter(world, "close", "清泉小学")
    assert str(refused.value) == (
        f"还有 1 件业务没有办结：{case.number}，没有执行。请轮到的岗位办结，经手的撤回，"
        "或由教育局写明原因关闭；办完以后再执行。「清泉小学」还有 3 名学生的学籍，没有撤销。"
        "请先办转学；整校去另一所学校的，登记“并入”，学生随文件过去。"
    )


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
