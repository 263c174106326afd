"""送教上门 is set at the entry, and later changed by the pupil's school with papers, on record."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from enrollment.queries import heads
from enrollment.services import attendance
from tests import pupils
from tests.enrollment.admissions import class_of
from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass
from xueji.students.models import Attendance, Status, Student
from xueji.students.queries import counts
from xueji.students.services import NotEditable, Outdated, Unchanged, Unfit

HOME, SCHOOL = Attendance.HOME_TAUGHT, Attendance.IN_SCHOOL
SEEN = ["disability_card"]


@pytest.fixture
def own(world) -> SchoolClass:
    return class_of(world, "clerk")


@pytest.fixture
def pupil(world, own) -> Student:
    return pupils.enrolled(world, "clerk", school_class=str(own.pk), disability="4")


def change(world, student, to=HOME, who="clerk", **other):
    student.refresh_from_db()
    values = {"version": student.version, "papers": SEEN, "reason": "安置意见", **other}
    return attendance.change(
        student_id=student.pk, attendance=to, acting=world.acting(who), **values
    )


def figures(world, own):
    counted = counts(world.organisations["清泉小学"].path)
    return (counted.registered, counted.enrolled, counted.present, heads([own.pk])[own.pk].all)


def test_who_is_taught_at_home_counts_everywhere_but_in_the_class_size(world, own, pupil):
    assert figures(world, own) == (1, 1, 1, 1)
    assert change(world, pupil) == []
    assert figures(world, own) == (1, 1, 1, 0)
    change(world, pupil, SCHOOL)
    assert figures(world, own) == (1, 1, 1, 1)


def test_the_change_stands_in_the_history_with_the_papers(world, pupil):
    change(world, pupil)
    last = pupil.history.order_by("-history_id").first()
    assert (last.attendance, last.history_change_reason, last.history_post) == (
        HOME,
        "改为送教上门（看过残疾人证）：安置意见",
        world.posts["clerk"],
    )


@pytest.mark.parametrize(("disability", "warned"), [("0", True), ("", True), ("4", False)])
def test_without_a_disability_on_the_sheet_it_is_pointed_out(world, disability, warned):
    student = pupils.enrolled(world, "clerk", disability=disability)
    said = [(f.key, [c.id for c in f.clauses]) for f in change(world, student)]
    assert said == ([("entry.home_taught.disability", ["NATFULL-6.3"])] if warned else [])


@pytest.mark.parametrize(
    ("other", "field"),
    [({"papers": []}, "papers"), ({"reason": " "}, "reason"), ({"reason": "字" * 41}, "reason")],
)
def test_papers_and_a_reason_are_demanded(world, pupil, other, field):
    with pytest.raises(Unfit) as unfit:
        change(world, pupil, **other)
    assert [problem.field for problem in unfit.value.problems] == [field]


def test_nothing_changes_twice_or_unseen(world, pupil):
    with pytest.raises(Unchanged):
        change(world, pupil, SCHOOL)
    with pytest.raises(Outdated):
        change(world, pupil, version=1)


@pytest.mark.parametrize("to", ["", "x", "送教上门", "9" * 40])
def test_what_is_neither_of_the_two_is_not_stored(world, pupil, to):
    with pytest.raises(Unchanged):
        change(world, pupil, to)


def test_only_a_pupil_in_reading_is_changed(world, pupil):
    Student.objects.filter(pk=pupil.pk).update(status=Status.SUSPENDED)
    with pytest.raises(NotEditable):
        change(world, pupil)


def test_who_comes_back_to_school_needs_a_seat(world, pupil, monkeypatch):
    change(world, pupil)
    full = type("Heads", (), {"all": 45})()
    monkeypatch.setattr("enrollment.queries.heads", lambda ids: dict.fromkeys(ids, full))
    with pytest.raises(Refused, match="超过"):
        change(world, pupil, SCHOOL)


@pytest.mark.parametrize("who", ["principal", "clerk1b", "clerk9", "centre", "county", "auditor"])
def test_a_stranger_a_neighbour_and_another_post_change_nothing(world, pupil, who):
    with pytest.raises(PermissionDenied):
        change(world, pupil, who=who)
    pupil.refresh_from_db()
    assert pupil.attendance == SCHOOL


# -- the entry and the pages ----------------------------------------------------------------------
def test_the_entry_records_it_and_asks_for_the_disability(world):
    reason = {"reason_entry.home_taught.disability": "残疾类型正在评定"}
    case = pupils.submitted(world, home_taught="1", **reason)
    keys = [finding["key"] for finding in case.findings]
    assert keys == ["entry.home_taught", "entry.home_taught.disability"]
    assert case.student.attendance == HOME


def form(client, path):
    shown = client.get(path).content.decode()
    version = shown.split('name="version" value="')[1].split('"')[0]
    key = shown.split('name="form_key" value="')[1].split('"')[0]
    return {"version": version, "form_key": key, "attendance": HOME}


@pytest.fixture
def path(pupil) -> str:
    return reverse("enrollment_attendance", args=[pupil.pk])


def test_the_clerk_changes_it_on_a_page_once(client_of, pupil, path):
    client = client_of("clerk")
    sent = {**form(client, path), "papers": SEEN, "reason": "家长申请"}
    answers = [client.post(path, sent) for _ in range(2)]

    led = [(a.status_code, a["Location"]) for a in answers]
    assert led == [(302, f"/students/{pupil.pk}/?tab=history")] * 2
    told = client.get(led[0][1]).content.decode()
    assert ("改为送教上门（看过残疾人证）：家长申请" in told, "到校上课" in told) == (True, True)


def test_what_is_missing_is_told_beside_the_field(client_of, pupil, path):
    client = client_of("clerk")
    answer = client.post(path, form(client, path))
    errors = {name: list(told) for name, told in answer.context["form"].errors.items()}
    assert answer.status_code == 422
    assert errors == {
        "papers": [
            "缺教育安置意见或残疾人证或残疾诊断证明。看过原件后勾选"
            "（文件未规定，按本县设定（可改）：entry.home_taught.papers）。"
        ],
        "reason": ["还没有填原因。请写明为什么改。"],
    }


@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("clerk1b", 404), ("principal", 404), ("centre", 404), ("auditor", 404)],
)
def test_the_page_is_the_own_clerks_alone(client_of, path, who, status):
    assert client_of(who).get(path).status_code == status


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.DROPPED, Status.MISSING])
def test_who_has_no_lessons_is_told_so_before_anything_is_typed(client_of, pupil, path, status):
    client = client_of("clerk")
    offered = [path in client.get(reverse("student", args=[pupil.pk])).content.decode()]
    sent = {**form(client, path), "papers": SEEN, "reason": "家长申请"}
    Student.objects.filter(pk=pupil.pk).update(status=status)

    offered.append(path in client.get(reverse("student", args=[pupil.pk])).content.decode())
    answers = [client.get(path), client.post(path, sent)]

    why = f"该生现在{status.label}，没有在上课。回校就读以后再改上课形式。"
    told = [(answer.status_code, str(answer.context["why"])) for answer in answers]
    assert (offered, told) == ([True, False], [(409, why)] * 2)
    assert Student.objects.get(pk=pupil.pk).attendance == SCHOOL


def test_lists_and_class_say_so(world, client_of, own, pupil):
    change(world, pupil)
    client = client_of("clerk")
    said = {
        name: client.get(at).content.decode().count("送教上门")
        for name, at in {
            "class": reverse("enrollment_class", args=[own.pk]),
            "roster": reverse("students"),
            "pupil": reverse("student", args=[pupil.pk]),
        }.items()
    }
    assert said == {"class": 2, "roster": 1, "pupil": 1}
