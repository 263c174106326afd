"""Rows by COPY arrive as they were given, or not at all."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from psycopg.errors import DatabaseError

from enrollment.demo.tables import NULL, Table, copying, reserve, text
from xueji.organisations.models import Division, Holiday, Organisation


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, r"\N"),
        (True, "t"),
        (False, "f"),
        (7, "7"),
        (date(2026, 9, 1), "2026-09-01"),
        ("赵𠮷安", "赵𠮷安"),
        ("a\tb\nc\\d", r"a\tb\nc\\d"),
        (b"\x00\xff", r"\\x00ff"),
    ],
)
def test_values_are_written_as_copy_reads_them(value, written):
    assert text(value) == written


def test_a_column_that_the_model_has_not_is_refused(db):
    with pytest.raises(LookupError, match="Holiday has no colour"):
        Table(Holiday, "date colour")


def test_rows_arrive_with_the_fixed_values_and_the_defaults_of_the_rest(db):
    table = Table(Division, "code name", level="village", full_name="100% 全称")
    with copying(table) as copier:
        table.add({"code": "130283103201", "name": text("a\\b\t太平村")})
        copier.flush()
        table.add({"code": "130283103202", "name": "保二村"})
    assert list(Division.objects.order_by("code").values_list()) == [
        ("130283103201", "a\\b\t太平村", "100% 全称", "", "village"),
        ("130283103202", "保二村", "100% 全称", "", "village"),
    ]


def test_what_the_database_refuses_is_raised_to_the_maker_of_the_rows(db):
    table = Table(Holiday, "date", working=False, name="元旦")

    @transaction.atomic
    def send_the_same_day_three_times():
        with copying(table) as copier:
            for _ in range(3):
                table.add({"date": "2026-01-01"})
                copier.flush()

    with pytest.raises(DatabaseError):
        send_the_same_day_three_times()
    assert Holiday.objects.count() == 0


def test_a_key_that_names_nothing_is_refused_at_once(db):
    table = Table(Organisation, "id parent_id level name path", rule_set="national")
    row = {"id": "1", "parent_id": "2", "level": "2", "name": "甲", "path": "0001"}
    with pytest.raises((DatabaseError, IntegrityError)), transaction.atomic(), copying(table):
        table.add(row)


def test_reserved_ids_are_in_a_row_and_never_come_again(db):
    first, second = reserve(Organisation, 5), reserve(Organisation, 2)
    assert (len(first), second.start) == (5, first.stop)
    assert list(reserve(Organisation, 0)) == []


def test_null_is_what_copy_reads_as_nothing(db):
    table = Table(Holiday, "date name", working=False)
    with pytest.raises(DatabaseError), transaction.atomic(), copying(table):
        table.add({"date": "2026-01-01", "name": NULL})
    assert connection.in_atomic_block
