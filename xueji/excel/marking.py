"""The workbook that goes back: every faulty cell coloured, with a comment, and a summary sheet.

The sender's other sheets and columns stay as they were. What cannot be written anew without loss
comes back as a new workbook of the values.
"""

import io
import warnings
from collections import defaultdict
from collections.abc import Mapping, Sequence

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from xueji.excel import reading, template

SUMMARY = "导入结果"
FILL = "FFF6C9C4"
TEXT = "@"
LONGEST_CELL = 32_000
COMMENT_WIDTH, LINE = 320, 18  # pixels
WIDTHS = (8, 8, 22, 22, 48, 40, 48)

Mark = tuple[int, int, str]  # row, column, words


def mark(
    data: bytes,
    *,
    sheet: str,
    marks: Sequence[Mark],
    facts: Sequence[Sequence[str]],
    lines: Sequence[Sequence[str]],
    labels: Sequence[str],
    in_place: bool,
) -> bytes:
    """``facts`` are the first rows of the summary, ``lines`` its list of faults with a header."""
    book = _opened(data) if in_place else _values(data, labels)
    table = book[sheet] if in_place else book.worksheets[0]
    _clean(table)
    words: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for row, column, text in marks:
        words[row, column].append(text)
    _write(table, words)
    if SUMMARY in book.sheetnames:
        del book[SUMMARY]
    _summarise(book.create_sheet(SUMMARY), facts, lines)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _opened(data: bytes) -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it leaves out was looked for before
        return load_workbook(io.BytesIO(data))


def _values(data: bytes, labels: Sequence[str]) -> Workbook:
    """A new workbook with the one table, every cell as text, at the same address."""
    book = Workbook()
    book.properties.creator = template.AUTHOR
    target = book.active
    table, rows = reading.read(data, labels)
    target.title = _title(table.sheet)
    for column, text in table.header.items():
        _put(target, table.header_row, column, text)
        target.cell(table.header_row, column).font = Font(bold=True)
    for number, cells in rows:
        for column, (_, text) in cells.items():
            _put(target, number, column, text)
    target.freeze_panes = target.cell(table.header_row + 1, 1)
    return book


def _title(name: str) -> str:
    plain = "".join("_" if character in "[]:*?/\\" else character for character in name)
    return plain[:31] or "名单"


def _put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A text that no program takes for a formula or a number."""
    cell = sheet.cell(row, column)
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)[:LONGEST_CELL]
    cell.data_type, cell.number_format = "s", TEXT


def _clean(sheet: Worksheet) -> None:
    """Take off what an earlier look left, so that mended cells are white again."""
    for row in sheet.iter_rows():
        for cell in row:
            if cell.comment and cell.comment.author == template.AUTHOR:
                cell.comment = None
            if cell.has_style and cell.fill.fill_type and cell.fill.start_color.rgb == FILL:
                cell.fill = PatternFill()


def _write(sheet: Worksheet, words: Mapping[tuple[int, int], Sequence[str]]) -> None:
    fill = PatternFill("solid", start_color=FILL, end_color=FILL)
    merged = {
        address: (area.min_row, area.min_col)
        for area in sheet.merged_cells.ranges
        for address in area.cells
    }
    for place, said in words.items():
        cell = sheet.cell(*merged.get(place, place))
        cell.fill = fill
        text = ILLEGAL_CHARACTERS_RE.sub("", "\n".join(dict.fromkeys(said)))
        lines = sum(1 + len(line) // 22 for line in text.splitlines())
        cell.comment = Comment(
            text, template.AUTHOR, height=LINE * (lines + 1), width=COMMENT_WIDTH
        )


def _summarise(
    sheet: Worksheet, facts: Sequence[Sequence[str]], lines: Sequence[Sequence[str]]
) -> None:
    for number, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    template.one_page_wide(sheet)
    row = 0
    for row, fact in enumerate(facts, start=1):
        for column, text in enumerate(fact, start=1):
            _put(sheet, row, column, text)
    sheet.cell(1, 1).font = Font(bold=True, size=14)
    sheet.print_title_rows = f"{row + 2}:{row + 2}"
    for at, line in enumerate(lines, start=row + 2):
        for column, text in enumerate(line, start=1):
            _put(sheet, at, column, text)
            sheet.cell(at, column).alignment = Alignment(vertical="top", wrap_text=True)
            if at == row + 2:
                sheet.cell(at, column).font = Font(bold=True)
