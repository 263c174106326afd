"""The process in which a workbook is parsed: it has limits, no settings, no keys and no database.

It gets a task and a file by its standard input and answers by its standard output.
"""

import json
import resource
import struct
import sys
from collections.abc import Mapping
from typing import Any

MEMORY = 1 << 30  # bytes of address space; what is read takes a tenth
SECONDS = 120  # of processor time
LENGTH = struct.Struct("!Q")


def main() -> None:
    """Limit this process, then do the one task that it was sent."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    source = sys.stdin.buffer
    (length,) = LENGTH.unpack(source.read(LENGTH.size))
    task: dict[str, Any] = json.loads(source.read(length))
    TASKS[task.pop("task")](source.read(), task)


def read(data: bytes, task: Mapping[str, Any]) -> None:
    """A line for the table, one for each row, one for the end; or one that says why not."""
    from xueji.excel import reading  # noqa: PLC0415 -- under the limits that main has set
    from xueji.excel.refusals import Unreadable  # noqa: PLC0415

    try:
        table, rows = reading.read(data, task["labels"])
        _answer({"table": vars(table)})
        for number, cells in rows:
            _answer({"row": number, "cells": list(cells.items())})
    except Unreadable as error:
        _answer({"refused": str(error)})
    _answer({"end": True})


def mark(data: bytes, task: Mapping[str, Any]) -> None:
    """The workbook with its faulty cells marked, as bytes."""
    from xueji.excel import marking  # noqa: PLC0415

    sys.stdout.buffer.write(marking.mark(data, **task))


def _answer(said: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(said, ensure_ascii=True) + "\n")


TASKS = {"read": read, "mark": mark}
