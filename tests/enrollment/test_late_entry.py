"""Registering a pupil of a later grade who has no register anywhere, and the national check."""

import pytest

from enrollment.models import Enrollment
from enrollment.services.submit import Rejected
from tests import pupils
from tests.enrollment.latecomers import NEW, WHY, at_check, late
from xueji.ledger.check import check as check_ledger
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students.models import Status


# -- the entry ------------------------------------------------------------------------------------
def test_the_names_go_to_the_national_check_before_the_last_signature(world):
    case = late(world)

    steps = case.steps.filter(position__gt=0).order_by("position")
    assert [step.role for step in steps] == [
        "principal",
        "centre_officer",
        "province_officer",
        "county_officer",
    ]
    entry = Enrollment.objects.get()
    assert (entry.grade, entry.entry_year, entry.check_position, entry.late_reason) == (
        3,
        2024,
        3,
        WHY,
    )
    assert [finding["message"] for finding in case.findings] == [
        "非小学一年级新生建籍，须列入月末全国查重名单"
    ]
    assert "应按规定办理转学手续" in case.findings[0]["citation"]


def test_a_first_grader_goes_no_such_way(world):
    case = pupils.submitted(world)

    assert Enrollment.objects.get().check_position is None
    assert not case.steps.filter(role="province_officer").exists()


def test_why_there_is_no_register_must_be_said(world):
    with pytest.raises(Rejected) as rejected:
        late(world, into_reason="")

    assert [str(p) for p in rejected.value.checked.errors] == [
        "还没有填没有建立学籍的原因。请补填没有建立学籍的原因。"
    ]


@pytest.mark.parametrize("grade", ["0", "7", "三", "3 "])
def test_a_grade_that_the_school_does_not_teach_is_refused(world, grade):
    if grade == "3 ":
        assert late(world, into_grade=grade).enrollment.grade == 3
        return
    with pytest.raises(Rejected) as rejected:
        late(world, into_grade=grade)
    assert [p.field for p in rejected.value.checked.errors] == ["into_grade"]


def test_who_has_a_register_must_move_instead(world):
    known = pupils.enrolled(world)
    with pytest.raises(Rejected) as rejected:
        late(world, "clerk2", id_number=known.id_number, name=known.name, **pupils.SHANGZHUANG)

    told = {f.key: f"{f.message}。{f.remedy}" for f in rejected.value.checked.blocked}
    assert told["entry.transfer_required"] == "该生在他校有学籍，未办转学手续不能入学。请改办转学"
    assert "entry.duplicate.exact" in told


def test_a_class_of_the_grade_is_taken_and_of_another_is_not(world):
    school = world.school_of("clerk")
    third = SchoolClass.objects.create(
        school=school, stage="primary", entry_year=2024, number=1, grade=3, capacity=45
    )
    first = SchoolClass.objects.get(school=school, entry_year=2026, number=1)

    assert late(world, school_class=str(third.pk)).enrollment.school_class == third
    with pytest.raises(Rejected) as rejected:
        late(world, school_class=str(first.pk))
    assert [p.field for p in rejected.value.checked.errors] == ["school_class"]


def test_the_form_shows_the_classes_and_asks_the_reason_of_the_grade(clerk, opened, world):
    SchoolClass.objects.create(
        school=world.school_of("clerk"),
        stage="primary",
        entry_year=2024,
        number=5,
        grade=3,
        capacity=45,
    )
    first = clerk.get(NEW).content.decode()
    assert "三（5）班" not in first
    assert 'name="into_reason"' not in first

    live = clerk.post("/enrollment/check/", opened(into_grade="3")).content.decode()

    assert "三（5）班" in live
    assert "一（1）班" not in live
    assert 'name="into_reason"' in live


def test_the_register_is_built_in_the_grade_and_numbered_with_the_cohort(world):
    case = at_check(world)
    student = pupils.sign(world, case, "province", "county").student

    student.refresh_from_db()
    assert (student.status, student.grade, student.entry_year) == (Status.ENROLLED, 3, 2024)
    event = RegisterEvent.objects.get()
    assert (event.change, event.grade, event.text) == (1, 3, "三年级建籍，清泉小学")
    assert check_ledger()["faults"] == []
