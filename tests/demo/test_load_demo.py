"""The demo county: the same for the same seed, whole, provable, and nobody's real data."""

import json
from datetime import date
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Count, F

from enrollment.demo.load import fit
from enrollment.demo.names import HARD
from enrollment.models import Enrollment
from enrollment.queries import deferrals
from numbering.models import RegisterNumber, Series
from tests.demo.loading import TODAY, loaded
from transfers.models import SheetLoan, Transfer
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases.models import ALIVE, Case, State
from xueji.conduct.models import Conduct
from xueji.establishment.models import Order
from xueji.identity import idnumbers, names
from xueji.ledger.check import check
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import Level, Organisation, School
from xueji.students import queries as students
from xueji.students.models import FamilyMember, Status, Student

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def twice(django_db_setup, django_db_blocker):
    """What the same seed gave at the first and at the second load; the second stays."""
    with loaded(django_db_blocker):
        first = register()
    with loaded(django_db_blocker):
        yield first, register()


@pytest.fixture(autouse=True)
def _demo(twice):
    """Every test here reads the demo."""


def register() -> dict[str, list[tuple]]:
    """All that is told of pupils, events, numbers and cases, but for ids and sealed bytes."""
    school = "school__organisation__name"
    pupils = Student.objects.order_by("pk").values_list(
        "name",
        "name_full",
        "sex",
        "birth_date",
        "id_index",
        "hukou_text",
        "address_text",
        "status",
        "register_type",
        school,
        "school_class__number",
        "grade",
        "number",
        "entered_on",
        "version",
    )
    events = RegisterEvent.objects.order_by("pk").values_list(
        "kind", "change", "effective_on", "recorded_at", "booked_month", "school_name", "text"
    )
    cases = Case.objects.order_by("opened_at", "title").values_list(
        "title", "state", school, "opened_at", "due_on", "waiting_role", "round", "version"
    )
    numbers = RegisterNumber.objects.order_by("number").values_list("number", "state", "starts")
    family = FamilyMember.objects.order_by("pk").values_list("name", "relation", "is_guardian")
    rows = {
        "pupils": pupils,
        "events": events,
        "cases": cases,
        "numbers": numbers,
        "family": family,
    }
    return {table: list(found) for table, found in rows.items()}


@pytest.mark.parametrize("table", ["pupils", "events", "cases", "numbers", "family"])
def test_the_same_seed_gives_the_same_register(twice, table):
    first, second = twice
    assert len(first[table]) > 50
    assert second[table] == first[table]


def test_there_are_as_many_pupils_and_schools_as_asked_for():
    came_by_script = Student.objects.filter(cases__number__isnull=False, number=None).distinct()
    assert School.objects.count() == 8
    assert 300 <= Student.objects.count() <= 300 + came_by_script.count() + 10


def test_the_tree_has_every_town_and_the_second_county():
    qianan = Organisation.objects.get(name="迁安市教育局")
    assert list(Organisation.objects.above(qianan.path).values_list("name", flat=True)) == [
        "河北省教育厅",
        "唐山市教育局",
        "迁安市教育局",
    ]
    assert qianan.children.filter(level=Level.CENTRE).count() == 17
    codes = Organisation.objects.filter(level=Level.COUNTY).order_by("path")
    assert list(codes.values_list("parent__number_code", "number_code", "rule_set")) == [
        ("02", "26", "qianan"),
        ("02", "27", "national"),
    ]
    assert School.objects.filter(county__number_code="27").count() == 2


PLACES = [
    ("clerk", "clerk", "建昌营镇中心校", "primary"),
    ("principal", "principal", "建昌营镇中心校", "primary"),
    ("centre", "centre_officer", "迁安市教育局", ""),
    ("clerk2", "clerk", "杨各庄镇中心校", "primary"),
    ("principal2", "principal", "杨各庄镇中心校", "primary"),
    ("centre2", "centre_officer", "迁安市教育局", ""),
    ("urban", "clerk", "迁安市教育局", "primary"),
    ("urban-principal", "principal", "迁安市教育局", "primary"),
    ("junior", "clerk", "迁安市教育局", "junior"),
    ("junior-principal", "principal", "迁安市教育局", "junior"),
    ("county", "county_officer", "唐山市教育局", ""),
    ("county-head", "county_head", "唐山市教育局", ""),
    ("clerk9", "clerk", "雷庄镇中心校", "primary"),
    ("principal9", "principal", "雷庄镇中心校", "primary"),
    ("centre9", "centre_officer", "滦州市教育局", ""),
    ("county9", "county_officer", "唐山市教育局", ""),
    ("county9-head", "county_head", "唐山市教育局", ""),
    ("city", "prefecture_officer", "河北省教育厅", ""),
    ("province", "province_officer", "", ""),
    ("auditor", "auditor", "唐山市教育局", ""),
    ("admin", "administrator", "唐山市教育局", ""),
    ("security", "security", "唐山市教育局", ""),
]


@pytest.mark.parametrize(("username", "role", "above", "stage"), PLACES)
def test_every_account_of_the_contract_has_its_post(username, role, above, stage):
    posts = access.posts_in_force(on=date.fromisoformat(TODAY)).filter(user__username=username)
    post = posts.first()
    place = post.organisation
    assert (post.role, place.parent.name if place.parent else "") == (role, above)
    stages = School.objects.filter(pk=place.pk).values_list("stages__stage", flat=True)
    assert list(stages) == ([stage] if stage else [])


def test_the_password_of_every_account_is_the_printed_one():
    assert authenticate(username="clerk", password="Xueji-demo-2026").name == "赵雪梅"
    assert authenticate(username="admin", password="Xueji-demo-2026").name == "梁世杰"
    assert authenticate(username="clerk", password="Xueji-demo-2025") is None


def test_colleagues_cannot_log_in():
    colleague = Post.objects.filter(user__username__startswith="colleague").first().user
    assert (colleague.check_password(""), colleague.has_usable_password()) == (False, False)


def test_two_accounts_have_two_posts():
    several = Post.objects.values("user__username").annotate(n=Count("pk")).filter(n__gt=1)
    assert sorted(several.values_list("user__username", "n")) == [("centre", 2), ("deputy", 2)]


def test_the_ledger_is_proven():
    found = check()
    assert found["faults"] == []
    assert found["students"] == Student.objects.count()


def test_every_number_series_is_proven():
    out = StringIO()
    call_command("check_numbers", stdout=out)
    found = json.loads(out.getvalue())
    assert found["faults"] == []
    assert found["series"] == Series.objects.count() > 50


def test_there_is_an_order_of_each_kind_and_in_each_state():
    orders = Order.objects.order_by("pk").select_related("school__organisation__parent")
    assert list(orders.values_list("kind", "state", "effective_on")) == [
        ("close", "withdrawn", date(2026, 11, 1)),
        ("move", "done", date(2026, 11, 1)),
        ("merge", "waiting", date(2027, 1, 1)),
        ("class", "waiting", date(2027, 1, 1)),
    ]
    closing, moved, merging, handed = orders
    assert (handed.class_name, handed.school_class.school) == ("三（1）班", handed.school)
    assert handed.school_class.students.exists()
    assert (closing.school, moved.school.organisation.parent.name) == (
        moved.school,
        "彭店子镇中心校",
    )
    assert (
        merging.into.name
        == access.posts_in_force(on=date.fromisoformat(TODAY))
        .get(user__username="clerk9")
        .organisation.name
    )


def test_rights_and_events_followed_the_school_that_moved():
    moved = Order.objects.select_related("school__organisation").get(state="done")
    there = Student.objects.filter(school=moved.school)
    (second,) = Post.objects.select_related("user", "organisation").filter(
        user__username="centre", organisation__name="彭店子镇中心校"
    )
    seen = students.visible(Acting(user=second.user, post=second, at=moved.ended_at))
    reassigned = RegisterEvent.objects.filter(kind="reassigned").values_list("student", flat=True)

    assert set(there.values_list("pk", flat=True)) == set(seen.values_list("pk", flat=True))
    assert (moved.pupils > 0, set(reassigned)) == (True, {*there.values_list("pk", flat=True)})


def test_there_are_cases_in_every_state():
    assert set(Case.objects.values_list("state", flat=True)) == set(State)


def test_cases_wait_for_every_post_that_acts_and_some_are_late():
    alive = Case.objects.filter(state__in=ALIVE)
    assert set(alive.values_list("waiting_role", flat=True)) == {
        "clerk",
        "principal",
        "centre_officer",
        "county_officer",
        "county_head",
        "province_officer",
    }
    assert set(alive.filter(due_on__lt=TODAY).values_list("waiting_role", flat=True)) == {
        "clerk",
        "principal",
        "centre_officer",
        "county_officer",
        "county_head",
    }


def test_nothing_happened_after_today_but_nothing_is_old_either():
    last = Case.objects.order_by("-opened_at").values_list("opened_at", flat=True)[0]
    assert date(2026, 11, 19) <= last.date() < date.fromisoformat(TODAY)


def test_there_are_transfers_in_every_state_and_between_both_counties():
    transfers = Transfer.objects.order_by("pk")
    assert set(transfers.values_list("case__state", flat=True)) == set(State) - {State.DRAFT}
    assert Case.objects.filter(kind="transfer", state=State.DRAFT).count() == 1
    assert set(transfers.values_list("direction", flat=True)) >= {
        "between_townships",
        "township_to_urban",
        "urban_to_township",
        "cross_county",
        "to_outside",
        "from_outside",
    }
    county9 = Organisation.objects.get(division_code="130284")
    waiting = transfers.filter(case__waiting_at=county9).values_list(
        "case__waiting_role", flat=True
    )
    assert set(waiting) == {"county_officer", "county_head"}
    across = transfers.filter(
        to_school__county=county9, from_school__county=F("case__school__county")
    )
    assert sorted(across.values_list("case__state", "case__approved")) == [
        ("done", False),
        ("open", False),
        ("open", False),
        ("open", True),
    ]


def test_two_came_abroad_and_one_of_them_is_taught_again_and_one_was_transferred_offline():
    back = Case.objects.filter(kind="transfer_return").order_by("pk")
    assert list(back.values_list("state", "student__status")) == [
        (State.DONE, Status.ENROLLED),
        (State.OPEN, Status.ABROAD),
    ]
    (offline,) = Transfer.objects.filter(offline_on__isnull=False).select_related("case")
    assert (offline.offline_paper, offline.case.state) == ("春转〔2026〕6 号", State.OPEN)


def test_there_is_borrowed_study_in_every_state():
    states = Case.objects.filter(kind="borrowing").values_list("state", flat=True)
    assert set(states) == set(State) - {State.WITHDRAWN}
    ends = Case.objects.filter(kind="borrowing_end").values_list("state", flat=True)
    assert {State.OPEN, State.DONE} <= set(ends)
    assert SheetLoan.objects.filter(back_on__isnull=True).count() == 1


def test_children_come_later_and_one_is_due():
    deferred = Student.objects.filter(status=Status.DEFERRED)
    assert set(deferred.values_list("school", "number")) == {(None, None)}
    ends = [row.until for row in deferrals.granted().filter(case__student__in=deferred)]
    assert sorted((until - date.fromisoformat(TODAY)).days for until in ends) == [18, 270]


def test_a_third_grader_without_register_waits_for_the_national_check():
    (late,) = Enrollment.objects.exclude(grade=1)
    assert (late.grade, late.entry_year, late.case.waiting_role) == (3, 2024, "province_officer")


def test_some_wait_for_a_number_and_some_for_a_class():
    waiting = Student.objects.filter(status=Status.ENROLLED, number=None)
    classes = waiting.values_list("school_class", flat=True)
    assert {school_class is None for school_class in classes} == {True, False}


def test_late_entries_stand_in_the_first_month_that_was_open():
    late = RegisterEvent.objects.filter(booked_month__gt=F("effective_on"))
    assert late.filter(effective_on__lt="2026-10-01", booked_month="2026-11-01").exists()


def test_the_names_that_break_registers_are_there():
    hard = [name for name, *_ in HARD]
    assert set(Student.objects.filter(name__in=hard).values_list("name", flat=True)) == set(hard)
    faults = [fault for name in hard for fault in names.check_name(name)]
    assert [fault.severity for fault in faults] == []


def test_every_document_is_valid_and_agrees_with_the_pupil():
    for pupil in Student.objects.exclude(id_type="Z"):
        found = idnumbers.check(
            pupil.id_type,
            pupil.id_number,
            today=date.fromisoformat(TODAY),
            sex=pupil.sex,
            birth_date=pupil.birth_date,
        )
        assert found == [], pupil.name


def test_no_telephone_number_belongs_to_anybody():
    numbers = [*Student.objects.values_list("phone", flat=True)]
    numbers += FamilyMember.objects.values_list("phone", flat=True)
    assert {number[:3] for number in numbers if number} == {"154"}


def shape(case: Case) -> dict[str, object]:
    """What a done entry left behind, but for who and when."""
    pupil = case.student
    rows = {
        "pupil": Student.objects.filter(pk=pupil.pk),
        "case": Case.objects.filter(pk=case.pk),
        "placement": pupil.placements.all(),
        "number": pupil.numbers.all(),
        "entry": type(case.enrollment).objects.filter(pk=case.pk),
    }
    filled = {
        table: [{name for name, value in row.items() if value not in (None, "")} for row in found]
        for table, found in ((table, query.values()) for table, query in rows.items())
    }
    return filled | {
        "events": [
            (event.kind, event.change, event.case_id == case.pk)
            for event in pupil.events.order_by("pk")
        ],
        "history": list(
            pupil.history.order_by("history_id").values_list("history_type", "status", "version")
        ),
        "steps": list(case.steps.values_list("round", "position", "role", "decision")),
        "papers": sorted(case.papers.values_list("kind", flat=True)),
        "version": case.version,
        "form": hasattr(case, "form"),
    }


def test_a_pupil_written_set_based_looks_like_one_made_by_the_services():
    numbered = Case.objects.filter(
        kind="enrollment",
        state=State.DONE,
        student__number__isnull=False,
        student__id_type="1",
        school__organisation__posts__user__username="clerk",
    ).order_by("opened_at")
    bulk, served = numbered.first(), numbered.last()
    assert bulk.opened_at.date() < date(2026, 9, 16) < served.opened_at.date()
    assert shape(bulk) == shape(served)


def test_who_left_the_tree_has_no_place_and_no_live_number():
    gone = Student.objects.filter(status=Status.TRANSFERRED)
    assert gone.exists()
    assert set(gone.values_list("school", "number", "numbers__state")) == {(None, None, "retired")}


def test_a_database_with_organisations_is_refused():
    with pytest.raises(CommandError, match="已有机构"):
        call_command("load_demo", "--force-test", stdout=StringIO())


@pytest.mark.parametrize("too_few", [["--schools=5"], ["--students=99"]])
def test_a_demo_too_small_for_its_accounts_is_refused(too_few):
    with pytest.raises(CommandError, match="至少 6 所学校、100 名学生"):
        call_command("load_demo", "--force-test", *too_few, stdout=StringIO())


def test_if_empty_leaves_a_full_database_alone():
    before = Student.objects.count()
    out = StringIO()
    call_command("load_demo", "--if-empty", "--force-test", stdout=out)
    assert (out.getvalue(), Student.objects.count()) == ("", before)


@pytest.mark.parametrize("command", ["load_demo", "demo_accounts"])
def test_outside_the_demo_the_commands_refuse(command):
    with pytest.raises(CommandError, match="这里不是演示站点"):
        call_command(command, stdout=StringIO())


def test_the_accounts_are_printed_with_their_password():
    out = StringIO()
    call_command("demo_accounts", "--force-test", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].split() == ["账号", "姓名", "岗位", "单位"]
    assert lines[1].split() == ["clerk", "赵雪梅", "学籍管理员", "清泉小学"]
    assert {line.split()[0] for line in lines[1:26]} == {name for name, *_ in PLACES} | {"deputy"}
    assert "密码都是 Xueji-demo-2026（DEMO_PASSWORD）" in lines[27]


@pytest.mark.parametrize(
    ("clock", "told_of"),
    [
        (date(2026, 7, 1), date(2026, 11, 23)),
        (date(2026, 11, 23), date(2026, 11, 23)),
        (date(2027, 3, 5), date(2027, 3, 5)),
        (date(2029, 1, 1), date(2027, 7, 9)),
    ],
)
def test_the_demo_tells_of_its_school_year_whatever_the_clock(clock, told_of):
    assert fit(clock) == told_of


def test_it_shows_what_becomes_of_pupils_beyond_their_entry():
    conduct = [(row.kind, row.revoked_on is None) for row in Conduct.objects.order_by("pk")]
    family = FamilyMember.objects.values("student").annotate(heads=Count("pk"))
    admissions = Case.objects.filter(kind="admission").values_list("state", flat=True)

    assert conduct == [
        ("sanction", False),
        ("reward", True),
        ("reward", True),
        ("reward", True),
        ("sanction", True),
    ]
    assert max(row["heads"] for row in family) in (8, 9)  # one parent or two, seven relatives
    # in a demo as small as this one, transfers may have taken them along
    assert Student.objects.filter(attendance="home_taught").count() == 1
    assert Student.objects.filter(photo__isnull=False).count() == 1
    assert sorted(admissions) == ["done", "done", "open"]
    assert {"赵𠮷安", "李䶮", "王㛃"} <= set(Student.objects.values_list("name", flat=True))
