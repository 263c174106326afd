"""Rows by COPY arrive as they were given, or not at all."""

import os
from datetime import date

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import DatabaseError

from enrollment.demo.tables import (
    NULL,
    Table,
    copying,
    keys_checked_at_the_end,
    reserve,
    text,
)
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


def keys() -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated"
            " FROM pg_constraint WHERE contype = 'f' ORDER BY conname"
        )
        return cursor.fetchall()


def test_keys_are_away_during_the_block_and_afterwards_all_as_they_were(db):
    before = keys()
    with transaction.atomic(), keys_checked_at_the_end():
        during = keys()
    assert (len(before) > 100, during) == (True, [])
    assert keys() == before


def test_a_key_that_names_nothing_is_refused_at_the_end_of_the_block(db):
    table = Table(Organisation, "id parent_id level name path", rule_set="national")
    row = {"id": "1", "parent_id": "2", "level": "2", "name": "甲", "path": "0001"}

    @transaction.atomic
    def write():
        with keys_checked_at_the_end():
            with copying(table):
                table.add(row)
            assert Organisation.objects.count() == 1

    before = keys()
    with pytest.raises(IntegrityError, match="parent_id"):
        write()
    assert (Organisation.objects.count(), keys()) == (0, before)


@pytest.fixture
def application(db, monkeypatch):
    """Whoever writes the tables is the application's role."""
    role = conninfo_to_dict(os.environ["DATABASE_URL"])
    own = connection.copy()
    own.settings_dict = own.settings_dict | {"USER": role["user"]}
    own.settings_dict["PASSWORD"] = role.get("password", "")
    monkeypatch.setattr("enrollment.demo.tables.connection", own)
    yield own
    own.close()


def test_who_does_not_own_the_tables_keeps_the_keys(application):
    before = keys()
    with transaction.atomic(), keys_checked_at_the_end():
        assert keys() == before
    assert keys() == before
    assert application.settings_dict["USER"] == settings.APPLICATION_ROLE


def test_reserved_ids_are_in_a_row_and_never_come_again(db):
    first, second = reserve(Organisation, 5), reserve(Organisation, 2)
    assert (len(first), second.start) == (5, first.stop)
    assert list(reserve(Organisation, 0)) == []


def test_null_is_what_copy_reads_as_nothing(db):
    table = Table(Holiday, "date name", working=False)
    with pytest.raises(DatabaseError), transaction.atomic(), copying(table):
        table.add({"date": "2026-01-01", "name": NULL})
    assert connection.in_atomic_block
