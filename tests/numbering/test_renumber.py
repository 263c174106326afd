"""Holes are closed from the end of a series: previewed, signed, every number is kept."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from numbering import queries, services
from numbering.models import ActKind, NumberState, RegisterNumber, Renumbered, Series, SeriesAct
from numbering.queries.check import check
from numbering.services import CannotRenumber, PreviewChanged
from tests import pupils
from tests.numbering import making
from tests.numbering.making import holed
from xueji.ledger.check import check as check_ledger
from xueji.ledger.models import AcceptedMonth, EventKind, RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students import services as students
from xueji.students.models import Student
from xueji.students.search import search

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]
PREFIX = "0226260170"


def planned(world) -> tuple[list[tuple[int, int]], list[int], int]:
    """(from, to) of each move, what is dropped, and where the series would end."""
    found = queries.plan(making.series(world))
    moves = [(move.old.serial, move.hole.serial) for move in found.moves]
    return moves, [row.serial for row in found.dropped], found.last


@pytest.mark.parametrize(
    ("size", "holes", "moves", "dropped", "last"),
    [
        (5, [2], [(5, 2)], [], 4),
        (5, [2, 3], [(4, 2), (5, 3)], [], 3),
        (5, [5], [], [5], 4),
        (5, [4, 5], [], [5, 4], 3),
        (5, [2, 5], [(4, 2)], [5], 3),
        (5, [2, 4], [(5, 2)], [4], 3),
        (6, [1, 3, 5], [(4, 1), (6, 3)], [5], 3),
        (3, [1, 2, 3], [], [3, 2, 1], 0),
        (3, [], [], [], 3),
    ],
)
def test_the_last_go_into_the_holes_and_keep_their_order(world, size, holes, moves, dropped, last):
    holed(world, size, *holes)
    assert planned(world) == (moves, dropped, last)
    if not holes:
        return
    making.renumber(world)
    series = making.series(world)
    assert (series.last, queries.plan(series).closes) == (last, 0)
    standing = RegisterNumber.objects.filter(state=NumberState.LIVE).order_by("serial")
    assert list(standing.values_list("serial", flat=True)) == [*range(1, last + 1)]
    result = check()
    assert (result.faults, result.live, result.holes_open) == ([], last, 0)
    assert result.given_back == len(moves) + len(dropped)
    assert [fault for fault in check_ledger()["faults"] if "number" in str(fault)] == []


def test_every_number_is_kept_with_holder_days_and_reason(world):
    rows = holed(world, 5, 2)
    act = making.renumber(world)
    today = world.acting("centre").today
    old, new = RegisterNumber.objects.filter(holder=rows[4].holder_id).order_by("pk")
    assert (old.number, old.state, old.ends) == (f"{PREFIX}0005", NumberState.GIVEN_BACK, today)
    assert old.reason == f"由末号补空号，改为 {PREFIX}0002"
    assert (new.number, new.state, new.starts) == (f"{PREFIX}0002", NumberState.LIVE, today)
    assert RegisterNumber.objects.get(pk=rows[1].pk).refilled is True
    pair = Renumbered.objects.get()
    assert (pair.act, pair.given_back, pair.taken) == (act, old, new)
    assert (act.kind, act.live, act.holes, act.last) == (ActKind.RENUMBERED, 4, 0, 4)


def test_pupil_history_and_ledger_tell_of_it(world):
    rows = holed(world, 5, 2)
    making.renumber(world)
    student = Student.objects.get(pk=rows[4].holder_id)
    told = student.history.latest("history_id")
    assert (student.number, told.number) == (f"{PREFIX}0002", f"{PREFIX}0002")
    assert (told.history_change_reason, told.history_post) == (
        "由末号补空号",
        world.posts["centre"],
    )
    event = RegisterEvent.objects.filter(student=student).latest("pk")
    assert (event.kind, event.number, event.text, event.change) == (
        EventKind.NUMBERED,
        f"{PREFIX}0002",
        f"由末号补空号，原 {PREFIX}0005",
        0,
    )
    for number in (f"{PREFIX}0002", f"{PREFIX}0005"):
        assert student in search(Student.objects.all(), number)


def test_what_was_given_back_goes_to_the_next_entrant(world):
    rows = holed(world, 5, 2)
    making.renumber(world)
    making.entrants(world, ["后来的"])
    (row,) = making.issue(world)
    assert row.number == rows[4].number
    issues = queries.holders(row.number, path=world.organisations["迁安市教育局"].path)
    assert [(found.holder_id, found.state) for found in issues] == [
        (rows[4].holder_id, "given_back"),
        (row.holder_id, "live"),
    ]
    assert check().faults == []


def test_who_moved_once_can_move_again_and_be_undone(world):
    rows = holed(world, 6, 4)
    making.renumber(world)  # 0006 → 0004
    making.void(world, rows[1], rows[2])
    making.renumber(world)  # 0004, 0005 → 0002, 0003
    assert Student.objects.get(pk=rows[5].holder_id).number == f"{PREFIX}0002"
    making.void(world, RegisterNumber.objects.get(holder=rows[5].holder_id, state="live"))
    assert (check().faults, check().holes_open) == ([], 1)


# -- what must stay -------------------------------------------------------------------------------
def test_a_retired_number_at_the_end_stops_it(world):
    holed(world, 5, 2)
    last = RegisterNumber.objects.get(serial=5)
    RegisterNumber.objects.filter(pk=last.pk).update(
        state=NumberState.RETIRED, ends=date(2026, 9, 2), reason="转出"
    )
    Student.objects.filter(pk=last.holder_id).update(number=None, status="transferred")
    with pytest.raises(CannotRenumber) as refusal:
        making.renumber(world)
    assert str(refusal.value) == (
        f"末号 {PREFIX}0005 已停用，停用的号不再编给他人，号段不能退到它以前。"
        "空号保留，原因已写明。"
    )
    assert SeriesAct.objects.count() == 0


def test_it_goes_as_far_as_it_can_and_says_what_stays(world):
    rows = holed(world, 6, 1, 2)
    AcceptedMonth.objects.create(
        unit=world.organisations["邻泉小学"], month=date(2026, 9, 1), accepted_at=timezone.now()
    )
    student = Student.objects.get(pk=rows[4].holder_id)
    other = pupils.submitted(world, name="另一人")
    other.student = student
    other.save(update_fields=["student"])
    found = queries.plan(making.series(world))
    assert (len(found.moves), found.left) == (1, 1)
    assert found.stopped == (
        f"末号 {PREFIX}0005 的学生另有业务件 {other.number}，号码已用在上面，不能再改"
    )
    making.renumber(world)
    assert (making.series(world).last, check().faults, check().holes_open) == (5, [], 1)


def test_a_number_in_an_accepted_report_stays(world):
    holed(world, 5, 2)
    AcceptedMonth.objects.create(
        unit=world.organisations["建昌营镇中心校"],
        month=date(2026, 9, 1),
        accepted_at=timezone.now(),
    )
    with pytest.raises(CannotRenumber, match=f"末号 {PREFIX}0005 已列入 2026 年 9 月已接受的月报"):
        making.renumber(world)


def test_a_number_by_its_own_case_moves_and_one_with_a_later_case_does_not(world):
    holed(world, 3, 2)
    student = pupils.enrolled(world, name="龚梦瑶")
    first = SchoolClass.objects.get(school=student.school_id, number=1)
    acting = world.acting("clerk")
    students.put_in_class([student], school_class=first, acting=acting, reason="分班")
    making.issue(world)  # takes 0002
    making.void(world, RegisterNumber.objects.get(serial=1))
    last = RegisterNumber.objects.get(serial=3)
    RegisterNumber.objects.filter(pk=last.pk).update(case=student.cases.get())
    own = queries.renumber.reasons_to_stay([RegisterNumber.objects.get(holder=student)])
    assert own == {}
    RegisterNumber.objects.filter(holder=student).update(case=None)
    other = queries.renumber.reasons_to_stay([RegisterNumber.objects.get(holder=student)])
    assert list(other.values()) == [
        f"末号 {PREFIX}0002 的学生另有业务件 {student.cases.get().number}，号码已用在上面，不能再改"
    ]


def test_the_number_of_a_pupil_who_is_elsewhere_stays(world):
    rows = holed(world, 3, 1)
    student = Student.objects.get(pk=rows[2].holder_id)
    making.move(student, world.schools["邻泉小学"], acting=world.acting("centre"))
    with pytest.raises(CannotRenumber, match="的学生已不在本校本学段，号码跟着学生，不能再改"):
        making.renumber(world)


def test_holes_go_to_those_who_wait_first(world):
    holed(world, 5, 2)
    making.entrants(world, ["后来的"])
    with pytest.raises(CannotRenumber, match="还有 1 人没有编号，空号先补给他们"):
        making.renumber(world)


def test_without_a_hole_there_is_nothing_to_do(world):
    holed(world, 3)
    with pytest.raises(CannotRenumber, match="这个号段没有空号，不用改号"):
        making.renumber(world)


def test_another_plan_than_the_one_seen_is_not_carried_out(world):
    rows = holed(world, 5, 2)
    seen = queries.plan(making.series(world)).token
    making.void(world, rows[4])
    with pytest.raises(PreviewChanged):
        services.renumber(
            acting=world.acting("centre"),
            lineage=making.line(world),
            cohort=making.key(),
            token=seen,
        )
    assert (Renumbered.objects.count(), Series.objects.get().last) == (0, 5)


def test_only_the_allocator_renumbers(world):
    holed(world, 5, 2)
    able = set()
    for who in world.posts:
        try:
            making.renumber(world, who)
            able.add(who)
        except (PermissionDenied, CannotRenumber):
            pass
    assert able == {"centre"}
