"""Rows of a list packed into sheets of paper, so that each sheet knows its number and its last row.

Browsers of closed networks print no page numbers of their own: the sheets are made here. Heights
are estimated on the safe side; a sheet that still overflowed would only run on, nothing is lost.
"""

import unicodedata
from collections.abc import Sequence
from math import ceil
from typing import TypeVar

Row = TypeVar("Row")
FEWEST = 3  # rows on the last sheet of several: never one alone
BLANK, NARROW = 0.3, 0.55  # of the width of a Chinese character


def lines_of(text: str, per_line: int) -> int:
    """How many lines a text takes in a cell that holds ``per_line`` Chinese characters."""
    return max(1, ceil(sum(map(_width, text)) / per_line))


def _width(one: str) -> float:
    if one == " ":
        return BLANK
    return 1 if unicodedata.east_asian_width(one) in "WFA" else NARROW


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
