"""The application's database role adds to ledger, histories and access log, and nothing else.

Asked with the application's own role and URL, as the web process does.
"""

import os

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from psycopg.conninfo import make_conninfo

APPEND_ONLY = [
    "xueji_access",
    "xueji_act",
    "xueji_accountevent",
    "xueji_registerevent",
    "xueji_organisationact",
    "xueji_historicalstudent",
    "xueji_historicalfamilymember",
    "xueji_historicalplacement",
    "xueji_historicalstudentsheet",
    "xueji_historicalphoto",
    "xueji_historicalidentitydocument",
    "xueji_historicalforeignnumber",
    "xueji_historicalconduct",
    "numbering_seriesact",
    "numbering_renumbered",
    "enrollment_excess",
    "enrollment_classmove",
    "enrollment_draw",
    "enrollment_drawclass",
    "enrollment_drawplace",
]
KEPT = ["numbering_series", "numbering_registernumber"]  # may change, never go
PRUNED = ["xueji_examination"]  # may go, never change
CHANGES = {
    "UPDATE": "UPDATE {table} SET {column} = {column}",
    "DELETE": "DELETE FROM {table}",
    "TRUNCATE": "TRUNCATE {table} CASCADE",
    "ALTER": "ALTER TABLE {table} ADD COLUMN planted int",
    "DROP": "DROP TABLE {table} CASCADE",
    "TRIGGER": "ALTER TABLE {table} DISABLE TRIGGER ALL",
    "RULE": "CREATE RULE planted AS ON INSERT TO {table} DO INSTEAD NOTHING",
}
FIRST_COLUMN = {"xueji_access": "page", "xueji_registerevent": "text"}

pytestmark = pytest.mark.any_pg


@pytest.fixture
def application(db):
    """A connection of the application's role to the test database."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(make_conninfo(os.environ["DATABASE_URL"], dbname=name)) as connected:
        yield connected
        connected.rollback()


def test_the_suite_really_asks_as_the_application(application):
    role = application.execute("SELECT current_user").fetchone()[0]
    assert role == settings.APPLICATION_ROLE
    assert role != connection.settings_dict["USER"]


@pytest.mark.parametrize("act", CHANGES)
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_recorded_cannot_be_changed(application, table, act):
    column = FIRST_COLUMN.get(table, "history_id" if "historical" in table else "id")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(CHANGES[act].format(table=table, column=column))


@pytest.mark.parametrize("act", sorted(CHANGES.keys() - {"UPDATE"}))
@pytest.mark.parametrize("table", KEPT)
def test_a_number_once_issued_cannot_be_removed(application, table, act):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(CHANGES[act].format(table=table))


@pytest.mark.parametrize("act", sorted(CHANGES.keys() - {"DELETE"}))
@pytest.mark.parametrize("table", PRUNED)
def test_what_a_proof_found_cannot_be_changed_but_goes_when_it_is_old(application, table, act):
    application.execute(CHANGES["DELETE"].format(table=table))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute(CHANGES[act].format(table=table, column="faults"))


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_was_recorded_can_be_read(application, table):
    assert application.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_look_can_be_recorded(application):
    added = application.execute(
        "INSERT INTO xueji_access (at, user_id, post_id, organisation_path, kind, page, filter,"
        " students, field, reason, address)"
        " VALUES (now(), 1, 1, '0001', 'view', 'student', '', '{7}', '', '', '') RETURNING id"
    )
    assert added.fetchone()[0] > 0


def test_the_parts_of_the_access_log_are_reached_through_the_whole_alone(application):
    application.execute("SELECT xueji_access_partition('2032-02-01')")
    application.execute("SAVEPOINT before")
    for statement in (
        "INSERT INTO {} (at, user_id, post_id, organisation_path, kind, page, filter, students,"
        " field, reason, address) VALUES"
        " ('2032-02-02', 1, 1, '0001', 'view', 'x', '', '{{}}', '', '', '')",
        "SELECT 1 FROM {}",
        "UPDATE {} SET page = page",
        "DELETE FROM {}",
        "TRUNCATE {}",
        "DROP TABLE {}",
        "ALTER TABLE xueji_access DETACH PARTITION {}",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(statement.format("xueji_access_203202"))
        application.execute("ROLLBACK TO before")


def test_the_part_for_everything_else_cannot_be_changed_either(application):
    for act in ("UPDATE", "DELETE", "TRUNCATE", "DROP"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            application.execute(CHANGES[act].format(table="xueji_access_rest", column="page"))
        application.rollback()


def test_the_function_that_makes_parts_runs_nobody_elses_code(application):
    """It acts with the owner's rights, so its search path is fixed and only ours may call it."""
    row = application.execute(
        "SELECT prosecdef, proconfig, has_function_privilege('public', oid, 'EXECUTE')"
        " FROM pg_proc WHERE proname = 'xueji_access_partition'"
    ).fetchone()
    assert row == (True, ["search_path=public, pg_temp"], False)


def test_the_application_owns_nothing_and_makes_nothing(application):
    owned = application.execute(
        "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
    )
    assert owned.fetchone() == (0,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        application.execute("CREATE TABLE planted ()")


def test_the_application_can_work_with_every_other_table(application):
    """Reading and adding everywhere, changing wherever the product changes things."""
    tables = {model._meta.db_table for model in apps.get_models(include_auto_created=True)}
    missing = {
        (table, right)
        for table in tables
        for right in ("SELECT", "INSERT", "UPDATE")
        if not (right == "UPDATE" and table in (*APPEND_ONLY, *PRUNED))
        and not application.execute(
            "SELECT has_table_privilege(%s, %s)", [table, right]
        ).fetchone()[0]
    }
    assert missing == set()


@pytest.mark.parametrize(
    ("table", "right"),
    [
        ("xueji_case", "DELETE"),
        ("xueji_caseform", "DELETE"),
        ("xueji_paper", "DELETE"),
        ("xueji_formkey", "DELETE"),
        ("xueji_session", "DELETE"),
        ("xueji_document", "UPDATE"),
    ],
)
def test_what_expires_can_be_removed(application, table, right):
    """The daily jobs run under the application's role."""
    allowed = application.execute("SELECT has_table_privilege(%s, %s)", [table, right])
    assert allowed.fetchone() == (True,)
