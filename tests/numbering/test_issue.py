"""Issuing: order, refill, what is written, who may, and what happens when the list has changed."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from numbering import queries, services
from numbering.models import NumberState, RegisterNumber, Series, SeriesKind
from numbering.services import PreviewChanged
from tests.numbering import making
from xueji.organisations.models import School, SchoolClass
from xueji.students import services as students
from xueji.students.models import RegisterType, Status, Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]
HOLD = {"state": NumberState.VOID, "ends": "2026-09-02", "reason": "未报到"}


def by_name(rows) -> list[tuple[str, str]]:
    names = Student.objects.in_bulk([row.holder_id for row in rows])
    return [(names[row.holder_id].name, row.number[-4:]) for row in rows]


# -- order --------------------------------------------------------------------------------------
def test_numbers_follow_the_class_and_then_the_order_of_placement(world):
    making.entrants(world, ["钱二", "赵一"], class_number=2)
    making.entrants(world, ["周四", "孙三"], class_number=1)
    assert by_name(making.issue(world)) == [
        ("周四", "0001"),
        ("孙三", "0002"),
        ("钱二", "0003"),
        ("赵一", "0004"),
    ]


def test_later_entrants_are_appended_whatever_their_class(world):
    making.entrants(world, ["钱二"], class_number=2)
    making.issue(world)
    making.entrants(world, ["周四"], class_number=1)
    assert by_name(making.issue(world)) == [("周四", "0002")]
    assert Series.objects.get().last == 2


def test_the_preview_says_what_is_then_issued(world):
    making.entrants(world, making.names(5))
    planned = queries.preview(
        lineage=making.line(world), on=world.acting("centre").today, **making.key()
    ).planned
    rows = making.issue(world)
    assert [(line.student.pk, line.number) for line in planned] == [
        (row.holder_id, row.number) for row in rows
    ]


def test_a_preview_writes_nothing(world):
    making.entrants(world, ["赵一"])
    making.token(world)
    assert (Series.objects.count(), RegisterNumber.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("school_class", None),
        ("status", Status.SUSPENDED),
        ("merged_into", 1),
        ("number", "02262601709000"),
    ],
)
def test_who_does_not_wait_is_not_in_the_list(world, field, value):
    waits, other = making.entrants(world, ["赵一", "钱二"])
    setattr(other, field if value != 1 else "merged_into_id", waits.pk if value == 1 else value)
    students.write([other], fields=[field], acting=world.acting("clerk"), reason="试")
    assert by_name(making.issue(world)) == [("赵一", "0001")]


# -- temporary numbers --------------------------------------------------------------------------
def test_a_temporary_register_gets_a_temporary_number_of_a_series_of_its_own(world):
    making.entrants(world, ["赵一"])
    making.entrants(world, ["钱二", "孙三"], register_type=RegisterType.BORROWED_TEMP)
    assert [row.number for row in making.issue(world)] == ["02262601700001"]
    temporary = making.issue(world, kind=SeriesKind.TEMPORARY)
    assert [row.number for row in temporary] == ["借02262601700001", "借02262601700002"]
    assert sorted(Series.objects.values_list("kind", "last")) == [("register", 1), ("temporary", 2)]


# -- holes --------------------------------------------------------------------------------------
def voided(row: RegisterNumber) -> None:
    """Make a hole of a number, as undoing an entry does."""
    RegisterNumber.objects.filter(pk=row.pk).update(**HOLD)
    Student.objects.filter(pk=row.holder_id).update(number=None, status=Status.PENDING)


def test_holes_are_filled_first_and_lowest_first(world):
    making.entrants(world, making.names(5))
    rows = making.issue(world)
    voided(rows[3])
    voided(rows[1])
    making.entrants(world, ["甲", "乙", "丙"])
    assert by_name(making.issue(world)) == [("甲", "0002"), ("乙", "0004"), ("丙", "0006")]
    holes = RegisterNumber.objects.filter(state=NumberState.VOID).values_list("serial", "refilled")
    assert sorted(holes) == [(2, True), (4, True)]
    assert Series.objects.get().last == 6


def test_a_hole_may_be_made_and_filled_again(world):
    making.entrants(world, ["甲"])
    making.issue(world)
    for name in ("乙", "丙"):
        voided(RegisterNumber.objects.get(state=NumberState.LIVE))
        making.entrants(world, [name])
        assert by_name(making.issue(world)) == [(name, "0001")]
    rows = RegisterNumber.objects.order_by("pk").values_list("serial", "state", "refilled")
    assert list(rows) == [(1, "void", True), (1, "void", True), (1, "live", False)]


def test_a_frozen_series_only_goes_on(world):
    making.entrants(world, making.names(3))
    voided(making.issue(world)[1])
    Series.objects.update(frozen_at=timezone.now(), frozen_by=world.posts["centre"])
    making.entrants(world, ["甲"])
    assert by_name(making.issue(world)) == [("甲", "0004")]


# -- the preview has changed --------------------------------------------------------------------
def test_nothing_is_issued_when_somebody_joined_the_list(world):
    making.entrants(world, ["赵一"])
    seen = making.token(world)
    making.entrants(world, ["钱二"])
    with pytest.raises(PreviewChanged) as changed, transaction.atomic():
        send(world, seen)
    assert str(changed.value) == (
        "名单有变：预览以后有人分班、变动或发过号。请按新的预览核对后再发。"
    )
    assert RegisterNumber.objects.count() == 0


def send(world, token: str, who: str = "centre", school: str = "清泉小学"):
    return services.issue(
        acting=world.acting(who), lineage=making.line(world, school), token=token, **making.key()
    )


def test_nothing_is_issued_when_a_number_went_elsewhere(world):
    first, second = making.entrants(world, ["赵一", "钱二"])
    seen = making.token(world)
    making.append(world, first)
    with pytest.raises(PreviewChanged), transaction.atomic():
        send(world, seen)
    second.refresh_from_db()
    assert second.number is None


def test_nothing_is_issued_when_the_order_changed(world):
    first, second = making.entrants(world, ["赵一", "钱二"])
    seen = making.token(world)
    last_class = SchoolClass.objects.get(school=first.school_id, number=2)
    acting = world.acting("clerk")
    students.put_in_class([first], school_class=last_class, acting=acting, reason="调班")
    with pytest.raises(PreviewChanged), transaction.atomic():
        send(world, seen)
    assert RegisterNumber.objects.count() == 0


def test_the_same_preview_is_issued_only_once(world):
    making.entrants(world, ["赵一"])
    seen = making.token(world)
    send(world, seen)
    with pytest.raises(PreviewChanged), transaction.atomic():
        send(world, seen)
    assert RegisterNumber.objects.count() == 1


# -- who may ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("school", "who"),
    [
        ("清泉小学", "centre"),
        ("迁安城区小学", "county"),
    ],
)
def test_the_allocator_issues(world, school, who):
    making.entrants(world, ["赵一"], school=school)
    assert len(making.issue(world, school, who=who)) == 1


def test_a_school_that_the_prefecture_runs_is_numbered_by_the_prefecture(world):
    School.objects.filter(organisation__name="迁安城区小学").update(
        run_by=world.organisations["唐山市教育局"]
    )
    making.entrants(world, ["赵一"], school="迁安城区小学")
    seen = making.token(world, "迁安城区小学")
    with pytest.raises(PermissionDenied):
        send(world, seen, "county", "迁安城区小学")
    assert len(making.issue(world, "迁安城区小学", who="city")) == 1


@pytest.mark.parametrize(
    ("school", "who"),
    [
        ("清泉小学", "clerk"),
        ("清泉小学", "principal"),
        ("清泉小学", "centre2"),  # the neighbour
        ("清泉小学", "centre9"),  # a stranger
        ("清泉小学", "county"),  # above the allocator
        ("清泉小学", "city"),
        ("清泉小学", "province"),
        ("清泉小学", "auditor"),
        ("清泉小学", "admin"),
        ("迁安城区小学", "centre"),
        ("迁安城区小学", "county-head"),  # the right office, the wrong post
        ("迁安城区小学", "county9"),
    ],
)
def test_nobody_else_issues(world, school, who):
    (student,) = making.entrants(world, ["赵一"], school=school)
    seen = making.token(world, school)
    with pytest.raises(PermissionDenied):
        send(world, seen, who, school)
    with pytest.raises(PermissionDenied):
        making.append(world, student, school=school, who=who)
    assert RegisterNumber.objects.count() == 0
