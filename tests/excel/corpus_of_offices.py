"""What offices really send, and what only an attacker makes: more files with their verdicts."""

import io
import struct
import warnings
import zipfile
from collections.abc import Iterator

from openpyxl import Workbook

from tests.excel.corpus import (
    GOOD_ROWS,
    LABELS,
    ROW,
    Sample,
    _start,
    book,
    cells,
    makes,
    packed,
    parts,
    saved,
    sheet_xml,
    with_sheet,
)
from xueji.excel import gate, refusals

TABLE = "<table><tr><td>姓名</td><td>身份证件号</td></tr></table>"
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": (
        b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    ),
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
}


@makes
def named_xls() -> Iterator[Sample]:
    """Other programs' tables by the name .xls: none is guessed at, each is told how to save."""
    page = _start(refusals.WEB_PAGE)
    gbk = f'<html><head><meta charset="gb2312"></head>{TABLE}'.encode("gbk")
    yield Sample("table of a page in GBK", gbk, page)
    office = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel">{TABLE}'.encode()
    yield Sample("table of a page by Excel", office, page)
    yield Sample("page with XML's first line", f'<?xml version="1.0"?>{TABLE}'.encode(), page)
    yield Sample("page behind blank lines", f"\r\n\r\n  {TABLE}".encode("utf-8-sig"), page)
    parcel = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    yield Sample("page in one file (.mht)", parcel, page)
    text = _start(refusals.TEXT)
    lines = "姓名\t身份证件号\r\n王小明\t130283202003170014\r\n"
    yield Sample("text with tabs in GBK", lines.encode("gbk"), text)
    yield Sample("text of Excel's Unicode kind", lines.encode("utf-16"), text)
    yield Sample("csv with its mark", "姓名,性别\n".encode("utf-8-sig"), text)


@makes
def strict_and_odd() -> Iterator[Sample]:
    """Forms that few programs write and all standards allow."""
    strict = parts(book())
    for name, content in strict.items():
        for old, new in STRICT.items():
            content = content.replace(old, new)
        strict[name] = content
    yield Sample("strict OOXML", packed(strict), 2)
    prefixed = sheet_xml(GOOD_ROWS).decode().replace("<", "<x:").replace("<x:/", "</x:")
    prefixed = prefixed.replace("<x:?xml", "<?xml").replace("xmlns=", "xmlns:x=")
    yield Sample("every element with a prefix", with_sheet(prefixed.encode()), 1)
    bare = GOOD_ROWS.replace('<row r="1">', "<row>").replace('<row r="2">', "<row>")
    for letter in "ABCDE":
        bare = bare.replace(f' r="{letter}1"', "").replace(f' r="{letter}2"', "")
    yield Sample("rows and cells without numbers", with_sheet(sheet_xml(bare)), 1)
    rich = cells(1, LABELS) + cells(2, ROW).replace(
        "<is><t>王小明</t></is>", "<is><r><t>王</t></r><r><rPr><b/></rPr><t>小明</t></r></is>"
    )
    yield Sample("a name of two colours", with_sheet(sheet_xml(rich)), 1)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts(book()).items():
            with archive.open(name, "w", force_zip64=True) as part:
                part.write(content)
    yield Sample("64-bit ZIP", out.getvalue(), 2)
    tail = book() + b"\0" * 300
    yield Sample("zeros behind the end", tail, 2)
    cut = cells(1, tuple(f"{label[:1]}\n{label[1:]}" for label in LABELS)) + cells(2, ROW)
    yield Sample("line breaks in the header", with_sheet(sheet_xml(cut)), 1)
    fault = cells(1, LABELS) + '<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row>'
    yield Sample("an error for a name", with_sheet(sheet_xml(fault)), 1)


@makes
def hidden() -> Iterator[Sample]:
    """A hidden sheet is read as any other: of two lists neither is preferred."""
    made = Workbook()
    made.active.title = "去年"
    for name in ("去年", "今年"):
        sheet = made[name] if name in made.sheetnames else made.create_sheet(name)
        sheet.append(list(LABELS))
        sheet.append(list(ROW))
    made["去年"].sheet_state = "hidden"
    made.active = 1
    yield Sample(
        "a hidden list before the shown one", saved(made), "「去年」和「今年」两张工作表都写着学生"
    )
    made["去年"].delete_rows(1, 9)
    yield Sample("a hidden sheet without list first", saved(made), 1)
    chart = Workbook()
    chart.create_chartsheet("图")
    del chart["Sheet"]
    yield Sample("nothing but a chart", saved(chart), _start(refusals.NO_HEADER))


@makes
def larger_than_life() -> Iterator[Sample]:
    wide = "".join(f'<c t="inlineStr"><is><t>列{n}</t></is></c>' for n in range(16_384))
    yield Sample(
        "16,384 columns", with_sheet(sheet_xml(f'<row r="1">{wide}</row>')), "第 1 行在第 256 列"
    )
    claims = bytearray(book())
    at = claims.find(b"PK\x01\x02")
    claims[at + 24 : at + 28] = struct.pack("<I", 0xFFFFFFFF)
    yield Sample("a size of four gigabytes claimed", bytes(claims), _start(refusals.UNPACKED))
    deep = "<a>" * 200_000
    yield Sample("200,000 elements deep", with_sheet(deep.encode()), _start(refusals.BROKEN))
    long = cells(1, LABELS) + cells(2, ("王" * 3_000_000, *ROW[1:]))
    yield Sample("a name of nine megabytes", with_sheet(sheet_xml(long)), _start(refusals.RATIO))
    definition = b'<!DOCTYPE sst [<!ENTITY a "1"><!ENTITY b "&a;&a;">]><sst/>'
    strings = packed(parts(book()) | {"xl/sharedStrings.xml": definition})
    yield Sample("entities among the texts", strings, _start(refusals.ENTITIES))
    outside = '<!DOCTYPE worksheet SYSTEM "http://127.0.0.1:9999/x.dtd">'
    yield Sample(
        "a definition elsewhere",
        with_sheet(sheet_xml(GOOD_ROWS, head=outside)),
        _start(refusals.ENTITIES),
    )


@makes
def in_disguise() -> Iterator[Sample]:
    """Names within the ZIP that two programs read differently."""
    again = {"XL/Worksheets/Sheet1.xml": sheet_xml(GOOD_ROWS)}
    yield Sample("a name in capitals too", packed(parts(book()) | again), _start(refusals.DOUBLED))
    for name, path in (
        ("backslashes upwards", "..\\..\\windows\\x"),
        ("a drive", "C:/windows/x"),
        ("upwards in the middle", "xl/../../x"),
    ):
        yield Sample(name, packed(parts(book()) | {path: b"x"}), _start(refusals.PATHS))
    other = bytearray(book())
    at = other.find(b"xl/worksheets/sheet1.xml")
    other[at : at + 24] = b"xl/worksheets/sheet9.xml"
    yield Sample("two names for one part", bytes(other), _start(refusals.BROKEN))
    yield Sample("a program before the workbook", b"MZ" + book(), _start(refusals.PROGRAM))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile itself finds it odd
        out = io.BytesIO(book())
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("xl/workbook.xml", b"<workbook/>")
    yield Sample("a second table of contents", out.getvalue(), _start(refusals.DOUBLED))
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
    ole = gate.OLE + b"\0" * 504 + "Workbook".encode("utf-16-le") + name
    yield Sample("xls with a stream of macros", ole, _start(refusals.MACROS))
    dialog = packed(parts(book()) | {"xl/dialogsheets/sheet1.xml": b"<x/>"})
    yield Sample("a sheet of Excel 5", dialog, _start(refusals.MACROS))
    pages = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<d/>"}
    yield Sample("ods named xlsx", packed(pages, level=zipfile.ZIP_STORED), _start(refusals.ODS))
