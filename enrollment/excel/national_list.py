"""The list of a month for the national check as a workbook; every cell is text."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from enrollment.models import Enrollment
from enrollment.services.national_list import COLUMNS, line
from xueji.excel.template import say

LAID = Alignment(vertical="top", wrap_text=True)
WIDTHS = (6, 12, 6, 12, 16, 22, 10, 10, 10, 14, 28, 20, 40, 16)


def workbook(rows: Iterable[Enrollment], *, title: str) -> bytes:
    """One sheet with a title, a header that is printed on every page, and one row for each."""
    book = Workbook()
    sheet = book.active
    sheet.title = "查重名单"
    say(sheet, 1, 1, title).font = Font(bold=True, size=14)
    sheet.append(list(COLUMNS))
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate([str(number), *line(row)], start=1):
            say(sheet, number + 2, column, text).alignment = LAID
    for index, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = width
        sheet.cell(row=2, column=index).font = Font(bold=True)
    sheet.print_title_rows = "1:2"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.freeze_panes = "A3"
    out = BytesIO()
    book.save(out)
    return out.getvalue()
