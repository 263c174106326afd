"""Rows by COPY: lines made from templates, sent in the background, in the order of their keys."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Queue
from threading import Thread
from typing import Any

from django.db import connection, models

from xueji.identity import crypto

NULL = r"\N"
PUPILS_AT_ONCE = 1000


def text(value: Any) -> str:
    """A value as COPY reads it."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    plain = str(value)
    return plain.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n")


def sealed(purpose: str, plain: str) -> str:
    """An encrypted text as COPY reads it."""
    return rf"\\x{crypto.encrypt(purpose, plain).hex()}"


class Table:
    """Makes the lines of one model.

    ``given`` names the columns that each row brings; all others hold ``fixed`` or the default of
    their field, so that a new field of the model needs no word here.
    """

    def __init__(self, model: type[models.Model], given: str, **fixed: Any):
        fields = [f for f in model._meta.concrete_fields if not self._left_to_database(f, given)]
        unknown = {*given.split(), *fixed} - {field.attname for field in fields}
        if unknown:
            raise LookupError(f"{model.__name__} has no {', '.join(sorted(unknown))}")
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        self.name = model._meta.db_table
        self.copy = f"COPY {connection.ops.quote_name(self.name)} ({names}) FROM STDIN"
        self._template = (
            "\t".join(
                f"%({field.attname})s"
                if field.attname in given.split()
                else self._same(field, fixed)
                for field in fields
            )
            + "\n"
        )
        self._lines: list[str] = []

    @staticmethod
    def _left_to_database(field: models.Field, given: str) -> bool:
        return field.primary_key and not field.remote_field and field.attname not in given.split()

    @staticmethod
    def _same(field: models.Field, fixed: Mapping[str, Any]) -> str:
        value = field.get_db_prep_save(fixed.get(field.attname, field.get_default()), connection)
        return text(getattr(value, "obj", value)).replace("%", "%%")

    def add(self, row: Mapping[str, Any]) -> None:
        """One more row; every value already is as COPY reads it."""
        self._lines.append(self._template % row)

    def take(self) -> str:
        """The lines since the last call."""
        lines, self._lines = self._lines, []
        return "".join(lines)


class Copier:
    """Sends tables in the background while the next rows are made. Made by ``copying``."""

    def __init__(self, tables: list[Table]):
        self._tables = tables
        self._queue: Queue[list[tuple[str, str]] | None] = Queue(maxsize=2)
        self._failed: BaseException | None = None
        self._raw = connection.connection
        self._thread = Thread(target=self._send, daemon=True)
        self._thread.start()

    def flush(self) -> None:
        """Hand over what the tables have gathered."""
        if self._failed:
            raise self._failed
        self._queue.put([(table.copy, lines) for table in self._tables if (lines := table.take())])

    def stop(self) -> None:
        """Wait until what was handed over has arrived."""
        self._queue.put(None)
        self._thread.join()
        if self._failed:
            raise self._failed

    def _send(self) -> None:
        while (block := self._queue.get()) is not None:
            if self._failed:
                continue
            try:
                for statement, lines in block:
                    with self._raw.cursor() as cursor, cursor.copy(statement) as copy:
                        copy.write(lines)
            except BaseException as error:  # told to the maker of the rows by the next flush
                self._failed = error


@contextmanager
def copying(*tables: Table) -> Iterator[Copier]:
    """A copier inside the running transaction; the block itself must not touch the database."""
    with connection.cursor() as cursor:
        # keys are checked with each COPY instead of piling up until the commit
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # in indexes: the tables are new and not analysed, a key would be looked for row by row
        cursor.execute("SET LOCAL enable_seqscan = off")
    copier = Copier(list(tables))
    try:
        yield copier
        copier.flush()
    finally:
        copier.stop()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan TO DEFAULT")


@contextmanager
def keys_checked_at_the_end() -> Iterator[None]:
    """Foreign keys are away during the block; each is made again with one statement that checks it.

    Only the owner of the tables can do that; for anybody else they stay and are checked by row.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no table may have a check outstanding
        cursor.execute(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),"
            " format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,"
            " pg_get_constraintdef(pg_constraint.oid))"
            " FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid"
            " WHERE contype = 'f' AND connamespace = current_schema::regnamespace"
            " AND pg_has_role(relowner, 'USAGE') ORDER BY conname"
        )
        keys = cursor.fetchall()
        for away, _ in keys:
            cursor.execute(away)
    yield
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, again in keys:
            cursor.execute(again)


def reserve(model: type[models.Model], count: int) -> range:
    """That many ids in a row from the table's own sequence."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(id), max(id) FROM (SELECT nextval(pg_get_serial_sequence(%s, 'id')) AS id"
            " FROM generate_series(1, %s)) AS ids",
            [model._meta.db_table, count],
        )
        first, last = cursor.fetchone()
    if count and last - first + 1 != count:
        raise RuntimeError(f"somebody else is writing {model._meta.db_table}")
    return range(first, first + count) if count else range(0)
