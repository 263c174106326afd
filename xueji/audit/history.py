"""Writing audited rows: every change is signed with person, post, time and reason.

Django's own bulk writes and ``QuerySet.update`` leave no history, so services write audited
models only through here. The database copies a history row from what it holds after the write,
so that history never says anything else than the table did.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from simple_history.utils import get_history_model_for_model

from xueji.accounts.access import Acting
from xueji.rows import add as added
from xueji.rows import insert, overwrite

Row = TypeVar("Row", bound=models.Model)


def create(rows: Iterable[Row], *, acting: Acting, reason: str) -> list[Row]:
    """Insert rows of one model with their history; return them with their ids."""
    rows = list(rows)
    if rows:
        with transaction.atomic(savepoint=False):
            insert(rows)
            _sign(type(rows[0]), [row.pk for row in rows], "+", acting, reason)
    return rows


def add(
    model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, acting: Acting, reason: str
) -> list[Any]:
    """Insert rows given as ``rows.add`` takes them with their history; return their keys."""
    with transaction.atomic(savepoint=False):
        keys = added(model, rows)
        if keys:
            _sign(model, keys, "+", acting, reason)
    return keys


def update(rows: Iterable[Row], *, fields: Sequence[str], acting: Acting, reason: str) -> None:
    """Write ``fields`` of already locked rows with their history."""
    rows = list(rows)
    if rows:
        with transaction.atomic(savepoint=False):
            overwrite(rows, fields)
            _sign(type(rows[0]), [row.pk for row in rows], "~", acting, reason)


def delete(rows: Iterable[Row], *, acting: Acting, reason: str) -> None:
    """Remove rows on which nothing depends; their history ends with a signed row."""
    rows = list(rows)
    if rows:
        with transaction.atomic(savepoint=False):
            keys = [row.pk for row in rows]
            _sign(type(rows[0]), keys, "-", acting, reason)
            # not .delete(): the package would write a second, unsigned history row
            removed = type(rows[0])._default_manager.filter(pk__in=keys)
            removed._raw_delete(removed.db)


def _sign(
    model: type[models.Model], keys: Sequence[Any], kind: str, acting: Acting, reason: str
) -> None:
    """A history row for each row as it stands in the database, in the order of ``keys``."""
    meta, quote = model._meta, connection.ops.quote_name
    record = get_history_model_for_model(model)
    signature: dict[str, Any] = {
        "history_type": kind,
        "history_date": acting.at,
        "history_user_id": acting.user.pk,
        "history_post_id": acting.post.pk,
        "history_change_reason": reason,
    }
    kept = [quote(field.column) for field in record.tracked_fields]
    into = ", ".join([*kept, *signature])
    said = ", ".join([*(f"now.{column}" for column in kept), *["%s"] * len(signature)])
    pk, of_pk = quote(meta.pk.column), meta.pk.db_type(connection)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(record._meta.db_table)} ({into}) SELECT {said} "  # noqa: S608 -- as above
            f"FROM unnest(%s::{of_pk}[]) WITH ORDINALITY AS written (pk, place) "
            f"JOIN {quote(meta.db_table)} AS now ON now.{pk} = written.pk ORDER BY written.place",
            [*signature.values(), list(keys)],
        )
