"""整班划转: one class goes to another school by an order, with its pupils; all else stays."""

from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from enrollment.services.assign import assign
from tests import pupils
from tests.establishment.orders import enter, faults, hand_over
from tests.numbering import making
from tests.transfers import borrowers, lenders, movers
from tests.transfers.movers import class_of
from tests.world import NOON, ZONE
from xueji.accounts.access import posts_in_force
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.establishment import services
from xueji.establishment.models import Order, OrganisationAct
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import School, SchoolClass, Stage
from xueji.organisations.queries import lineage
from xueji.students import queries as students
from xueji.students.models import Placement, Status, Student

HERE, THERE = "清泉小学", "邻泉小学"
SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
DAYS = {"effective_on": OCTOBER}


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=ZONE)


def in_class(world, name: str, number: int = 1) -> Student:
    student = pupils.enrolled(world, name=name)
    row = class_of(world, HERE, number)
    assign(student_ids=[student.pk], school_class=row, acting=world.acting("clerk"))
    return student


@pytest.fixture
def children(world) -> list[Student]:
    """Of 清泉小学: one with a number and one who is suspended in class 1, one in class 2, one in
    none."""
    numbered = in_class(world, "程咬金")
    making.issue(world, HERE)
    suspended, other = in_class(world, "单雄信"), in_class(world, "秦叔宝", 2)
    suspend(world, suspended)
    return [numbered, suspended, other, pupils.enrolled(world, name="王伯当")]


def in_class_and_numbered(world) -> Student:
    student = in_class(world, "程咬金")
    making.issue(world, HERE)
    student.refresh_from_db()
    return student


def sign(world, case: Case, who: str) -> dict:
    case.refresh_from_db()
    seen = {case.pk: case.version}
    return cases.decide(seen=seen, decision="agreed", note="", acting=world.acting(who))


def suspend(world, student: Student) -> None:
    acting = world.acting("county")
    student.refresh_from_db()
    pupil = pupils.correct(student, acting=acting, status=Status.SUSPENDED)
    left = ledger.Fact(
        kind=EventKind.SUSPENDED,
        student=pupil,
        lineage=lineage(pupil.school_id),
        effective_on=acting.today,
        change=-1,
        stage=pupil.stage,
        grade=pupil.grade,
    )
    ledger.write([left], acting=acting)


def of(name: str) -> Student:
    return Student.objects.select_related("school_class").get(name=name)


def reassigned() -> list[tuple]:
    rows = RegisterEvent.objects.filter(kind=EventKind.REASSIGNED).order_by("student", "change")
    return [(e.student.name, e.school_name, e.change, e.class_name, e.text) for e in rows]


def three(world, name: str) -> tuple[int, int, int]:
    """在籍, 在读 and 在校 of a school."""
    found = students.counts(world.organisations[name].path)
    return found.registered, found.enrolled, found.present


def sees(world, who: str) -> set[str]:
    return {student.name for student in students.visible(world.acting(who))}


# -- its effect ----------------------------------------------------------------------------------
def test_a_class_goes_to_another_school_with_its_pupils_and_both_checks_stay_silent(
    world, children
):
    there = world.schools[THERE]
    old, number = class_of(world, HERE), of("程咬金").number
    SchoolClass.objects.filter(pk=old.pk).update(capacity=40)
    assert (three(world, HERE), three(world, THERE), faults()) == ((4, 3, 3), (0, 0, 0), [])

    order = hand_over(world)

    assert (order.state, order.pupils, order.class_name) == ("done", 2, "一（1）班")
    assert order.sentence == "清泉小学一（1）班划转到邻泉小学"
    new = SchoolClass.objects.get(school=there, number=3)
    assert (new.stage, new.entry_year, new.grade, new.capacity, new.closed_on) == (
        old.stage,
        2026,
        1,
        40,
        None,
    )
    old.refresh_from_db()
    assert old.closed_on == SEPTEMBER
    for name in ("程咬金", "单雄信"):
        assert (of(name).school_id, of(name).school_class) == (there.pk, new)
    assert (of("程咬金").number, of("单雄信").status) == (number, Status.SUSPENDED)
    assert (three(world, HERE), three(world, THERE), faults()) == ((2, 2, 2), (2, 1, 1), [])


def test_the_school_stays_with_its_other_classes_posts_and_villages(world, children):
    here = world.schools[HERE]
    before = list(here.catchments.order_by("pk").values())
    posts = set(posts_in_force(on=NOON.date()).values_list("pk", flat=True))

    hand_over(world)

    assert School.objects.get(pk=here.pk).organisation.closed_on is None
    assert [row.number for row in here.classes.filter(closed_on=None)] == [2]
    assert (of("秦叔宝").school_class, of("王伯当").school_id) == (
        class_of(world, HERE, 2),
        here.pk,
    )
    assert list(here.catchments.order_by("pk").values()) == before
    assert set(posts_in_force(on=NOON.date()).values_list("pk", flat=True)) == posts


def test_places_and_events_of_both_sides_name_class_and_paper(world, children):
    here, there = world.schools[HERE], world.schools[THERE]
    old = class_of(world, HERE)

    hand_over(world)

    new = SchoolClass.objects.get(school=there, number=3)
    places = Placement.objects.filter(student=of("程咬金")).order_by("pk")
    assert [(p.school_id, p.school_class, p.starts, p.ends) for p in places] == [
        (here.pk, old, SEPTEMBER, SEPTEMBER),
        (there.pk, new, SEPTEMBER, None),
    ]
    said = "建制调整：迁教〔2026〕18 号，一（1）班划转到邻泉小学"
    assert reassigned() == [
        ("程咬金", HERE, -1, "一（1）班", said),
        ("程咬金", THERE, 1, "一（3）班", said),
        ("单雄信", THERE, 0, "一（3）班", said),
    ]
    signed = of("程咬金").history.latest("history_date", "history_id")
    assert (signed.school_id, signed.history_change_reason, signed.history_user.username) == (
        there.pk,
        "建制调整：迁教〔2026〕18 号",
        "county",
    )


def test_both_schools_have_it_on_their_record(world, children):
    hand_over(world)

    acts = OrganisationAct.objects.filter(kind="carried_out").order_by("pk")
    assert [(str(act.organisation), act.reason, act.changes) for act in acts] == [
        (
            HERE,
            "迁教〔2026〕18 号",
            [
                ["班级", "一（1）班", "划转到邻泉小学，编为一（3）班"],
                ["学生", "", "2 名随班划转"],
            ],
        ),
        (THERE, "迁教〔2026〕18 号", [["划入的班级", "", "清泉小学一（1）班，学生 2 名"]]),
    ]


def test_an_unnumbered_pupil_gets_the_next_number_of_the_receiving_school(world):
    in_class(world, "程咬金")
    hand_over(world)

    making.issue(world, THERE)

    assert of("程咬金").number[6:9] == "018"
    assert faults() == []


def test_a_class_goes_to_a_school_below_another_centre_and_under_the_county(world, children):
    hand_over(world, into="上庄小学")
    hand_over(world, number=2, into="迁安城区小学")
    units = {
        event.student.name: event.unit_id
        for event in RegisterEvent.objects.filter(kind=EventKind.REASSIGNED, change=1)
    }
    assert units == {
        "程咬金": world.organisations["杨各庄镇中心校"].pk,
        "秦叔宝": world.organisations["迁安城区小学"].pk,
    }
    assert faults() == []


def test_rights_follow_from_the_next_request_and_the_former_school_keeps_its_period(
    world, children, client_of
):
    gone, stayed = {"程咬金", "单雄信"}, {"秦叔宝", "王伯当"}
    assert (sees(world, "clerk"), sees(world, "clerk2")) == (gone | stayed, set())

    hand_over(world, into="上庄小学", effective_on=OCTOBER)
    services.carry_out_due(at=on(OCTOBER))

    assert (sees(world, "clerk"), sees(world, "clerk2")) == (stayed, gone)
    assert (sees(world, "centre"), sees(world, "centre2")) == (stayed, gone)
    page = reverse("student", args=[of("程咬金").pk])
    for who, status in (("clerk", 200), ("clerk2", 200), ("clerk1b", 404), ("urban", 404)):
        assert (client_of(who).get(page).status_code, who) == (status, who)
    edit = reverse("student_edit", args=[of("程咬金").pk])
    for who, status in (("clerk", 409), ("clerk2", 200), ("clerk1b", 404)):
        assert (client_of(who).get(edit).status_code, who) == (status, who)


def test_the_queries_of_a_class_order_do_not_grow_with_the_pupils(world):
    counts = []
    for number, names in ((1, ["甲"]), (2, ["乙", "丙", "丁"])):
        making.entrants(world, names, class_number=number)
        with CaptureQueriesContext(connection) as queries:
            hand_over(world, number=number)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_two_classes_go_by_one_paper_and_none_goes_twice(world, children):
    hand_over(world)
    hand_over(world, number=2)

    there = world.schools[THERE]
    assert sorted(there.classes.values_list("number", flat=True)) == [1, 2, 3, 4]
    assert problems(lambda: hand_over(world)) == [
        "「清泉小学」一（1）班已于 2026-09-01 撤班。请核对班级。",
        "「清泉小学」一（1）班已经登记过文号 迁教〔2026〕18 号。请到建制调整列表里核对。",
    ]


def test_the_entry_of_a_pupil_who_went_along_is_no_longer_undone_and_the_page_says_why(world):
    student = in_class(world, "程咬金")
    hand_over(world)

    case = Case.objects.get(student=student)
    with pytest.raises(Refused, match="程咬金入学以后学籍又有变动，不能直接撤销"):
        cases.reverse(case_id=case.pk, note="未报到", acting=world.acting("county"))

    assert (three(world, HERE), three(world, THERE), faults()) == ((0, 0, 0), (1, 1, 1), [])


def test_a_transfer_is_not_undone_into_a_class_that_has_gone(world):
    case = movers.moved(world, in_class_and_numbered(world))
    hand_over(world)

    acting = world.acting("centre2", at=NOON + timedelta(days=1))
    with pytest.raises(Refused, match="原来的班已撤销，学籍不能退回去。请另办转学。"):
        cases.reverse(case_id=case.pk, note="办错学校", acting=acting)

    assert (of("程咬金").school_id, faults()) == (world.schools["上庄小学"].pk, [])


def test_a_new_pupil_whose_class_has_gone_is_entered_by_another_one(world):
    row = class_of(world, HERE)
    case = pupils.submitted(world, name="程咬金", school_class=str(row.pk))
    pupils.sign(world, case, "principal", "centre")
    hand_over(world)

    (outcome,) = sign(world, case, "county").values()

    assert (outcome.kind, outcome.text) == ("refused", "一（1）班已撤销。请退回，由学校另选班级。")
    assert of("程咬金").status == Status.PENDING


def test_whoever_was_to_come_into_the_class_is_not_let_in_any_more(world):
    case = movers.approved(world, in_class_and_numbered(world))
    movers.receive(world, case, "clerk2", class_of(world, "上庄小学"))
    hand_over(world, school="上庄小学")

    (outcome,) = sign(world, case, "principal2").values()

    assert (outcome.kind, "一（1）班已撤销。请另选一个班。" in outcome.text) == ("refused", True)
    assert faults() == []


# -- what stands in the way ----------------------------------------------------------------------
def test_an_open_case_of_a_pupil_of_the_class_refuses_one_of_another_class_does_not(
    world, children
):
    student = of("秦叔宝")
    case = lenders.asked(world, student)

    with pytest.raises(Refused) as refused:
        hand_over(world, number=2)
    assert f"还有 1 件业务没有办结：{case.number}，没有执行。" in str(refused.value)
    assert Order.objects.count() == 0

    assert hand_over(world).state == "done"
    assert faults() == []


def test_who_is_lent_from_the_class_and_who_is_a_guest_in_it_stand_in_the_way(world):
    student = in_class(world, "程咬金")
    case = borrowers.lent(world, student)
    place = Placement.objects.get(case=case, kind="borrowed")

    for school, number in ((HERE, 1), ("迁安城区小学", place.school_class.number)):
        with pytest.raises(Refused) as refused:
            hand_over(world, school=school, number=number)
        assert str(refused.value) == (
            f"还有 1 名学生在一（1）班借读，或由该班借出（{case.number}），没有执行。"
            "请先办结借读，再执行。"
        )
    assert hand_over(world, number=2).state == "done"


def test_who_is_lent_outside_the_register_stands_in_the_way_as_well(world):
    case = lenders.lent(world, in_class(world, "程咬金"))

    with pytest.raises(Refused, match=case.number):
        hand_over(world)


# -- its day -------------------------------------------------------------------------------------
def test_it_waits_for_its_day_and_the_daily_job_carries_it_out(world, children):
    order = hand_over(world, **DAYS)
    assert (order.state, of("程咬金").school_class) == ("waiting", class_of(world, HERE))

    assert services.carry_out_due(at=on(date(2026, 9, 30))) == 0
    assert services.carry_out_due(at=on(OCTOBER)) == 1

    order.refresh_from_db()
    assert (order.state, order.pupils) == ("done", 2)
    assert class_of(world, HERE).closed_on == OCTOBER
    assert (services.carry_out_due(at=on(OCTOBER)), faults()) == (0, [])


def test_what_is_in_the_way_on_that_day_is_said_and_the_next_day_tries_again(world):
    student = in_class(world, "程咬金")
    order = hand_over(world, **DAYS)
    case = lenders.asked(world, student)

    assert services.carry_out_due(at=on(OCTOBER)) == 0
    order.refresh_from_db()
    assert (order.state, f"没有办结：{case.number}" in order.problem) == ("waiting", True)

    cases.withdraw(case_id=case.pk, note="不去了", acting=world.acting("clerk"))
    assert services.carry_out_due(at=on(OCTOBER + timedelta(days=1))) == 1
    assert class_of(world, HERE).closed_on == OCTOBER


def test_it_is_withdrawn_before_its_day_and_nothing_has_happened(world, children):
    order = hand_over(world, **DAYS)

    services.withdraw(order_id=order.pk, reason="文件废止", acting=world.acting("county-head"))

    assert services.carry_out_due(at=on(OCTOBER)) == 0
    assert (three(world, HERE), class_of(world, HERE).closed_on) == ((4, 3, 3), None)
    assert OrganisationAct.objects.get(kind="withdrawn").changes == [
        ["事项", "清泉小学一（1）班划转到邻泉小学", ""]
    ]


# -- rules ---------------------------------------------------------------------------------------
def problems(act) -> list[str]:
    with pytest.raises(services.Unfit) as unfit:
        act()
    return [str(problem) for problem in unfit.value.problems]


@pytest.mark.parametrize(
    ("into", "changes", "says"),
    [
        (THERE, {"effective_on": date(2026, 9, 2)}, "从某月 1 日起生效"),
        (THERE, {"effective_on": date(2026, 8, 1)}, "2026-08-01 已经过去"),
        (THERE, {"effective_on": date(2028, 10, 1)}, "24 个月以后"),
        (THERE, {"decided_on": date(2026, 9, 3)}, "文件日期还没有到"),
        (THERE, {"school_class_id": None}, "还没有填要划转的班。请照文件填写班级。"),
        (HERE, {}, "不能划转到本校。"),
        ("杨各庄镇中心校", {}, "「杨各庄镇中心校」不是学校。请选划转到哪一所学校。"),
        ("迁安初级中学", {}, "迁安初级中学没有开设 1 年级"),
        ("", {}, "还没有选去向"),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_its_reason(world, children, into, changes, says):
    assert [says in said for said in problems(lambda: hand_over(world, into=into, **changes))] == [
        True
    ]


@pytest.mark.parametrize(
    "changes",
    [{}, {"effective_on": date(2028, 9, 1)}, {"decided_on": NOON.date()}],
)
def test_on_the_near_side_of_each_limit_it_is_entered(world, children, changes):
    assert hand_over(world, **changes).class_name == "一（1）班"


def test_a_class_of_another_school_is_none_of_this_one(world):
    other = class_of(world, "上庄小学")
    assert problems(lambda: hand_over(world, school_class_id=other.pk)) == [
        "还没有填要划转的班。请照文件填写班级。"
    ]


def test_a_school_that_is_not_connected_or_closed_takes_no_class(world, children):
    School.objects.filter(pk=world.schools[THERE].pk).update(connected_on=None)
    assert problems(lambda: hand_over(world)) == [
        "「邻泉小学」还没有入网，接不了学生。请先核准它入网。"
    ]
    enter(world, "close", "上庄小学")
    assert problems(lambda: hand_over(world, into="上庄小学")) == [
        "「上庄小学」已于 2026-09-01 撤销。请另选。"
    ]


@pytest.mark.parametrize(("years", "state"), [(2, "done"), (1, None)])
def test_the_receiving_school_teaches_the_grade_of_the_class(world, children, years, state):
    SchoolClass.objects.filter(pk=class_of(world, HERE, 2).pk).update(grade=2)
    Student.objects.filter(name="秦叔宝").update(grade=2)
    Placement.objects.filter(student__name="秦叔宝").update(grade=2)
    Stage.objects.filter(school=world.schools[THERE]).update(years=years)
    if state:
        assert hand_over(world, number=2).state == state
    else:
        (said,) = problems(lambda: hand_over(world, number=2))
        assert said.startswith("邻泉小学没有开设 2 年级，学生没有地方去。")


def test_a_school_has_one_waiting_order_of_whatever_kind(world, children):
    hand_over(world, **DAYS)
    for act in (
        lambda: hand_over(world, number=2, **DAYS),
        lambda: enter(world, "merge", HERE, "上庄小学", number="迁教〔2026〕19 号"),
        lambda: enter(world, "merge", "上庄小学", HERE, number="迁教〔2026〕19 号"),
    ):
        assert "有待执行的文件：迁教〔2026〕18 号" in problems(act)[0]


def test_the_database_keeps_a_class_with_this_kind_and_no_other(world, children):
    order = hand_over(world, **DAYS)
    for changes in ({"school_class": None}, {"kind": "merge"}):
        with pytest.raises(IntegrityError, match="order_names_a_class"), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(**changes)


@pytest.mark.parametrize("who", ["clerk", "principal", "centre", "city", "county9", "admin"])
def test_nobody_but_the_county_of_the_school_enters_withdraws_or_carries_out(world, who):
    order = hand_over(world, **DAYS)
    with pytest.raises(PermissionDenied):
        hand_over(world, school="上庄小学", who=who)
    with pytest.raises(PermissionDenied):
        services.withdraw(order_id=order.pk, reason="错", acting=world.acting(who))
    with pytest.raises(PermissionDenied):
        services.carry_out(order_id=order.pk, acting=world.acting(who))


def test_a_school_of_another_county_takes_no_class(world):
    with pytest.raises(PermissionDenied):
        hand_over(world, into="滦州甲小学")
