"""The rows of a printed form: items in their order, each as wide as it asks, no hole left."""

from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

Item = TypeVar("Item")


class Cell(NamedTuple, Generic[Item]):
    """An item and how many places of its row it takes."""

    item: Item
    span: int

    @property
    def columns(self) -> int:
        """Columns of its value in a table in which each place is a label and a value."""
        return 2 * self.span - 1


def rows(
    wanted: Iterable[tuple[Item, int]], *, places: int, beside: int = 0
) -> list[list[Cell[Item]]]:
    """Rows of ``places`` places; the first ``beside`` rows have one less, for the photo.

    An item that no longer fits begins the next row, and the last of a row takes what is left.
    """
    found: list[list[Cell[Item]]] = []
    row: list[Cell[Item]] = []
    free = room = places - (beside > 0)
    for item, span in wanted:
        if span > free and row:
            found.append(_filled(row, free))
            free = room = places - (beside > len(found))
            row = []
        taken = min(span, room)
        row.append(Cell(item, taken))
        free -= taken
    if row:
        found.append(_filled(row, free))
    return found


def _filled(row: list[Cell[Item]], free: int) -> list[Cell[Item]]:
    *others, last = row
    return [*others, Cell(last.item, last.span + free)]
