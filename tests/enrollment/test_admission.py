"""A register goes to the school that takes the pupil without transfer formalities, and back."""

import pytest
from django.core.exceptions import PermissionDenied

from enrollment.models import Admission, Excess
from enrollment.services import admission
from enrollment.services.admission import Rejected
from enrollment.services.assign import assign
from tests import pupils
from tests.enrollment.admissions import (
    ROUTES,
    asked,
    become,
    class_of,
    special,
    submitted,
    taken,
)
from tests.numbering import making
from tests.pupils import row_of
from tests.world import NOON
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision
from xueji.cases.services import OutcomeKind
from xueji.ledger.check import check
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import SchoolClass, Stage
from xueji.students.models import Attendance, Placement, Status, Student
from xueji.students.queries import counts


@pytest.fixture
def pupil(world) -> Student:
    """In a class of 清泉小学, numbered."""
    student = pupils.enrolled(world, "clerk")
    acting = world.acting("clerk")
    assign(student_ids=[student.pk], school_class=class_of(world, "clerk"), acting=acting)
    making.issue(world, "清泉小学", who="centre")
    student.refresh_from_db()
    return student


def places(student):
    rows = Placement.objects.filter(student=student).order_by("pk")
    return [
        (str(p.school.organisation), str(p.school_class), p.starts.day, p.ends and p.ends.day)
        for p in rows
    ]


# -- the effect -----------------------------------------------------------------------------------
def test_the_last_yes_moves_the_register_and_keeps_the_number(world, pupil):
    number, path = pupil.number, world.organisations["滦州甲小学"].path
    special(world)
    case = taken(world, pupil)

    pupil.refresh_from_db()
    assert (pupil.school, pupil.org_path, pupil.school_class, pupil.grade, pupil.number) == (
        world.school_of("clerk9"),
        path,
        class_of(world, "clerk9"),
        1,
        number,
    )
    assert places(pupil) == [
        ("清泉小学", "一（1）班", 1, 2),
        ("滦州甲小学", "一（1）班", 2, None),
    ]
    events = RegisterEvent.objects.filter(case=case).order_by("pk")
    told = [(e.kind, e.change, e.school_name, e.class_name, e.number, e.text) for e in events]
    words = "免转学手续接收（特殊教育学校）"
    assert told == [
        ("transferred_out", -1, "清泉小学", "一（1）班", number, f"{words}，学籍随学生转出"),
        ("transferred_in", 1, "滦州甲小学", "一（1）班", number, f"{words}，由清泉小学转入"),
    ]
    before = counts(world.organisations["清泉小学"].path)
    after = counts(path)
    assert (before.enrolled, after.enrolled) == (0, 1)
    assert Admission.objects.get(case=case).ground == "special"
    assert [finding["key"] for finding in case.findings] == ["admission.ground"]


def test_the_register_is_sound_after_it_and_after_the_undoing(world, pupil):
    special(world)
    case = taken(world, pupil)
    assert check()["faults"] == []
    cases.reverse(case_id=case.pk, note="接错学生", acting=world.acting("centre9"))
    assert check()["faults"] == []


def test_undoing_brings_back_exactly_what_was(world, pupil):
    special(world)
    before = row_of(pupil)
    case = taken(world, pupil)
    assert row_of(pupil) != before

    cases.reverse(case_id=case.pk, note="接错学生", acting=world.acting("centre9"))

    assert row_of(pupil) == before
    assert places(pupil) == [
        ("清泉小学", "一（1）班", 1, None),
        ("滦州甲小学", "一（1）班", 2, 2),
    ]
    undone = RegisterEvent.objects.filter(kind=EventKind.REVERSED).order_by("pk")
    assert [(e.reverses.kind, e.change, e.school_name) for e in undone] == [
        ("transferred_in", -1, "滦州甲小学"),
        ("transferred_out", 1, "清泉小学"),
    ]
    case.refresh_from_db()
    assert case.state == "reversed"


def test_undoing_takes_back_a_class_given_since(world, pupil):
    special(world)
    before = row_of(pupil)
    case = taken(world, pupil, school_class=None)
    acting = world.acting("clerk9")
    assign(student_ids=[pupil.pk], school_class=class_of(world, "clerk9"), acting=acting)

    cases.reverse(case_id=case.pk, note="接错学生", acting=world.acting("centre9"))

    assert row_of(pupil) == before
    assert check()["faults"] == []


def test_a_pupil_taken_further_is_not_brought_back_from_the_middle(world, pupil):
    special(world)
    first = taken(world, pupil)
    become(world, "clerk2", "reform")
    pupil.refresh_from_db()
    taken(world, pupil, "clerk2", ground="reform", papers=frozenset({"reform_decision"}))

    with pytest.raises(Refused, match="接收以后学籍又有变动"):
        cases.reverse(case_id=first.pk, note="接错学生", acting=world.acting("centre9"))


def test_an_entry_is_not_undone_while_another_school_has_the_register(world, pupil):
    entry = Case.objects.get(student=pupil, kind="enrollment")
    special(world)
    taken(world, pupil)

    with pytest.raises(Refused, match="入学以后学籍又有变动"):
        cases.reverse(case_id=entry.pk, note="录错学校", acting=world.acting("centre"))


@pytest.mark.parametrize(
    ("clerk", "kind", "ground", "papers"),
    [
        ("clerk2", "special", "special", {"disability_card"}),
        ("urban", "reform", "reform", {"reform_decision"}),
    ],
)
def test_the_route_is_principal_and_authority_of_the_receiving_school(
    world, pupil, clerk, kind, ground, papers
):
    become(world, clerk, kind)
    case = submitted(world, pupil, clerk, ground=ground, papers=frozenset(papers))
    steps = case.steps.filter(position__gt=0).order_by("position")
    principal, officer = ROUTES[clerk]
    assert [(s.organisation, s.role) for s in steps] == [
        (world.posts[name].organisation, world.posts[name].role) for name in (principal, officer)
    ]


def test_an_ordinary_school_takes_a_pupil_of_a_special_school(world, pupil):
    become(world, "clerk", "special")
    case = taken(world, pupil, "clerk2", ground="inclusion")
    assert case.state == "done"
    assert places(pupil)[-1][0] == "上庄小学"


def test_a_pupil_without_number_is_numbered_by_the_receiving_side(world):
    student = pupils.enrolled(world, "clerk")
    special(world, "clerk2")
    taken(world, student, "clerk2")
    making.issue(world, "上庄小学", who="centre2")
    student.refresh_from_db()
    assert (student.number[:4], student.number[6:9]) == ("0226", "034")


def test_an_undoing_is_refused_once_the_receiving_side_has_numbered(world):
    student = pupils.enrolled(world, "clerk")
    special(world, "clerk2")
    case = taken(world, student, "clerk2")
    making.issue(world, "上庄小学", who="centre2")
    with pytest.raises(Refused, match="接收以后学籍又有变动"):
        cases.reverse(case_id=case.pk, note="接错学生", acting=world.acting("centre2"))


# -- what is refused ------------------------------------------------------------------------------
def rejected(world, student, clerk="clerk9", **other):
    """What is wrong, by field."""
    with pytest.raises(Rejected) as caught:
        submitted(world, student, clerk, **other)
    assert not Case.objects.filter(kind="admission").exists()
    wrong = [(p.field, p.message) for p in caught.value.problems]
    return wrong + [(f.field, f.message) for f in caught.value.findings if f.effect == "block"]


def test_an_ordinary_school_is_sent_to_the_transfer(world, pupil):
    assert rejected(world, pupil, "clerk2", ground="inclusion") == [
        ("ground", "原学籍不在特殊教育学校，不属于随班就读的除外情形，未办转学手续不能接收")
    ]


def test_name_and_number_have_to_be_the_registers(world, pupil):
    special(world)
    unknown = [("id_number", "没有找到这个证件号的学籍。")]
    assert rejected(world, pupil, id_number=pupils.id_number()) == unknown
    assert rejected(world, pupil, name="李四") == [("name", "姓名与学籍登记的不一致。")]


def test_a_school_does_not_take_its_own_pupil(world, pupil):
    become(world, "clerk", "special")
    assert rejected(world, pupil, "clerk") == [("id_number", "该生的学籍已在本校。")]


def test_a_child_on_the_way_to_another_school_is_not_taken(world):
    case = pupils.submitted(world, "clerk")
    special(world)
    with pytest.raises(Rejected) as caught:
        submitted(world, case.student)
    assert [p.message for p in caught.value.problems] == ["该生还没有建籍。"]


def test_dates_lie_between_the_former_placement_and_today(world, pupil):
    special(world)
    later, earlier = NOON.date().replace(day=3), NOON.date().replace(month=8)
    assert rejected(world, pupil, starts=later) == [("starts", "接收日期还没有到。")]
    assert rejected(world, pupil, starts=earlier) == [
        ("starts", "接收日期早于该生到原学校的日期。")
    ]


def test_the_class_is_of_the_pupils_grade(world, pupil):
    special(world)
    second = SchoolClass.objects.create(
        school=world.school_of("clerk9"),
        stage="primary",
        entry_year=2025,
        number=1,
        grade=2,
        capacity=45,
    )
    assert rejected(world, pupil, school_class=second) == [
        ("school_class", "所选班级不是该生所在年级的班，接收不变更年级")
    ]
    Stage.objects.filter(school=world.school_of("clerk9")).update(first_grade=4, years=3)
    assert rejected(world, pupil, school_class=None) == [
        ("school_class", "本校没有该生所在的年级，接收不变更年级")
    ]


def test_papers_are_seen(world, pupil):
    special(world)
    assert rejected(world, pupil, papers=frozenset()) == [
        ("papers", "缺教育安置意见或残疾人证或残疾诊断证明")
    ]


def fill(world, clerk, number, monkeypatch):
    """Let the class look full: the rule allows 45 where the county sets nothing else."""
    monkeypatch.setattr(
        "enrollment.queries.heads",
        lambda ids: {pk: type("Heads", (), {"all": number})() for pk in ids},
    )


def test_a_full_class_takes_nobody_but_who_is_taught_at_home(world, pupil, monkeypatch):
    special(world)
    fill(world, "clerk9", 45, monkeypatch)
    with pytest.raises(Refused, match="文件未规定"):
        submitted(world, pupil)
    Student.objects.filter(pk=pupil.pk).update(attendance=Attendance.HOME_TAUGHT)
    assert submitted(world, pupil).state == "open"


def test_a_class_that_filled_meanwhile_leaves_the_case_unsigned(world, pupil, monkeypatch):
    special(world)
    case = pupils.sign(world, submitted(world, pupil), "principal9")
    fill(world, "clerk9", 45, monkeypatch)
    (outcome,) = cases.decide(
        seen={case.pk: case.version},
        decision=Decision.AGREED,
        note="",
        acting=world.acting("centre9"),
    ).values()
    assert (outcome.kind, "超过" in outcome.text) == (OutcomeKind.REFUSED, True)
    assert places(pupil) == [("清泉小学", "一（1）班", 1, None)]


@pytest.mark.parametrize(
    ("granted_by", "kind"),
    [("centre9", OutcomeKind.SIGNED), ("clerk9", OutcomeKind.REFUSED)],
)
def test_a_consent_to_more_is_for_who_did_not_choose_the_class(
    world, pupil, monkeypatch, granted_by, kind
):
    """Who signs last may be the one that agreed to more: the clerk has chosen the class."""
    special(world)
    case = pupils.sign(world, submitted(world, pupil), "principal9")
    fill(world, "clerk9", 45, monkeypatch)
    Excess.objects.create(
        school_class=Admission.objects.get(case=case).school_class,
        heads=46,
        reason="挤",
        granted_at=NOON,
        granted_by=world.posts[granted_by],
    )
    (outcome,) = cases.decide(
        seen={case.pk: case.version},
        decision=Decision.AGREED,
        note="",
        acting=world.acting("centre9"),
    ).values()
    assert (outcome.kind, "要由另一人编入" in outcome.text) == (kind, kind == OutcomeKind.REFUSED)
    pupil.refresh_from_db()
    came = kind == OutcomeKind.SIGNED
    assert (pupil.school == world.school_of("clerk9"), str(pupil.school_class)) == (
        came,
        str(Admission.objects.get(case=case).school_class) if came else "一（1）班",
    )


def test_who_left_meanwhile_is_not_taken(world, pupil):
    special(world)
    case = pupils.sign(world, submitted(world, pupil), "principal9")
    pupils.move(pupil, to=world.school_of("clerk2"), acting=world.acting("county"))
    (outcome,) = cases.decide(
        seen={case.pk: case.version},
        decision=Decision.AGREED,
        note="",
        acting=world.acting("centre9"),
    ).values()
    assert (outcome.kind, "学籍又有变动" in outcome.text) == (OutcomeKind.REFUSED, True)


def test_of_another_case_a_stranger_learns_the_county_alone(world, pupil):
    special(world)
    submitted(world, pupil)
    special(world, "clerk2")
    with pytest.raises(Refused) as told:
        submitted(world, pupil, "clerk2")
    assert str(told.value) == ("该生另有业务件在别处办理，办结后才能接收。请与滦州市教育局联系。")


def test_a_school_that_is_not_connected_takes_nobody(world, pupil):
    school = special(world)
    school.connected_on = None
    school.save()
    with pytest.raises(Refused, match="本校还没有入网"):
        submitted(world, pupil)


@pytest.mark.parametrize("who", ["principal9", "centre9", "county9", "auditor", "admin"])
def test_only_the_clerk_takes_a_pupil(world, pupil, who):
    special(world)
    wanted = asked(world, pupil)
    with pytest.raises(PermissionDenied):
        admission.submit(case_id=None, asked=wanted, row={}, acting=world.acting(who))


@pytest.mark.parametrize(
    "who", ["principal", "principal2", "clerk9", "centre", "county", "county9"]
)
def test_nobody_but_the_route_signs(world, pupil, who):
    special(world)
    case = submitted(world, pupil)
    found = cases.decide(
        seen={case.pk: case.version}, decision=Decision.AGREED, note="", acting=world.acting(who)
    )
    assert [outcome.kind for outcome in found.values() if outcome.kind == OutcomeKind.SIGNED] == []


def test_a_returned_case_is_mended_as_the_same_case(world, pupil):
    special(world)
    case = pupils.sign(world, submitted(world, pupil), "principal9", decision="returned")
    other = class_of(world, "clerk9", 2)
    mended = admission.submit(
        case_id=case.pk,
        asked=asked(world, pupil, school_class=other),
        row={},
        acting=world.acting("clerk9"),
    )
    assert (mended.pk, mended.round) == (case.pk, 2)
    pupils.sign(world, case, *ROUTES["clerk9"])
    assert places(pupil)[-1] == ("滦州甲小学", "一（2）班", 2, None)


def test_a_returned_case_stays_the_childs_whose_it_is(world, pupil):
    special(world)
    case = pupils.sign(world, submitted(world, pupil), "principal9", decision="returned")
    other = asked(world, pupils.enrolled(world, "clerk"))
    with pytest.raises(Refused, match="本件是另一名学生的"):
        admission.submit(case_id=case.pk, asked=other, row={}, acting=world.acting("clerk9"))


def test_a_suspended_pupil_is_not_taken(world, pupil):
    special(world)
    Student.objects.filter(pk=pupil.pk).update(status=Status.SUSPENDED)
    assert rejected(world, pupil) == [("id_number", "该生现在的学籍状态是“休学”，不能接收")]
