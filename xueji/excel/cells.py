"""Cells as they stand in a workbook: of what kind, and the text."""

from collections.abc import Iterator

TEXT, NUMBER, TRUTH, DAY, FAULT, FORMULA = "s", "n", "b", "d", "e", "f"
MOST_COLUMNS = 256

Cell = tuple[str, str]  # kind and text
Rows = Iterator[tuple[int, dict[int, Cell]]]
