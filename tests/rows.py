"""All rows of the product's tables as statements that write them again, ids included."""

from django.apps import apps
from django.db import connection

from xueji.identity.classification import OWN_APPS


def written() -> str:
    """One INSERT for each table that has rows; foreign keys are checked at the end only."""
    tables = sorted(
        {model._meta.db_table for model in apps.get_models() if model._meta.app_label in OWN_APPS}
    )
    statements = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT quote_literal(t::text) FROM "{table}" t')
            if found := ", ".join(f'({row}::"{table}")' for (row,) in cursor.fetchall()):
                statements.append(
                    f'INSERT INTO "{table}" SELECT (row).* FROM (VALUES {found}) AS t (row);'
                )
    return "\n".join(statements)


def write(statements: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements)
