"""Writing many rows of one model: one statement for a piece of them, one array for each field.

Django's ``bulk_create`` and ``bulk_update`` ask a field about every value, or make an expression
of it, and the driver takes an array apart again; with a hundred fields to a pupil that was most
of what an intake cost. Finding many rows by ``__in`` makes a parameter of every value, ``one_of``
an array of all.
"""

from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import BooleanField, F, Func, Value
from psycopg import Binary

Row = TypeVar("Row")
Values = Mapping[str, Any]
Table = Sequence[tuple[Any, list[Any]]]  # fields, each with a value for every row
PIECE = 500
# what the driver writes as the field would; everything else is asked of the field
PLAIN = {
    models.BinaryField: bytes,
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
        keys = _insert(meta, _table(piece, fields), unique, replacing)
        for row, pk in zip(piece, keys, strict=True):
            row.pk = pk
            row._state.adding, row._state.db = False, connection.alias


def add(
    model: type[models.Model],
    rows: Sequence[Values],
    *,
    unique: Sequence[str] = (),
    replacing: Sequence[str] = (),
) -> list[Any]:
    """Insert rows that nobody asks for afterwards, as ``insert`` does; their keys, in order.

    Each names columns, as ``case_id``; those it does not name have their defaults, which are
    asked once for many rows.
    """
    meta = model._meta
    keys: list[Any] = []
    for piece in pieces(rows):
        named = set().union(*piece)
        if unknown := named - {field.attname for field in meta.concrete_fields}:
            raise ValueError(f"{meta.label} has no {unknown}")
        fields = [f for f in meta.concrete_fields if f is not meta.pk or f.attname in named]
        table = [(field, _column(piece, field)) for field in fields]
        keys += _insert(meta, table, unique, replacing)
    return keys


def _column(rows: Sequence[Values], field: Any) -> list[Any]:
    name, default = field.attname, field.get_default()
    return [row.get(name, default) for row in rows]


def overwrite(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write ``fields`` of rows that are there."""
    fields = list(dict.fromkeys(fields))
    for piece in pieces(rows if fields else ()):
        meta = piece[0]._meta
        pk, columns = _quoted(meta.pk.column), [meta.pk, *map(meta.get_field, fields)]
        new = ", ".join(f"{name} = given.{name}" for name in _columns(meta, fields))
        given, values = _given(_table(piece, columns))
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {_quoted(meta.db_table)} AS kept SET {new} "  # noqa: S608 -- as above
                f"FROM ({given}) AS given ({_names(columns)}) WHERE kept.{pk} = given.{pk}",
                values,
            )


def one_of(field: str, values: Iterable[Any]) -> Func:
    """Condition that ``field`` is one of ``values``; asked of the database also where none are."""
    return Func(
        F(field),
        Value(array(list(values))),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )


def pieces(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """As many at once as one statement writes."""
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]


def _insert(
    meta: Any, table: Table, unique: Sequence[str], replacing: Sequence[str]
) -> Iterator[Any]:
    given, values = _given(table)
    conflict = ""
    if replacing:
        new = ", ".join(f"{name} = EXCLUDED.{name}" for name in _columns(meta, replacing))
        conflict = f"ON CONFLICT ({', '.join(_columns(meta, unique))}) DO UPDATE SET {new}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {_quoted(meta.db_table)} ({_names([field for field, _ in table])}) "
            f"{given} {conflict} RETURNING {_quoted(meta.pk.column)}",
            values,
        )
        return (pk for (pk,) in cursor.fetchall())


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _names(fields: Sequence[Any]) -> str:
    return ", ".join(_quoted(field.column) for field in fields)


def _columns(meta: Any, names: Sequence[str]) -> list[str]:
    return [_quoted(meta.get_field(name).column) for name in names]


def _table(rows: Sequence[models.Model], fields: Sequence[Any]) -> Table:
    return [(field, list(map(attrgetter(field.attname), rows))) for field in fields]


def _given(table: Table) -> tuple[str, list[Any]]:
    """A query that answers with the rows' values, in their order, and its parameters.

    A value that all rows have is sent once; the first field has an array in any case.
    """
    said: list[str] = []
    types: list[tuple[str, str]] = []
    same: list[Any] = []
    arrays: list[Any] = []
    for field, plain in table:
        values = _prepared(field, plain)  # before they are compared: no two sealed ones are equal
        name = _type(field)
        if arrays and values.count(values[0]) == len(values):
            said.append(f"%s::{name}")
            same.append(values[0])
        elif name == "bytea":  # PostgreSQL reads an array of it at a third of the speed
            said.append(f"decode(each.{_quoted(field.column)}, 'base64')")
            types.append(("string_to_array(%s, ',', '-')", _quoted(field.column)))
            arrays.append(",".join(["-" if one is None else _base64(one) for one in values]))
        else:
            said.append(f"each.{_quoted(field.column)}")
            types.append((f"%s::{name}[]", _quoted(field.column)))
            arrays.append(array(values))
    unnest, names = (", ".join(part) for part in zip(*types, strict=True))
    return f"SELECT {', '.join(said)} FROM unnest({unnest}) AS each ({names})", [*same, *arrays]  # noqa: S608 -- as above


@cache
def _type(field: Any) -> str:
    """Of its column, without the length: a cast would cut to it in silence."""
    return field.db_type(connection).partition("(")[0]


def _prepared(field: Any, values: list[Any]) -> list[Any]:
    """As the database takes them; most of them it takes as they are."""
    plain = PLAIN.get(type(field))
    if plain and {*map(type, values)} <= {plain, type(None)}:
        return values
    through = connections[DEFAULT_DB_ALIAS]
    return [
        None if value is None else field.get_db_prep_save(value, connection=through)
        for value in values
    ]


def array(values: Sequence[Any]) -> Any:
    """The array as PostgreSQL reads it, where all values are of one kind that is known here."""
    kinds = {*map(type, values)} - {type(None)}
    write = WRITTEN.get(kinds.pop()) if len(kinds) == 1 else None
    if write is None:
        return list(values)
    return "{" + ",".join(["NULL" if one is None else write(one) for one in values]) + "}"


def _text(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _base64(given: bytes | Binary) -> str:
    return b2a_base64(given if isinstance(given, bytes) else given.obj, newline=False).decode()


def _bytes(plain: bytes) -> str:
    return '"\\\\x' + plain.hex() + '"'


WRITTEN: dict[type, Callable[[Any], str]] = {
    bool: str,
    bytes: _bytes,
    date: date.isoformat,
    datetime: datetime.isoformat,
    Decimal: str,
    int: str,
    str: _text,
}
