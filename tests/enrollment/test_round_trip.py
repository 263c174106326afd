"""Rows written by us and read by us are equal; what reading makes of a text it makes once."""

import logging
import random
from io import BytesIO

from enrollment.excel.columns import KNOWN_HEADERS, REQUIRED, typed
from enrollment.excel.intake import entries, opened
from tests.excel.test_writer import RARE, STARTS
from tests.jobs.processes import LONG
from xueji.excel import writer

logger = logging.getLogger(__name__)

ROWS = 10_000 if LONG else 200
SEED = random.SystemRandom().randrange(10**6)
COLUMNS = [column for column in typed() if column.key != "name"]
LETTERS = f"王梓涵abcXYZ019 １２ａ　·-—（）()<>&'\"_x0041_\t{RARE}"
HALF = str.maketrans("１２ａ　", "12a ")
WHOLE = ("130283201909100010", "064400", "007", "1E5", "2026-09-01", "2026/9", "一（1）班", "√")


def text(draw: random.Random) -> str:
    """What a cell may hold: nothing, a number, what looks like a formula, anything."""
    kind = draw.random()
    if kind < 0.4:
        return ""
    if kind < 0.6:
        return draw.choice(WHOLE)
    start = draw.choice(STARTS) if kind < 0.7 else ""
    return start + "".join(draw.choices(LETTERS, k=draw.randrange(12)))


def sent(rows: list[dict[str, str]]) -> list[tuple[dict[str, str], list[str]]]:
    """What is read of the rows once they were written; and the columns with a fault."""
    labels = ["姓名", *(column.label for column in COLUMNS)]
    lines = [["王梓涵", *(row.get(column.key, "") for column in COLUMNS)] for row in rows]
    out = BytesIO()
    sheet = writer.Sheet(name="新生", headers=labels, widths=[9.0] * len(labels))
    writer.write(out, sheet, lines)
    intake, found = opened(out.getvalue(), KNOWN_HEADERS, REQUIRED)
    read = list(entries(intake, found))
    assert [entry.line for entry in read] == list(range(2, len(rows) + 2))
    assert not intake.unknown
    return [
        ({key: said for key, said in entry.row.items() if said}, [f.key for f in entry.faults])
        for entry in read
    ]


def test_random_rows_out_and_in_are_equal_and_read_twice_as_once():
    logger.info("seed %s", SEED)
    draw = random.Random(SEED)
    rows = [{column.key: text(draw) for column in COLUMNS} for _ in range(ROWS)]

    once = sent(rows)
    twice = sent([row for row, _ in once])

    differ = [
        (key, first[key], second.get(key))
        for (first, _), (second, _) in zip(once, twice, strict=True)
        for key in first
        if first[key] != second.get(key)
    ]
    assert differ == []
    assert [faults for _, faults in twice] == [[] for _ in rows]
    kept = [c.key for c in COLUMNS if c.kind == "words"]
    for typed_row, (row, _) in zip(rows, once, strict=True):
        for key in kept:
            assert row.get(key, "") == plain(typed_row[key]), (SEED, key)


def plain(said: str) -> str:
    """Free text as it is kept: without outer blanks, letters, digits and blanks of one width."""
    return said.translate(HALF).strip()
