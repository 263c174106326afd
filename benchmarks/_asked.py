"""What a page of the site costs: its statements, their milliseconds and plans, the request."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client


@dataclass
class Statement:
    """One of a page's statements, and its milliseconds."""

    sql: str
    params: object
    took: float


@dataclass
class Asked:
    """What a page cost; ``whole``: milliseconds of the request."""

    status: int
    statements: list[Statement] = field(default_factory=list)
    whole: float = 0
    rows: list = field(default_factory=list)

    def sql(self, about: str = "") -> float:
        """Milliseconds in the database, of the statements that name ``about``."""
        return sum(one.took for one in self.statements if about in one.sql)


def ask(client: Client, path: str, query: Mapping[str, str]) -> Asked:
    """One request with its answer's rows."""
    before = time.perf_counter()
    with _watched() as asked:
        answer = client.get(path, query)
    asked.whole = 1000 * (time.perf_counter() - before)
    asked.status = answer.status_code
    if answer.context and "page" in answer.context:
        asked.rows = answer.context["page"].rows
    return asked


@contextmanager
def _watched() -> Iterator[Asked]:
    asked = Asked(0)

    def watch(execute: Callable, sql: str, params: object, *rest: object) -> object:
        before = time.perf_counter()
        try:
            return execute(sql, params, *rest)
        finally:
            took = 1000 * (time.perf_counter() - before)
            asked.statements.append(Statement(sql, params, took))

    with connection.execute_wrapper(watch):
        yield asked


def sequential(asked: Asked, table: str) -> list[str]:
    """The statements whose plan reads all of a table from the first row to the last."""
    reads_all = re.compile(rf"Seq Scan on {table}\b")
    found = []
    with connection.cursor() as cursor:
        for one in asked.statements:
            if not one.sql.startswith("SELECT") or table not in one.sql:
                continue
            cursor.execute(f"EXPLAIN {one.sql}", one.params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            found += [f"{one.sql[:4000]}\n{plan}"] if reads_all.search(plan) else []
    return found
