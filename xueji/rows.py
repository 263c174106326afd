"""Writing many rows of one model: one statement for a piece of them, one array for each field.

Django's ``bulk_create`` and ``bulk_update`` ask a field about every value, or make an expression
of it; with a hundred fields to a pupil that was most of what an intake cost.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.db import connection, models

Row = TypeVar("Row")
PIECE = 500
# what the driver writes as the field would; everything else is asked of the field
PLAIN = {
    models.BooleanField: bool,
    models.CharField: str,
    models.DateField: date,
    models.DateTimeField: datetime,
    models.DecimalField: Decimal,
    models.ForeignKey: int,
    models.OneToOneField: int,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.TextField: str,
}


def insert(
    rows: Sequence[models.Model], *, unique: Sequence[str] = (), replacing: Sequence[str] = ()
) -> None:
    """Insert rows of one model and give them their keys; all have one, or none has.

    What they refer to is saved already. A row that is there, by the fields ``unique``, gets the
    new values of the fields ``replacing``.
    """
    for piece in pieces(rows):
        meta = piece[0]._meta
        is_keyed = piece[0].pk is not None
        fields = [field for field in meta.concrete_fields if is_keyed or field is not meta.pk]
        given, values = _given(piece, fields)
        conflict = ""
        if replacing:
            new = ", ".join(f"{name} = EXCLUDED.{name}" for name in _columns(meta, replacing))
            conflict = f"ON CONFLICT ({', '.join(_columns(meta, unique))}) DO UPDATE SET {new}"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {_quoted(meta.db_table)} ({_names(fields)}) {given} {conflict} "
                f"RETURNING {_quoted(meta.pk.column)}",
                values,
            )
            for row, (pk,) in zip(piece, cursor.fetchall(), strict=True):
                row.pk = pk
                row._state.adding, row._state.db = False, connection.alias


def overwrite(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write ``fields`` of rows that are there."""
    fields = list(dict.fromkeys(fields))
    for piece in pieces(rows if fields else ()):
        meta = piece[0]._meta
        pk, columns = _quoted(meta.pk.column), [meta.pk, *map(meta.get_field, fields)]
        new = ", ".join(f"{name} = given.{name}" for name in _columns(meta, fields))
        given, values = _given(piece, columns)
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {_quoted(meta.db_table)} AS kept SET {new} "  # noqa: S608 -- as above
                f"FROM ({given}) AS given ({_names(columns)}) WHERE kept.{pk} = given.{pk}",
                values,
            )


def pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """As many at once as one statement writes."""
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _names(fields: Sequence[Any]) -> str:
    return ", ".join(_quoted(field.column) for field in fields)


def _columns(meta: Any, names: Sequence[str]) -> list[str]:
    return [_quoted(meta.get_field(name).column) for name in names]


def _given(rows: Sequence[models.Model], fields: Sequence[Any]) -> tuple[str, list[Any]]:
    """A query that answers with the rows' values, in their order, and its parameters.

    A value that all rows have is sent once; the first field has an array in any case.
    """
    said: list[str] = []
    types: list[tuple[str, str]] = []
    same: list[Any] = []
    arrays: list[list[Any]] = []
    for field in fields:
        # without the length of the type: a cast would cut to it in silence
        name = field.db_type(connection).partition("(")[0]
        values = list(_values(field, rows))
        if arrays and values.count(values[0]) == len(values):
            said.append(f"%s::{name}")
            same.append(values[0])
        else:
            said.append(f"each.{_quoted(field.column)}")
            types.append((f"%s::{name}[]", _quoted(field.column)))
            arrays.append(values)
    unnest, names = (", ".join(part) for part in zip(*types, strict=True))
    return f"SELECT {', '.join(said)} FROM unnest({unnest}) AS each ({names})", [*same, *arrays]  # noqa: S608 -- as above


def _values(field: Any, rows: Sequence[models.Model]) -> Iterator[Any]:
    """As the database takes them; most of them it takes as they are."""
    plain, name = PLAIN.get(type(field)), field.attname
    for row in rows:
        value = getattr(row, name)
        is_plain = value is None or type(value) is plain
        yield value if is_plain else field.get_db_prep_save(value, connection=connection)
