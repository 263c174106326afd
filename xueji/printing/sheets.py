"""Rows of a list packed into sheets of paper, so that each sheet knows its number and its last row.

Browsers of closed networks print no page numbers of their own: the sheets are made here. Heights
are estimated on the safe side; a sheet that still overflowed would only run on, nothing is lost.
"""

import unicodedata
from collections.abc import Sequence
from typing import TypeVar

Row = TypeVar("Row")
FEWEST = 3  # rows on the last sheet of several: never one alone


def lines_of(text: str, per_line: int) -> int:
    """How many lines a text takes in a cell that holds ``per_line`` Chinese characters."""
    wide = sum(2 if unicodedata.east_asian_width(one) in "WFA" else 1 for one in text)
    return max(1, -(-wide // (2 * per_line)))


def packed(rows: Sequence[Row], heights: Sequence[float], *, room: float) -> list[list[Row]]:
    """The rows in sheets of at most ``room``, in their order; one empty sheet for no rows."""
    found: list[list[Row]] = [[]]
    left = room
    for row, height in zip(rows, heights, strict=True):
        if height > left and found[-1]:
            found.append([])
            left = room
        found[-1].append(row)
        left -= height
    if len(found) > 1:
        *_, before, last = found
        while len(last) < FEWEST < len(before):
            last.insert(0, before.pop())
    return found
