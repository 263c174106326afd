"""What is written is read back equal, by two readers, and nothing of it is live."""

import csv
from io import BytesIO, StringIO
from itertools import chain
from zipfile import ZipFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from python_calamine import CalamineWorkbook

from xueji.excel import delimited, texts, writer
from xueji.excel.writer import Sheet, TooMuch, write

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝", "＠", "'", '"', "_x0041_", "&amp;", "<"]
RARE = "𠮷䶮㛃喆堃龘"
character = st.one_of(
    st.characters(), st.sampled_from(RARE), st.sampled_from("=+-@\t\r\n_x0&<>'\"")
)
hostile = st.builds(
    str.__add__,
    st.sampled_from(["", "", *STARTS]),
    st.one_of(st.text(character, max_size=12), st.sampled_from(["1+1", "cmd|' /C calc'!A0"])),
)
rows_of_three = st.lists(st.lists(hostile, min_size=3, max_size=3), max_size=8)


def sheet(columns: int = 3, **more) -> Sheet:
    headers = [f"列{number}" for number in range(1, columns + 1)]
    return Sheet(name="名册", headers=headers, widths=[12.0] * columns, **more)


def book(rows, of: Sheet | None = None) -> bytes:
    out = BytesIO()
    write(out, of or sheet(), rows)
    return out.getvalue()


def by_openpyxl(data: bytes):
    return list(load_workbook(BytesIO(data)).active.iter_rows())


def by_calamine(data: bytes) -> list[list[str]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def wanted(rows) -> list[list[str]]:
    return [[texts.legible(text) for text in row] for row in rows]


@settings(max_examples=80, deadline=None)
@given(rows_of_three)
def test_hostile_rows_are_read_back_equal_and_none_of_them_is_live(rows):
    data = book(rows)
    read = by_openpyxl(data)[1:]
    assert [[unescape(cell.value or "") for cell in row] for row in read] == wanted(rows)
    assert [row for row in by_calamine(data)[1:] if any(row)] == [r for r in wanted(rows) if any(r)]
    written = list(chain.from_iterable(read))
    assert {cell.data_type for cell in written if cell.value} <= {"s"}
    assert {cell.number_format for cell in written} <= {"@"}
    live = [cell for cell in written if texts.is_live(unescape(cell.value or ""))]
    assert [cell.value for cell in live if not cell.quotePrefix] == []


@settings(max_examples=40, deadline=None)
@given(rows_of_three)
@example([["\x1f=", "", ""]])  # a blank to Python, and to no reader of the file
def test_hostile_rows_as_csv_are_read_back_with_an_apostrophe_before_what_is_live(rows):
    out = BytesIO()
    delimited.write(out, ["列1", "列2", "列3"], rows)
    text = out.getvalue().decode("utf-8-sig")
    read = list(csv.reader(StringIO(text, newline=""), strict=True))[1:]
    assert read == [[f"'{t}" if texts.is_live(t) else t for t in row] for row in wanted(rows)]
    assert [text for text in chain.from_iterable(read) if texts.is_live(text)] == []


def test_numbers_stay_whole():
    row = ["130283201703070027", "02260123450001", "13931520000"]
    assert by_calamine(book([row]))[1] == row


def test_the_longest_text_fits_and_a_longer_one_is_refused_not_cut():
    fits = "长" * texts.MOST_IN_A_CELL
    assert by_calamine(book([[fits, "", ""]]))[1][0] == fits
    with pytest.raises(texts.TooLong) as refused:
        book([["a", "b", "c"], ["a", f"{fits}x", ""]])
    assert (refused.value.row, refused.value.column) == (3, 2)


def test_a_rare_character_counts_twice_as_in_excel():
    half = texts.MOST_IN_A_CELL // 2
    assert by_calamine(book([["𠮷" * half, "", ""]]))[1][0] == "𠮷" * half
    with pytest.raises(texts.TooLong):
        book([["𠮷" * (half + 1), "", ""]])


def test_rows_beyond_a_sheet_are_refused(monkeypatch):
    monkeypatch.setattr(writer, "MOST_ROWS", 4)
    assert len(by_calamine(book([["a", "b", "c"]] * 3))) == 4
    with pytest.raises(TooMuch):
        book([["a", "b", "c"]] * 4)


def test_equal_rows_make_equal_files():
    rows = [["张三", "", "=1"]] * 3
    assert book(rows) == book(iter(rows))


def test_the_header_is_printed_on_every_page_of_a4_across_with_its_number():
    made = sheet(title="一年级名册", notes=["清泉小学　2026-09-01"], foot="A&B 打印")
    page = load_workbook(BytesIO(book([["a", "b", "c"]], made))).active
    assert page.print_title_rows == "$3:$3"
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)
    assert page.oddFooter.left.text == "A&&B 打印"
    assert page.oddFooter.right.text == "第 &P 页，共 &N 页"
    assert page.freeze_panes == "A4"
    assert [str(merged) for merged in page.merged_cells.ranges] == ["A1:C1", "A2:C2"]
    assert [page["A1"].value, page["A2"].value, page["B3"].value] == [
        "一年级名册",
        "清泉小学　2026-09-01",
        "列2",
    ]


def test_a_sheet_is_written_piece_by_piece_and_each_part_is_well_formed(monkeypatch):
    monkeypatch.setattr(writer, "PIECE", 100)
    data = book([[f"张{number}", "<&>", ""] for number in range(50)])
    assert [row[0] for row in by_calamine(data)[1:]] == [f"张{number}" for number in range(50)]
    assert ZipFile(BytesIO(data)).testzip() is None


def test_columns_go_on_behind_z():
    assert [writer.column_letter(n) for n in (1, 26, 27, 52, 703)] == ["A", "Z", "AA", "AZ", "AAA"]


def test_a_row_is_as_high_as_its_longest_text_takes_in_its_column():
    rows = [["王一", "x"], ["阿卜杜热合曼·阿卜杜热西提", "x"], ["王一", "二\n行"], ["王一", "x"]]
    sheet = Sheet(name="名册", headers=["姓名", "备注"], widths=[10, 12])
    out = BytesIO()
    writer.write(out, sheet, rows)
    book = load_workbook(BytesIO(out.getvalue())).active
    heights = [book.row_dimensions[number].height for number in range(1, 6)]
    assert heights == [None, None, 3 * writer.LINE, 2 * writer.LINE, None]
