"""缓学: who may come later, what that is and is not, and how the child is found again."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from enrollment.models import Deferral
from enrollment.queries import deferrals
from enrollment.services.context import load
from enrollment.services.deferral import apply_for, as_typed, check
from enrollment.services.submit import Rejected, submit
from tests import pupils
from tests.world import NOON, ZONE
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm, Paper
from xueji.ledger.check import check as check_ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students.models import IdentityDocument, Placement, Status, Student
from xueji.students.queries import counts

NEXT_YEAR = datetime(2027, 8, 25, 12, 0, tzinfo=ZONE)


def blocked(world, clerk="clerk", **changes):
    with pytest.raises(Rejected) as rejected:
        pupils.applied(world, clerk, **changes)
    checked = rejected.value.checked
    return [finding.message for finding in checked.blocked]


def reverse(world, case, who="county"):
    cases.reverse(case_id=case.pk, note="批错了", acting=world.acting(who))


# -- what it is -----------------------------------------------------------------------------------
def test_a_deferred_child_is_known_and_is_in_no_school_and_no_count(world):
    path = world.organisations["迁安市教育局"].path
    before = counts(path)

    student = pupils.deferred(world)

    assert (student.status, student.school, student.number) == (Status.DEFERRED, None, None)
    assert not Placement.objects.exists()
    assert counts(path) == before
    assert list(RegisterEvent.objects.values_list("kind", "change", "text")) == [
        (EventKind.DEFERRED, 0, "缓学到 2027-08-31")
    ]
    facts = Deferral.objects.get()
    assert (facts.school_year, facts.reason, facts.details, facts.until) == (
        2026,
        "health",
        "做完手术还在休养",
        date(2027, 8, 31),
    )
    assert [paper.kind for paper in Paper.objects.filter(kind="hospital_proof")] == [
        "hospital_proof"
    ]
    assert check_ledger()["faults"] == []


@pytest.mark.parametrize(
    ("clerk", "changes", "route"),
    [
        ("clerk", {}, [("清泉小学", "principal"), ("建昌营镇中心校", "centre_officer")]),
        ("urban", pupils.URBAN, [("迁安城区小学", "principal")]),
    ],
)
def test_the_route_is_that_of_the_rule_set(world, clerk, changes, route):
    case = pupils.applied(world, clerk, **changes)

    steps = case.steps.filter(position__gt=0).order_by("position")
    assert [(step.organisation.name, step.role) for step in steps] == [
        *route,
        ("迁安市教育局", "county_officer"),
    ]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"paper_hospital_proof": ""}, ["缺县级以上医院证明"]),
        ({"until": "2027-09-02"}, ["缓学到 2027-09-02，时间太长"]),
        ({"until": "2026-09-01"}, ["缓学到 2026-09-01，这一天已经过去"]),
    ],
)
def test_what_the_rules_do_not_allow_is_not_submitted(world, changes, says):
    assert blocked(world, **changes) == says
    assert not Student.objects.exists()


def test_a_child_under_age_needs_no_deferral(world):
    young = pupils.id_number(born=date(2021, 3, 17))

    assert blocked(world, id_number=young) == ["到 2026 年 8 月 31 日不足 6 周岁，今年不到入学年龄"]


def test_another_reason_than_health_is_for_the_county_to_grant(world):
    case = pupils.applied(
        world,
        late_reason="other",
        late_details="随父母在国外，明年回国",
        paper_hospital_proof="",
        **{"reason_entry.late.reason": "父母外派，有单位证明"},
    )

    (asked,) = case.steps.get(role="county_officer").exceptions.all()
    assert (asked.rule, asked.reason) == ("entry.late.reason", "父母外派，有单位证明")


def test_what_is_missing_is_told_at_its_field(world):
    with pytest.raises(Rejected) as rejected:
        pupils.applied(world, late_reason="", late_details="", until="", name="")

    assert [problem.field for problem in rejected.value.checked.errors] == [
        "name",
        "late_reason",
        "late_details",
        "until",
    ]


def test_a_registered_child_is_not_deferred(world):
    known = pupils.enrolled(world)

    told = blocked(world, id_number=known.id_number, name=known.name)

    assert told[0] == "该身份证件号已建有学籍，不得重复建立"


def test_a_child_on_the_way_into_a_school_is_not_deferred_meanwhile(world):
    case = pupils.submitted(world)

    told = blocked(world, id_number=case.student.id_number, name=case.student.name)

    assert told == ["该身份证件号正由另一件业务办理入学，不得重复建立"]


@pytest.mark.parametrize("stranger", ["principal", "clerk1b", "centre", "county"])
def test_nobody_but_the_post_that_opened_it_sends_an_application(world, stranger):
    draft = cases.open_draft(
        kind="deferral", school=world.school_of("clerk"), acting=world.acting("clerk"), values={}
    )

    with pytest.raises(Refused):
        apply_for(case_id=draft.pk, row=pupils.row(), reasons={}, acting=world.acting(stranger))
    assert not Student.objects.exists()


def test_an_application_that_came_back_is_mended_as_the_same_child(world):
    case = pupils.sign(world, pupils.applied(world), "principal", decision="returned")
    typed = CaseForm.objects.get(case=case).values["row"]

    mended = {**typed, "until": "2027-07-31"}
    apply_for(case_id=case.pk, row=mended, reasons={}, acting=world.acting("clerk"))

    assert (Student.objects.count(), Deferral.objects.get().until) == (1, date(2027, 7, 31))


# -- the way back ---------------------------------------------------------------------------------
def test_the_child_comes_as_the_same_pupil_and_is_never_entered_twice(world):
    child = pupils.deferred(world)

    case = pupils.submitted(world, id_number=child.id_number, name=child.name)
    child.refresh_from_db()
    assert (case.student_id, child.status) == (child.pk, Status.DEFERRED)
    assert [finding["message"] for finding in case.findings] == [
        "缓学学生（缓学到 2027-08-31）现在入学"
    ]
    pupils.sign(world, case, "principal", "centre", "county")

    child.refresh_from_db()
    assert (child.status, child.school) == (Status.ENROLLED, world.school_of("clerk"))
    assert Student.objects.count() == 1
    assert IdentityDocument.objects.filter(student=child).count() == 1
    assert not deferrals.in_reach(world.acting("county")).exists()
    assert check_ledger()["faults"] == []


def test_another_school_takes_the_child_in_as_the_same_pupil(world):
    child = pupils.deferred(world)

    entered = pupils.enrolled(
        world, "clerk2", id_number=child.id_number, name=child.name, **pupils.SHANGZHUANG
    )

    assert (entered.pk, Student.objects.count()) == (child.pk, 1)
    assert not deferrals.in_reach(world.acting("clerk")).exists()


def test_the_number_of_a_deferred_child_is_not_changed_by_the_way(world):
    child = pupils.deferred(world)
    case = pupils.submitted(world, id_number=child.id_number, name=child.name)
    pupils.sign(world, case, "principal", decision="returned")
    typed = CaseForm.objects.get(case=case).values["row"]

    other = {**typed, "id_number": pupils.id_number()}
    with pytest.raises(Refused, match="证件号和缓学时登记的不同"):
        submit(case_id=case.pk, row=other, reasons={}, acting=world.acting("clerk"))


def test_an_entry_withdrawn_leaves_the_child_on_the_list(world):
    child = pupils.deferred(world)
    case = pupils.submitted(world, id_number=child.id_number, name=child.name)

    cases.withdraw(case_id=case.pk, note="还没有好", acting=world.acting("clerk"))

    child.refresh_from_db()
    assert child.status == Status.DEFERRED
    assert [row.case.student for row in deferrals.in_reach(world.acting("clerk"))] == [child]


def test_a_further_deferral_continues_from_the_end_of_the_first(world):
    child = pupils.deferred(world)
    known = {"id_number": child.id_number, "name": child.name}
    assert blocked(world, **known, until="2028-09-01") == ["缓学到 2028-09-01，时间太长"]

    pupils.deferred(world, **known, until="2028-08-31")

    assert Student.objects.count() == 1
    assert [row.until for row in deferrals.in_reach(world.acting("clerk"))] == [date(2028, 8, 31)]


def test_what_is_registered_stands_in_the_form_again(world):
    child = pupils.deferred(world)
    context = load(world.school_of("clerk").pk, today=NOON.date())
    row = as_typed(child) | {
        "late_reason": "health",
        "late_details": "还在休养",
        "until": "2028-08-31",
        "paper_hospital_proof": "on",
    }

    checked = check(row, context)

    assert ([str(p) for p in checked.errors], checked.blocked) == ([], [])
    assert [member["name"] for member in checked.members] == ["王建军"]


# -- undo -----------------------------------------------------------------------------------------
def test_a_deferral_undone_leaves_nothing_but_its_traces(world):
    child = pupils.deferred(world)

    reverse(world, Case.objects.get())

    child.refresh_from_db()
    assert child.status == Status.PENDING
    assert list(RegisterEvent.objects.order_by("pk").values_list("kind", "change")) == [
        (EventKind.DEFERRED, 0),
        (EventKind.REVERSED, 0),
    ]
    assert check_ledger()["faults"] == []


def test_a_further_deferral_undone_leaves_the_first(world):
    child = pupils.deferred(world)
    known = {"id_number": child.id_number, "name": child.name}
    pupils.deferred(world, **known, until="2028-08-31")
    first, second = Case.objects.order_by("pk")

    with pytest.raises(Refused, match="缓学以后又办了入学或续缓"):
        reverse(world, first)
    reverse(world, second)

    child.refresh_from_db()
    assert child.status == Status.DEFERRED
    assert [row.until for row in deferrals.in_reach(world.acting("clerk"))] == [date(2027, 8, 31)]


def test_an_entry_undone_leaves_the_child_deferred_as_before(world):
    child = pupils.deferred(world)
    pupils.enrolled(world, id_number=child.id_number, name=child.name)
    deferral, entry = Case.objects.order_by("pk")
    with pytest.raises(Refused, match="缓学以后又办了入学或续缓"):
        reverse(world, deferral)

    reverse(world, entry)

    child.refresh_from_db()
    assert (child.status, child.school, child.number) == (Status.DEFERRED, None, None)
    kinds = RegisterEvent.objects.filter(reversed_by__isnull=True).exclude(kind="reversed")
    assert list(kinds.values_list("kind", flat=True)) == [EventKind.DEFERRED]
    assert check_ledger()["faults"] == []


def test_a_deferral_is_not_undone_while_the_child_is_entered(world):
    child = pupils.deferred(world)
    deferral = Case.objects.get()
    pupils.submitted(world, id_number=child.id_number, name=child.name)

    with pytest.raises(Refused, match="在办，办结或撤回后才能撤销缓学"):
        reverse(world, deferral)


# -- nobody is lost -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "count"),
    [("clerk", 1), ("principal", 1), ("centre", 1), ("county", 1), ("clerk1b", 0), ("county9", 0)],
)
def test_an_ending_deferral_is_on_the_desks_of_school_and_offices(world, who, count):
    pupils.deferred(world)
    acting = world.acting(who)

    assert deferrals.to_see_to(acting) is None
    todo = deferrals.to_see_to(replace(acting, at=NEXT_YEAR))
    assert (todo.count if todo else 0) == count
