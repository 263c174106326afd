"""Undoing an entry makes a hole that the next entrant fills; a number that stands is kept."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from enrollment.services.assign import assign
from numbering.models import NumberState, RegisterNumber, Series
from numbering.services import CannotVoid, void
from tests import pupils
from tests.numbering import making
from tests.world import ZONE
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.ledger.models import AcceptedMonth
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]

CONTINUOUS = "《学生学籍管理制度》三1“各校一定要连续编排,不得留空号”"


def numbered(world, name: str = "龚梦瑶") -> Student:
    """A pupil entered through a case, in class 1, with a number."""
    student = pupils.enrolled(world, name=name)
    first = SchoolClass.objects.get(school=student.school_id, number=1)
    assign(student_ids=[student.pk], school_class=first, acting=world.acting("clerk"))
    making.issue(world)
    student.refresh_from_db()
    return student


def undo(world, student: Student) -> None:
    case = student.cases.get()
    cases.reverse(case_id=case.pk, note="未报到", acting=world.acting("centre"))


def test_undoing_the_entry_makes_a_hole_with_its_reason(world):
    student = numbered(world)
    undo(world, student)
    student.refresh_from_db()
    row = RegisterNumber.objects.get()
    assert student.number is None
    assert (row.state, row.refilled, row.reason) == (NumberState.VOID, False, "未报到")
    assert (row.ends, row.ended_case) == (world.acting("centre").today, student.cases.get())
    assert Series.objects.get().last == 1


def test_the_pupils_history_tells_of_the_hole(world):
    student = numbered(world)
    undo(world, student)
    told = student.history.filter(history_change_reason__startswith="空出").get()
    assert (told.number, told.history_change_reason) == (None, "空出学籍号：未报到")
    assert told.history_post == world.posts["centre"]


def test_the_hole_goes_to_the_next_entrant(world):
    student = numbered(world)
    undo(world, student)
    following = numbered(world, "侯沐辰")
    assert following.number == "02262601700001"
    rows = RegisterNumber.objects.order_by("pk").values_list("holder", "state", "refilled")
    assert list(rows) == [(student.pk, "void", True), (following.pk, "live", False)]


def refusal(world, student: Student) -> str:
    """What the officer who undoes the entry is told; nothing has changed then."""
    before = RegisterNumber.objects.values().get()
    with pytest.raises(Refused) as told:
        undo(world, student)
    assert RegisterNumber.objects.values().get() == before
    assert Student.objects.get(pk=student.pk).number == student.number
    return str(told.value)


def test_a_number_of_a_frozen_series_stays(world):
    student = numbered(world)
    at = datetime(2026, 9, 30, 9, 0, tzinfo=ZONE)
    Series.objects.update(frozen_at=at, frozen_by=world.posts["centre"])
    assert refusal(world, student) == (
        "学籍号 02262601700001 所在号段已于 2026-09-30 冻结，不能再空出。"
        "确属未报到、重复建籍、录错学校的，请先由冻结或确认的岗位在编号页重开号段，再来撤销；"
        f"该生不再就读的，学籍号停用而不空出。{CONTINUOUS}"
    )


def test_a_number_in_an_accepted_report_stays(world):
    student = numbered(world)
    AcceptedMonth.objects.create(
        unit=world.organisations["建昌营镇中心校"],
        month=date(2026, 9, 1),
        accepted_at=timezone.now(),
    )
    assert refusal(world, student) == (
        "学籍号 02262601700001 已列入 2026 年 9 月的月报，月报已经接受，不能再空出。"
        f"该生不再就读的，学籍号停用而不空出。{CONTINUOUS}"
    )


@pytest.mark.parametrize(
    ("unit", "month"),
    [("杨各庄镇中心校", date(2026, 9, 1)), ("建昌营镇中心校", date(2026, 8, 1))],
)
def test_a_report_in_which_it_does_not_stand_does_not_hold_it(world, unit, month):
    student = numbered(world)
    AcceptedMonth.objects.create(
        unit=world.organisations[unit], month=month, accepted_at=timezone.now()
    )
    undo(world, student)
    assert RegisterNumber.objects.get().state == NumberState.VOID


def test_a_report_in_which_the_former_holder_stands_does_not_hold_it(world):
    undo(world, numbered(world))
    AcceptedMonth.objects.create(
        unit=world.organisations["建昌营镇中心校"],
        month=date(2026, 9, 1),
        accepted_at=timezone.now(),
    )
    following = numbered(world, "侯沐辰")
    undo(world, following)
    rows = RegisterNumber.objects.order_by("pk").values_list("state", "refilled")
    assert list(rows) == [("void", True), ("void", False)]


def test_a_number_with_another_case_on_the_way_stays(world):
    student = numbered(world)
    own = student.cases.get()
    other = pupils.submitted(world, name="另一人")
    other.student = student
    other.save(update_fields=["student"])
    with pytest.raises(CannotVoid) as told:
        void(student=student, case=own, acting=world.acting("centre"), reason="未报到")
    assert str(told.value) == (
        f"该生有业务件 {other.number} 在办，学籍号 02262601700001 不能空出。"
    )
