"""What can never be in the tables, whoever writes."""

from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from numbering.models import CategoryCode, RegisterNumber, Series, whole_number
from tests.numbering import making

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]
DAY = date(2026, 9, 2)


@pytest.fixture
def issued(world) -> list[RegisterNumber]:
    """0001 and 0002 of 清泉小学."""
    making.entrants(world, ["赵一", "钱二"])
    return making.issue(world)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"number": "02262601700001"}, "register_number_unique"),
        ({"serial": 1}, "register_number_serial_unique"),
        ({"serial": 0}, "register_number_serial_range"),
        ({"serial": 10000}, "register_number_serial_range"),
        ({"state": "void", "reason": "未报到"}, "register_number_ends_when_not_live"),
        ({"ends": DAY}, "register_number_ends_when_not_live"),
        ({"state": "retired", "ends": DAY}, "register_number_ends_with_a_reason"),
        ({"refilled": True}, "register_number_only_holes_are_refilled"),
        (
            {"state": "retired", "ends": DAY, "reason": "转出", "refilled": True},
            "register_number_only_holes_are_refilled",
        ),
    ],
)
def test_a_number_cannot_be(issued, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RegisterNumber.objects.filter(pk=issued[1].pk).update(**changes)


def test_a_pupil_has_one_live_number(issued):
    with (
        pytest.raises(IntegrityError, match="register_number_one_live_per_holder"),
        transaction.atomic(),
    ):
        RegisterNumber.objects.filter(pk=issued[1].pk).update(holder=issued[0].holder_id)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"last": 10000}, "series_has_four_digits"),
        ({"frozen_at": timezone.now()}, "series_frozen_by_somebody"),
    ],
)
def test_a_series_cannot_be(issued, changes, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Series.objects.update(**changes)


def test_a_cohort_of_a_school_has_one_series_of_a_kind(issued):
    series = Series.objects.get()
    series.pk = None
    with pytest.raises(IntegrityError, match="series_unique"), transaction.atomic():
        series.save()


@pytest.mark.parametrize(
    ("stage", "digit", "constraint"),
    [
        ("junior", "1", "category_code_one_per_stage"),
        ("senior", "1", "category_code_digit_unique"),
        ("senior", "x", "category_code_is_a_digit"),
    ],
)
def test_a_category_digit_cannot_be(world, stage, digit, constraint):
    county = world.organisations["迁安市教育局"]
    CategoryCode.objects.create(organisation=county, stage="junior", digit="1")
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        CategoryCode.objects.create(organisation=county, stage=stage, digit=digit)


@pytest.mark.parametrize("table", ["numbering_series", "numbering_registernumber"])
@pytest.mark.parametrize(
    ("right", "granted"),
    [("SELECT", True), ("INSERT", True), ("UPDATE", True), ("DELETE", False), ("TRUNCATE", False)],
)
def test_the_application_deletes_no_number(db, table, right, granted):
    with connection.cursor() as cursor:
        role = settings.APPLICATION_ROLE
        cursor.execute("SELECT has_table_privilege(%s, %s, %s)", [role, table, right])
        assert cursor.fetchone()[0] is granted


@pytest.mark.parametrize(
    ("serial", "number"), [(1, "02262601700001"), (80, "02262601700080"), (9999, "02262601709999")]
)
def test_a_number_is_prefix_and_four_digits(serial, number):
    assert whole_number("0226260170", serial) == number
    assert Series(prefix="0226260170").number(serial) == number
    assert str(Series(prefix="0226260170")) == "0226260170"


def test_a_number_and_a_digit_are_written_as_they_are():
    assert str(RegisterNumber(number="02262601700001")) == "02262601700001"
    assert str(CategoryCode(digit="7")) == "7"
