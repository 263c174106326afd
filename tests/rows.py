"""All rows of the product's tables as statements that write them again, ids included."""

from collections.abc import Mapping

from django.apps import apps
from django.db import connection

from xueji.identity.classification import OWN_APPS

Texts = dict[str, set[str]]  # table → each of its rows as a literal


def texts() -> Texts:
    tables = sorted(
        {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OWN_APPS}
    )
    found: Texts = {}
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT quote_literal(t::text) FROM "{table}" t')
            found[table] = {row for (row,) in cursor.fetchall()}
    return found


def written(since: Mapping[str, set[str]] | None = None) -> str:
    """At most a DELETE and an INSERT a table, for what has changed ``since``; by default all.

    Foreign keys are checked at the end of the transaction only.
    """
    gone, new = [], []
    for table, now in texts().items():
        before = since[table] if since else set()
        if old := ", ".join(before - now):
            gone.append(f'DELETE FROM "{table}" t WHERE t::text IN ({old});')
        if rows := ", ".join(f'({row}::"{table}")' for row in now - before):
            new.append(f'INSERT INTO "{table}" SELECT (row).* FROM (VALUES {rows}) AS t (row);')
    return "\n".join(gone + new)


def write(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
