"""What a page of the site costs: its statements, their milliseconds and plans, the request."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.db import connection
from django.test import Client


@dataclass
class Asked:
    """What a page cost: each statement with its parameters, and milliseconds."""

    status: int
    statements: list[tuple[str, object]] = field(default_factory=list)
    sql: float = 0
    whole: float = 0
    rows: list = field(default_factory=list)


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
            asked.sql += 1000 * (time.perf_counter() - before)
            asked.statements.append((sql, params))

    with connection.execute_wrapper(watch):
        yield asked


SEQUENTIAL = re.compile(r"Seq Scan on xueji_case\b")


def sequential(asked: Asked) -> list[str]:
    """The statements whose plan reads all cases from the first to the last."""
    found = []
    with connection.cursor() as cursor:
        for sql, params in asked.statements:
            if not sql.startswith("SELECT") or "xueji_case" not in sql:
                continue
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            found += [f"{sql[:4000]}\n{plan}"] if SEQUENTIAL.search(plan) else []
    return found
