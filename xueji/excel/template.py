"""Writing an empty workbook to be filled: text columns, drop-downs, comments, an example row.

It uses nothing that Excel, WPS and LibreOffice do not all know, and no macro.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from xueji.excel import texts

ROWS = 20_000  # that can be filled
TITLE_ROW, MARK_ROW, HEADER_ROW, EXAMPLE_ROW = 1, 2, 3, 4
TEXT = "@"
AUTHOR = "学籍系统"  # of a workbook; openpyxl would name itself
HINTS = "填写说明"  # the author of the comments
OPTIONS = "选项"
MUST, MAY = "必填", "选填"
_MUST_FILL = PatternFill("solid", start_color="FFFCE8D5", end_color="FFFCE8D5")
_MAY_FILL = PatternFill("solid", start_color="FFEAF0F6", end_color="FFEAF0F6")
_EDGE = Border(*[Side(style="thin", color="FFB8C2CC")] * 4)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One column: its header, whether it must be filled, what may be chosen, what explains it."""

    label: str
    must: bool = False
    options: Sequence[str] = ()
    help: str = ""
    example: str = ""
    width: int = 14


def workbook(
    fields: Sequence[Field], *, sheet: str, title: str, explained: Sequence[str], identifier: str
) -> bytes:
    """The workbook as bytes; ``title`` carries the mark by which an import knows it again."""
    book = Workbook()
    book.properties.creator = AUTHOR
    table = book.active
    table.title = sheet
    _explain(book.create_sheet("填写说明"), explained)
    options = book.create_sheet(OPTIONS)
    options.sheet_state = "hidden"
    _title(table, title)
    lists: dict[tuple[str, ...], str] = {}
    for number, field in enumerate(fields, start=1):
        _column(table, number, field)
        if field.options:
            choices = tuple(field.options)
            if choices not in lists:
                lists[choices] = _list(options, len(lists) + 1, choices)
            _choose(table, number, lists[choices])
    table.freeze_panes = table.cell(EXAMPLE_ROW, 4)
    table.row_dimensions[HEADER_ROW].height = 32
    table.print_title_rows, table.print_title_cols = f"{HEADER_ROW}:{HEADER_ROW}", "A:B"
    across(table)
    book.properties.identifier, book.properties.title = identifier, title
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def across(sheet: Worksheet) -> None:
    """Print on A4, the long side across."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE


def one_page_wide(sheet: Worksheet) -> None:
    """Print across A4, as many pages as it takes one under the other, none beside."""
    across(sheet)
    sheet.page_setup.fitToHeight, sheet.sheet_properties.pageSetUpPr.fitToPage = 0, True


def say(table: Worksheet, row: int, column: int, text: str) -> Cell:
    """The cell with a text in it that is never a formula, whatever it begins with."""
    cell = table.cell(row, column)
    if text:
        cell.value, cell.data_type = text, "s"
    cell.number_format, cell.quotePrefix = TEXT, texts.is_live(text)
    return cell


def _title(table: Worksheet, title: str) -> None:
    say(table, TITLE_ROW, 1, title).font = Font(bold=True, size=13)


def _column(table: Worksheet, number: int, field: Field) -> None:
    dimension = table.column_dimensions[get_column_letter(number)]
    dimension.width, dimension.number_format = field.width, TEXT
    fill = _MUST_FILL if field.must else _MAY_FILL
    mark = say(table, MARK_ROW, number, MUST if field.must else MAY)
    header = say(table, HEADER_ROW, number, field.label)
    example = say(table, EXAMPLE_ROW, number, field.example)
    for cell in (mark, header):
        cell.fill, cell.border = fill, _EDGE
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    header.font = Font(bold=True)
    mark.font = Font(size=9, bold=field.must, color="FF9C3B00" if field.must else "FF5B6B7A")
    example.font = Font(italic=True, color="FF7A8794")
    if field.help:
        text = f"{MUST if field.must else MAY}。{field.help}"
        header.comment = Comment(text, HINTS, height=24 * (2 + len(text) // 18), width=260)


def _list(options: Worksheet, number: int, choices: Sequence[str]) -> str:
    """Write the choices down one column and say where they stand."""
    for row, choice in enumerate(choices, start=1):
        say(options, row, number, choice)
    column = get_column_letter(number)
    return f"{OPTIONS}!${column}$1:${column}${len(choices)}"


def _choose(table: Worksheet, number: int, where: str) -> None:
    """A drop-down that warns of anything else and lets it pass: codes may be typed too."""
    choice = DataValidation(
        type="list",
        formula1=where,
        allow_blank=True,
        showErrorMessage=True,
        errorStyle="warning",
        errorTitle="不在选项中",
        error="请从列表中选择，或填它的代码。",
    )
    column = get_column_letter(number)
    choice.add(f"{column}{EXAMPLE_ROW}:{column}{EXAMPLE_ROW + ROWS}")
    table.add_data_validation(choice)


def _explain(sheet: Worksheet, lines: Sequence[str]) -> None:
    sheet.column_dimensions["A"].width = 100
    one_page_wide(sheet)
    for row, line in enumerate(lines, start=1):
        say(sheet, row, 1, line).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(1, 1).font = Font(bold=True, size=14)
