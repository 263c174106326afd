"""Letting a child process parse a workbook, so that no file can exhaust or stop the worker."""

import contextlib
import json
import subprocess
import sys
import threading
from collections.abc import Collection, Generator, Iterator, Mapping
from pathlib import Path

from xueji.excel import refusals
from xueji.excel.cells import Cell
from xueji.excel.child import LENGTH
from xueji.excel.reading import Table
from xueji.excel.refusals import Unreadable

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 180.0  # seconds until a child of a job is stopped
# a bare package in place of xueji: the child shall know neither Celery nor settings
START = (
    "import sys, types; package = types.ModuleType('xueji'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['xueji'] = package; from xueji.excel.child import main; main()"
)

Row = tuple[int, dict[int, Cell]]


def read(
    data: bytes, labels: Collection[str], *, patience: float = PATIENCE
) -> tuple[Table, Iterator[Row]]:
    """The table and its rows, as ``reading.read`` says; Unreadable also while rows are taken."""
    answers = _lines({"task": "read", "labels": sorted(labels)}, data, patience)
    first = next(answers)
    if "refused" in first:
        answers.close()
        raise Unreadable(first["refused"])
    said = first["table"]
    said["header"] = {int(column): text for column, text in said["header"].items()}
    return Table(**said), _rows(answers)


def _rows(answers: Iterator[dict]) -> Iterator[Row]:
    for said in answers:
        if "refused" in said:
            raise Unreadable(said["refused"])
        if "row" in said:
            yield said["row"], {column: (kind, text) for column, (kind, text) in said["cells"]}


def mark(data: bytes, **task: object) -> bytes:
    """The workbook that ``marking.mark`` makes; Unreadable where it takes too much."""
    with _started({"task": "mark", **task}, data, PATIENCE) as child:
        made = child.stdout.read()
        if child.wait() or not made:
            raise Unreadable(refusals.TOO_HARD)
    return made


def _lines(task: Mapping[str, object], data: bytes, patience: float) -> Generator[dict, None, None]:
    """What the child answers; without an end it was stopped, by its limits or ours."""
    with _started(task, data, patience) as child:
        for line in child.stdout:
            said = json.loads(line)
            if "end" in said:
                return
            yield said
    raise Unreadable(refusals.TOO_HARD)


@contextlib.contextmanager
def _started(
    task: Mapping[str, object], data: bytes, patience: float
) -> Iterator[subprocess.Popen]:
    child = subprocess.Popen(  # noqa: S603 -- our own interpreter and words of ours
        [sys.executable, "-I", "-c", START, str(ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # a traceback could quote what a cell holds
        env={"PYTHONIOENCODING": "utf-8"},
    )
    clock = threading.Timer(patience, child.kill)
    clock.start()
    try:
        words = json.dumps(task).encode()
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(LENGTH.pack(len(words)) + words + data)
            child.stdin.close()
        yield child
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
