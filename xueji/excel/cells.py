"""Cells as they stand in a workbook: of what kind, and the text."""

from collections.abc import Iterator
from datetime import date, timedelta

TEXT, NUMBER, TRUTH, DAY, FAULT, FORMULA = "s", "n", "b", "d", "e", "f"
MOST_COLUMNS = 256
SERIALS = range(1, 80_000)  # days that Excel counts, to the year 2119

Cell = tuple[str, str]  # kind and text
Rows = Iterator[tuple[int, dict[int, Cell]]]


def counted_day(serial: int, *, epoch_1904: bool = False) -> date:
    """The day that Excel means by a number of SERIALS."""
    first = date(1904, 1, 1) if epoch_1904 else date(1899, 12, 30)
    return first + timedelta(days=serial)
