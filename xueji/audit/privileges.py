"""What the application's database role may not do, written into the migrations.

The owner role migrates; the application role reads and writes, but never changes or deletes a
row of the ledger, the histories or the access log.
"""

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


def _role(editor: BaseDatabaseSchemaEditor) -> str:
    return editor.quote_name(str(settings.APPLICATION_ROLE))


def open_to_application() -> Operation:
    """Let the application role use every table of the schema, present and to come."""

    def grant(apps, editor) -> None:
        role = _role(editor)
        for statement in (
            "GRANT USAGE ON SCHEMA public TO {}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {}",
        ):
            editor.execute(statement.format(role))

    return migrations.RunPython(grant, migrations.RunPython.noop)


def append_only(*tables: str) -> Operation:
    """Take UPDATE, DELETE and TRUNCATE on ``tables`` from the application role."""

    def revoke(apps, editor) -> None:
        for table in tables:
            editor.execute(
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {editor.quote_name(table)}"
                f" FROM {_role(editor)}"
            )

    return migrations.RunPython(revoke, migrations.RunPython.noop)


def for_role(sql: str) -> Operation:
    """Run ``sql``, whose ``{role}`` is the application role."""

    def run(apps, editor) -> None:
        editor.execute(sql.replace("{role}", _role(editor)), params=None)

    return migrations.RunPython(run, migrations.RunPython.noop)
