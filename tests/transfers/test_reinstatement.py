"""Who came by a transfer abroad, left, withdrawn or expelled: taught again, and undone exactly."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from tests import pupils
from tests.establishment.orders import enter
from tests.numbering import making
from tests.pupils import row_of
from tests.transfers import movers
from tests.transfers.movers import class_of, faults, numbered, sign
from tests.world import NOON
from transfers.models import Transfer
from transfers.services.reinstate import reinstate, why_not
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision
from xueji.cases.services import Typed
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import Organisation, SchoolClass
from xueji.organisations.queries import lineage
from xueji.students import services as students
from xueji.students.models import Status, Student
from xueji.students.queries import counts

WHY = "随父母回国，9 月起在本校上课"


def away(world, status: Status) -> Student:
    """A pupil of 清泉小学 of that status."""
    return gone(world, numbered(world, name="单雄信"), status)


def gone(world, student: Student, status: Status, who: str = "clerk") -> Student:
    """The status that the school writes, as the act that is to come will."""
    acting = world.acting(who)
    student.status = status
    students.write([student], fields=["status"], acting=acting, reason="离校")
    fact = ledger.Fact(
        kind=EventKind.LEFT,
        student=student,
        lineage=lineage(student.school_id),
        effective_on=acting.today,
        change=-1,
        stage=student.stage,
        grade=student.grade,
    )
    ledger.write([fact], acting=acting)
    return student


@pytest.fixture
def moved(world) -> Student:
    """At 上庄小学 by a transfer, 出国 still."""
    student = away(world, Status.ABROAD)
    movers.moved(world, student)
    student.refresh_from_db()
    return student


def asked(world, student: Student, who: str = "clerk2", **other) -> Case:
    acting = world.acting(who)
    values = {"student_id": student.pk, "reason_text": WHY, **other}
    return reinstate(typed=Typed(row={}), acting=acting, **values)


def figures(world) -> tuple[int, int, int]:
    found = counts(world.organisations["上庄小学"].path)
    return found.registered, found.enrolled, found.present


@pytest.mark.parametrize("status", ["abroad", "left", "withdrawn", "expelled"])
def test_a_transfer_keeps_the_status_and_the_number_and_the_new_school_ends_the_status(
    world, status
):
    student = away(world, Status(status))
    movers.moved(world, student)
    student.refresh_from_db()
    number = student.number
    assert (student.status, student.school, figures(world)) == (
        status,
        world.schools["上庄小学"],
        (1, 0, 0),
    )
    case = asked(world, student)
    steps = case.steps.exclude(position=0).order_by("position")
    assert [(step.organisation.name, step.role) for step in steps] == [
        ("上庄小学", "principal"),
        ("杨各庄镇中心校", "centre_officer"),
    ]
    sign(world, case, "principal2", "centre2")
    student.refresh_from_db()
    assert (student.status, student.number, figures(world)) == ("enrolled", number, (1, 1, 1))
    event = RegisterEvent.objects.get(case=case)
    assert (event.kind, event.change, event.text) == (
        "returned",
        1,
        f"恢复在校，原为{Status(status).label}",
    )
    assert faults() == ([], [])


def test_undoing_brings_back_exactly_the_status(world, moved):
    before = row_of(moved)
    case = sign(world, asked(world, moved), "principal2", "centre2")
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("centre2"))
    assert (row_of(moved), figures(world), faults()) == (before, (1, 0, 0), ([], []))


def test_it_is_not_undone_past_what_came_later(world, moved):
    case = sign(world, asked(world, moved), "principal2", "centre2")
    moved.refresh_from_db()
    later = movers.submitted(world, moved, "迁安城区小学", clerk="clerk2")
    with pytest.raises(Refused, match=f"{later.number} 在办，办结或撤回后才能撤销恢复在校"):
        cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("centre2"))


def test_the_transfer_is_not_undone_before_it_and_what_is_in_the_way_is_named(world, moved):
    transfer = Case.objects.get(student=moved, kind="transfer")
    case = sign(world, asked(world, moved), "principal2", "centre2")
    told = (
        f"转学以后学籍又有变动（2026-09-02 返校，业务件 {case.number}），"
        "不能直接撤销；请先撤销后来的业务。"
    )
    with pytest.raises(Refused, match=f"^{re.escape(told)}$"):
        cases.reverse(case_id=transfer.pk, note="没有来", acting=world.acting("centre2"))


def test_a_transfer_whose_event_is_missing_is_none_to_come_back_from(world):
    other = numbered(world, name="单雄义")
    Student.objects.filter(pk=other.pk).update(status=Status.ABROAD)
    case = movers.submitted(world, other, None)
    Case.objects.filter(pk=case.pk).update(
        state="done", closed_at=NOON, waiting_at=None, waiting_role="", due_on=None
    )
    Transfer.objects.filter(pk=case.pk).update(
        to_school=world.schools["清泉小学"], former_status=Status.ABROAD
    )
    other.refresh_from_db()
    assert why_not(other, world.acting("clerk").rules).startswith("该生不是带着这个状态转学来的")


def test_a_no_leaves_the_status(world, moved):
    before = row_of(moved)
    sign(world, asked(world, moved), "principal2", decision=Decision.REFUSED, note="还没有来")
    assert (row_of(moved), faults()) == (before, ([], []))


def test_a_full_class_takes_nobody_back(world, moved):
    making.entrants(world, making.names(45), school="上庄小学", class_number=1)
    case = sign(world, asked(world, moved), "principal2")
    seen = {case.pk: case.version}
    acting = world.acting("centre2")
    outcome = cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting)[case.pk]
    assert (outcome.kind, "一（1）班" in outcome.text) == ("refused", True)
    assert class_of(world, "上庄小学") == moved.school_class


def test_who_did_not_come_so_is_told_why_not(world):
    plain, left = numbered(world), away(world, Status.WITHDRAWN)
    told = []
    for student in (plain, left):
        with pytest.raises(Refused) as refused:
            asked(world, student, "clerk")
        told.append(str(refused.value).split("。")[0])
    assert told == [
        "该生现在的学籍状态是“在读”，不办恢复在校",
        "该生不是带着这个状态转学来的，不在这里恢复在校",
    ]


def test_who_came_taught_and_left_later_is_not_reinstated(world, client_of):
    student = numbered(world)
    movers.moved(world, student)
    student.refresh_from_db()
    gone(world, student, Status.WITHDRAWN, "clerk2")
    with pytest.raises(Refused, match="该生不是带着这个状态转学来的"):
        asked(world, student)
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        page = client_of("clerk2").get(f"/students/{student.pk}/").content.decode()
    assert f"/transfers/{student.pk}/return/" not in page


def test_who_was_reinstated_and_left_again_is_not_so_once_more(world, moved):
    sign(world, asked(world, moved), "principal2", "centre2")
    moved.refresh_from_db()
    gone(world, moved, Status.ABROAD, "clerk2")
    with pytest.raises(Refused, match="该生不是带着这个状态转学来的"):
        asked(world, moved)


def test_the_school_into_which_the_receiving_one_was_merged_reinstates(world):
    student = away(world, Status.ABROAD)
    movers.moved(world, student, "邻泉小学")
    enter(world, "merge", "邻泉小学", "清泉小学")
    student.refresh_from_db()
    sign(world, asked(world, student, "clerk"), "principal", "centre")
    student.refresh_from_db()
    assert (student.status, student.school, faults()) == (
        "enrolled",
        world.schools["清泉小学"],
        ([], []),
    )


def test_a_number_given_since_is_taken_back_with_it(world):
    own = class_of(world, "清泉小学")
    student = pupils.enrolled(world, "clerk", school_class=str(own.pk))
    movers.moved(world, gone(world, student, Status.ABROAD))
    before = row_of(student)
    case = sign(world, asked(world, student), "principal2", "centre2")
    making.issue(world, "上庄小学", who="centre2")
    cases.reverse(case_id=case.pk, note="没有来", acting=world.acting("centre2"))
    assert (row_of(student), figures(world), faults()) == (before, (1, 0, 0), ([], []))


def test_who_is_taught_at_home_takes_no_seat_of_who_comes_with_him(world, moved):
    other = gone(world, numbered(world, name="程咬金"), Status.ABROAD)
    movers.moved(world, other)
    Student.objects.filter(pk=moved.pk).update(attendance="home_taught")
    making.entrants(world, making.names(44), school="上庄小学", class_number=1)
    both = [sign(world, asked(world, student), "principal2") for student in (moved, other)]
    acting = world.acting("centre2")
    seen = {case.pk: case.version for case in both}
    outcomes = cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting)
    assert [outcomes[case.pk].kind for case in both] == ["signed", "signed"]


@pytest.mark.parametrize("closed", ["class", "school"])
def test_a_class_or_school_that_was_closed_meanwhile_takes_nobody_back(world, moved, closed):
    case = sign(world, asked(world, moved), "principal2")
    if closed == "class":
        SchoolClass.objects.filter(pk=moved.school_class_id).update(closed_on=NOON.date())
    else:
        Organisation.objects.filter(pk=moved.school_id).update(closed_on=NOON.date())
    acting = world.acting("centre2")
    seen = {case.pk: case.version}
    outcome = cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting)[case.pk]
    moved.refresh_from_db()
    assert (outcome.kind, "撤销" in outcome.text, moved.status) == ("refused", True, "abroad")


def test_the_whole_way_by_the_pages(world, client_of, moved):
    with time_machine.travel(NOON + timedelta(days=1), tick=False):
        clerk = client_of("clerk2")
        page = f"/transfers/{moved.pk}/return/"
        assert page in clerk.get(f"/students/{moved.pk}/").content.decode()
        assert "由转入学校办理以后才恢复在读" in clerk.get(page).content.decode()
        lacking = clerk.post(page, {"form_key": str(uuid4()), "reason_text": ""})
        assert list(lacking.context["form"].errors) == ["reason_text"]
        clerk.post(page, {"form_key": str(uuid4()), "reason_text": WHY})
        case = Case.objects.get(kind="transfer_return")
        sign(world, case, "principal2", decision=Decision.RETURNED, note="哪天回来的？")
        edit = f"/transfers/{case.number}/edit/"
        again = clerk.get(edit)
        assert WHY in again.content.decode()
        version = again.context["version"]
        sent = {"form_key": str(uuid4()), "reason_text": "9 月 3 日回来", "version": version}
        assert clerk.post(edit, sent).status_code == 302
        for who in ("principal2", "centre2", "county"):
            assert "9 月 3 日回来" in client_of(who).get(f"/cases/{case.number}/").content.decode()
        assert "已有「恢复在校」业务件" in clerk.get(page).content.decode()
        for stranger in ("clerk", "principal2", "centre2"):
            assert client_of(stranger).get(page).status_code == 404
            form = {"form_key": str(uuid4()), "reason_text": WHY}
            assert client_of(stranger).post(page, form).status_code == 404
        assert Case.objects.filter(kind="transfer_return").count() == 1
