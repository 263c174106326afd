"""Reading the rows of a workbook as they stand, piece by piece: what a cell holds and of what kind.

Nothing is evaluated, no style asked, no dimension believed; ``gate`` has judged the file before.
"""

import io
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from xueji.excel import refusals, texts
from xueji.excel.cells import DAY, MOST_COLUMNS, NUMBER, TEXT, TRUTH, Cell, Rows
from xueji.excel.gate import Form, form_of
from xueji.excel.refusals import Unreadable
from xueji.excel.xlsx import Xlsx

MOST_ROWS = 20_000
HEADER_WITHIN = 10  # rows
LEAST_KNOWN = 2  # labels by which a header is known


@dataclass
class Table:
    """The one sheet that holds the list: where its header is, what it says, what is above it."""

    sheet: str
    header_row: int
    header: dict[int, str]  # column from 1 → what stands there
    above: list[str] = field(default_factory=list)
    epoch_1904: bool = False
    is_plain: bool = True  # can be written anew without loss


def read(data: bytes, labels: Collection[str]) -> tuple[Table, Rows]:
    """The table whose header names most of ``labels``, and its rows below, blank ones left out.

    Raises Unreadable, also while the rows are taken; and where a second sheet is such a list.
    """
    sheets = _xls(data) if form_of(data) == Form.XLS else Xlsx(data).sheets()
    lists: list[tuple[int, Table, Callable[[], Rows]]] = []
    for name, more, rows in sheets:
        if found := _header(rows(), frozenset(labels)):
            table = Table(sheet=name, header_row=found[1], header=found[2], above=found[3], **more)
            lists.append((found[0], table, rows))
    if not lists:
        raise Unreadable(refusals.NO_HEADER.format(rows=HEADER_WITHIN))
    known, table, rows = max(lists, key=lambda found: found[0])
    filled = [
        other.sheet
        for count, other, below in lists
        if count * 2 > known and any(_below(below(), other.header_row))
    ]
    if len(filled) > 1:
        raise Unreadable(refusals.TWO_LISTS.format(first=filled[0], second=filled[1]))
    return table, _below(rows(), table.header_row)


def _below(rows: Rows, header_row: int) -> Rows:
    taken = 0
    for number, cells in rows:
        if number <= header_row or not any(text.strip() for _, text in cells.values()):
            continue
        taken += 1
        if taken > MOST_ROWS:
            raise Unreadable(refusals.ROWS.format(limit=MOST_ROWS))
        yield number, cells


def plain_label(text: str) -> str:
    """A header as it is compared: without stars, blanks, line breaks, and what no text can hold."""
    return texts.legible(re.sub(r"[\s★*＊]+", "", text))


def _header(
    rows: Rows, labels: frozenset[str]
) -> tuple[int, int, dict[int, str], list[str]] | None:
    """How many labels are known, row, columns, and the texts above; None without a header."""
    above: list[str] = []
    best: tuple[int, int, dict[int, str], list[str]] | None = None
    for number, cells in rows:
        if number > HEADER_WITHIN:
            break
        named = {column: plain_label(text) for column, (_, text) in cells.items() if text.strip()}
        known = sum(label in labels for label in named.values())
        if known >= LEAST_KNOWN and (best is None or known > best[0]):
            best = (known, number, named, list(above))
        above += [text for _, text in cells.values() if text.strip()]
    return best


# -- .xls ------------------------------------------------------------------------------------------
def _xls(data: bytes) -> Iterator[tuple[str, dict[str, bool], Callable[[], Rows]]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            start = sheet.start or (0, 0)
            yield name, {"is_plain": False}, partial(_xls_rows, sheet, *start)
    except PasswordError:
        raise Unreadable(refusals.ENCRYPTED) from None
    except (CalamineError, OSError, ValueError) as error:
        why = refusals.ENCRYPTED if "assword" in str(error) else refusals.BROKEN
        raise Unreadable(why) from None


def _xls_rows(sheet, top: int, left: int) -> Rows:
    for number, values in enumerate(sheet.iter_rows(), start=top + 1):
        cells = {}
        for column, value in enumerate(values, start=left + 1):
            if value is None or value == "":
                continue
            if column > MOST_COLUMNS:
                raise Unreadable(refusals.COLUMNS.format(row=number, limit=MOST_COLUMNS))
            cells[column] = _of_value(value)
        if cells:
            yield number, cells


def _of_value(value: object) -> Cell:
    if isinstance(value, bool):
        return TRUTH, "1" if value else "0"
    if isinstance(value, float | int):
        return NUMBER, str(int(value)) if float(value).is_integer() else repr(value)
    if isinstance(value, datetime):
        return DAY, value.date().isoformat()
    return (DAY, value.isoformat()) if isinstance(value, date) else (TEXT, str(value))
