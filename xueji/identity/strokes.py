"""Names in the order of strokes (笔画), by the counts of the Unicode Han database."""

import csv
from functools import cache
from pathlib import Path

from xueji.identity.names import MIDDLE_DOT, clean_name, is_chinese

_DATA = Path(__file__).resolve().parent / "data" / "strokes.csv"
_LAST = "~"  # behind every figure and letter


def order(name: str) -> str:
    """What names are sorted by, byte for byte: each character by its strokes, then itself.

    So one surname stays together. Names in letters come behind, then characters whose strokes
    nobody counted, in the order of their codes.
    """
    text = clean_name(name)
    if not is_chinese(text):
        return text.lower()
    return "".join(_key(character) for character in text.replace(MIDDLE_DOT, ""))


def count(character: str) -> int | None:
    """How many strokes it is written with in the mainland; None where nobody counted."""
    return _counts().get(character)


def _key(character: str) -> str:
    strokes = count(character)
    return f"{_LAST if strokes is None else f'{strokes:02d}'}{character}"


@cache
def _counts() -> dict[str, int]:
    with _DATA.open(encoding="utf-8", newline="") as file:
        return {
            character: int(row["strokes"])
            for row in csv.DictReader(file)
            for character in row["characters"]
        }
