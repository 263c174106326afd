"""What a written cell may hold: nothing that a spreadsheet runs, nothing that no file can hold."""

import re

MOST_IN_A_CELL = 32_767  # UTF-16 units, as Excel counts
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LIVE = re.compile(r"[\t\r\n]|\s*[=+\-@＝＋－＠]")  # the wide ones are taken for formulas too


class TooLong(Exception):
    """A text does not fit into a cell; what would be left of it is never written."""

    def __init__(self, row: int, column: int) -> None:
        super().__init__(f"row {row}, column {column}")
        self.row, self.column = row, column


def legible(text: str) -> str:
    """The text with U+FFFD for what no reader of a file could give back."""
    return UNWRITABLE.sub("\ufffd", text)


def is_live(text: str) -> bool:
    """Whether a spreadsheet might calculate the text instead of showing it."""
    return LIVE.match(text) is not None


def units(text: str) -> int:
    """The length as Excel counts it: a rare character takes two."""
    return len(text) + sum(character > "\uffff" for character in text)
