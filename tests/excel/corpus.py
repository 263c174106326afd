"""Hostile and odd workbooks, made by this script, each with the verdict that it must get.

A verdict is the beginning of the refusal, or the number of rows that are read.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.workbook.protection import WorkbookProtection

from xueji.excel import gate, reading, refusals

LABELS = ("姓名", "身份证件号", "性别", "民族", "出生日期")
ROW = ("王小明", "130283202003170014", "男", "汉族", "2020-03-17")


@dataclass(frozen=True)
class Sample:
    """One file: its bytes and what must become of it."""

    name: str
    data: bytes
    verdict: str | int


_MAKERS: list[Callable[[], Iterator[Sample]]] = []


def makes(maker: Callable[[], Iterator[Sample]]) -> Callable[[], Iterator[Sample]]:
    _MAKERS.append(maker)
    return maker


def corpus() -> list[Sample]:
    return [sample for maker in _MAKERS for sample in maker()]


def book(rows: int = 2, **more: object) -> bytes:
    """A good workbook; ``above`` are lines before the header."""
    made = Workbook()
    sheet = made.active
    for line in more.get("above", ()):
        sheet.append([line])
    sheet.append(list(more.get("labels", LABELS)))
    for _ in range(rows):
        sheet.append(list(more.get("row", ROW)))
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(contents: dict[str, bytes], *, level: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", level) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str, *, head: str = "", more: str = "") -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<worksheet xmlns="{space}">{more}'
        f"<sheetData>{rows}</sheetData></worksheet>"
    ).encode()


def cells(row: int, texts: tuple[str, ...]) -> str:
    inside = "".join(
        f'<c r="{chr(65 + n)}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        for n, text in enumerate(texts)
    )
    return f'<row r="{row}">{inside}</row>'


GOOD_ROWS = cells(1, LABELS) + cells(2, ROW)


def with_sheet(xml: bytes) -> bytes:
    return packed(parts(book()) | {"xl/worksheets/sheet1.xml": xml})


def _start(sentence: str) -> str:
    return sentence.partition("。")[0].partition("{")[0]


@makes
def good() -> Iterator[Sample]:
    yield Sample("plain", book(), 2)
    yield Sample("header in row 10", book(above=["说明"] * 9), 2)
    yield Sample("starred header", book(labels=["★姓名", "身份证件号 *", *LABELS[2:]]), 2)
    yield Sample("inline strings", with_sheet(sheet_xml(GOOD_ROWS)), 1)
    yield Sample(
        "dimension too large",
        with_sheet(sheet_xml(GOOD_ROWS, more='<dimension ref="A1:XFD1048576"/>')),
        1,
    )
    yield Sample(
        "dimension too small", with_sheet(sheet_xml(GOOD_ROWS, more='<dimension ref="A1"/>')), 1
    )
    empty = "".join(f'<row r="{n}"/>' for n in range(3, 200_003))
    yield Sample("200,000 empty rows", with_sheet(sheet_xml(GOOD_ROWS + empty)), 1)
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 50_003))
    yield Sample("50,000 rows of styles alone", with_sheet(sheet_xml(GOOD_ROWS + blank)), 1)
    far = '<row r="1048576"><c r="A1048576" t="inlineStr"><is><t> </t></is></c></row>'
    yield Sample("a blank in the last row", with_sheet(sheet_xml(GOOD_ROWS + far)), 1)
    made = Workbook()
    made.active.append(["随便"])
    second = made.create_sheet("名单")
    second.append(list(LABELS))
    second.append(list(ROW))
    yield Sample("list on the second sheet", saved(made), 1)
    made = Workbook()
    made.active.append(list(LABELS))
    made.active.append(["王小明", "=1+1", "男", "汉族", "2020-03-17"])
    yield Sample("formula without result", saved(made), 1)
    made = Workbook()
    made.active.append(list(LABELS))
    made.active.append(list(ROW))
    made.active.merge_cells("A2:B2")
    made.security = WorkbookProtection(workbookPassword="1234", lockStructure=True)
    yield Sample("merged cells, locked structure", saved(made), 1)
    yield Sample("xlsx named anything", book(1), 1)


@makes
def not_a_workbook() -> Iterator[Sample]:
    yield Sample("empty", b"", _start(refusals.EMPTY))
    yield Sample("csv", "姓名,性别\n王小明,男\n".encode(), _start(refusals.TEXT))
    yield Sample("csv in GBK", "姓名,性别\n王小明,男\n".encode("gbk"), _start(refusals.TEXT))
    yield Sample("html", b"<html><table><tr><td>1</td></tr></table>", _start(refusals.WEB_PAGE))
    yield Sample(
        "html in UTF-16", "\ufeff<html><table>".encode("utf-16"), _start(refusals.WEB_PAGE)
    )
    yield Sample(
        "XML of 2003",
        b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">',
        _start(refusals.XML_2003),
    )
    yield Sample("pdf", b"%PDF-1.7\n...", _start(refusals.PICTURE))
    yield Sample("jpeg", b"\xff\xd8\xff\xe0....", _start(refusals.PICTURE))
    yield Sample("png", b"\x89PNG\r\n\x1a\n....", _start(refusals.PICTURE))
    yield Sample("rar", b"Rar!\x1a\x07\x00....", _start(refusals.ARCHIVE))
    yield Sample("gzip", b"\x1f\x8b\x08....", _start(refusals.ARCHIVE))
    yield Sample("program", b"MZ\x90\x00....", _start(refusals.PROGRAM))
    yield Sample("random", bytes(range(256)) * 8, _start(refusals.UNKNOWN))
    yield Sample(
        "word",
        packed({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<d/>"}),
        _start(refusals.WORD),
    )
    yield Sample("ods", packed({"mimetype": b"ods", "content.xml": b"<d/>"}), _start(refusals.ODS))
    yield Sample(
        "xlsb",
        packed({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"1"}),
        _start(refusals.BINARY),
    )
    yield Sample(
        "zip with a workbook in it", packed({"名单.xlsx": book()}), _start(refusals.ARCHIVE)
    )


@makes
def broken() -> Iterator[Sample]:
    whole = book()
    for share in (1, 50, 90, 99):
        yield Sample(
            f"cut at {share} %", whole[: len(whole) * share // 100], _start(refusals.BROKEN)
        )
    wrong = bytearray(whole)
    at = whole.index(b"xl/worksheets/sheet1.xml") + 60
    wrong[at : at + 20] = b"\0" * 20
    yield Sample("packed bytes overwritten", bytes(wrong), _start(refusals.BROKEN))
    yield Sample("sheet is no XML", with_sheet(b"hello"), _start(refusals.BROKEN))
    yield Sample(
        "sheet breaks off", with_sheet(sheet_xml(GOOD_ROWS)[:-30]), _start(refusals.BROKEN)
    )
    wild = '<row r="2"><c r="A2" t="s"><v>99999</v></c></row>'
    yield Sample(
        "string that is not there",
        with_sheet(sheet_xml(cells(1, LABELS) + wild)),
        _start(refusals.BROKEN),
    )
    odd = '<row r="2"><c r="夏2" t="n"><v>1</v></c></row>'
    yield Sample(
        "cell without address",
        with_sheet(sheet_xml(cells(1, LABELS) + odd)),
        _start(refusals.BROKEN),
    )
    huge = '<row r="99999999999999999999"><c r="A1"><v>1</v></c></row>'
    yield Sample("row number beyond all", with_sheet(sheet_xml(huge)), _start(refusals.NO_HEADER))
    yield Sample(
        "no sheet at all",
        packed({n: c for n, c in parts(book()).items() if "sheet1" not in n}),
        _start(refusals.NO_HEADER),
    )


@makes
def bombs() -> Iterator[Sample]:
    zeros = b"<worksheet>" + b" " * (60 * gate.MEGABYTE)
    yield Sample("packs to a thousandth", with_sheet(zeros), _start(refusals.RATIO))
    many = {f"xl/media/{n}.txt": b"x" for n in range(600)}
    yield Sample("600 parts", packed(parts(book()) | many), _start(refusals.MEMBERS))
    noise = zlib.compress(b"1" * 10)
    stored = {f"xl/media/{n}.bin": noise * (gate.MEGABYTE) for n in range(20)}
    yield Sample("200 MB unpacked", packed(parts(book()) | stored), "文件")
    yield Sample("21 MB", b"PK" + b"\0" * (21 * gate.MEGABYTE), _start(refusals.TOO_LARGE))
    rows = cells(1, LABELS) + "".join(cells(n, ROW) for n in range(2, reading.MOST_ROWS + 3))
    yield Sample("20,001 rows", with_sheet(sheet_xml(rows)), _start(refusals.ROWS))
    far = '<row r="2"><c r="XFD2"><v>1</v></c></row>'
    yield Sample(
        "a figure in the last column", with_sheet(sheet_xml(cells(1, LABELS) + far)), "第 2 行"
    )


@makes
def doctored() -> Iterator[Sample]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts(book()).items():
            archive.writestr(name, content)
        # by another spelling, as the same name would warn
        archive.writestr("xl/worksheets/./sheet1.xml", sheet_xml(GOOD_ROWS))
    yield Sample("two sheets of one name", out.getvalue(), _start(refusals.DOUBLED))
    same = packed(parts(book()) | {"xl/worksheets/sheetX.xml": sheet_xml(GOOD_ROWS)})
    yield Sample(
        "the very same name twice",
        same.replace(b"sheetX.xml", b"sheet1.xml"),
        _start(refusals.DOUBLED),
    )
    yield Sample(
        "path upwards", packed(parts(book()) | {"../../etc/passwd": b"x"}), _start(refusals.PATHS)
    )
    yield Sample(
        "path from the root", packed(parts(book()) | {"/etc/passwd": b"x"}), _start(refusals.PATHS)
    )
    flagged = bytearray(book())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = flagged.find(mark)
        while at >= 0:
            flagged[at + offset] |= 1
            at = flagged.find(mark, at + 4)
    yield Sample("encrypted members", bytes(flagged), _start(refusals.ENCRYPTED))
    lies = bytearray(book())
    at = lies.find(b"PK\x01\x02")
    lies[at + 24 : at + 28] = struct.pack("<I", 1)
    yield Sample("a size that lies", bytes(lies), _start(refusals.BROKEN))


@makes
def active() -> Iterator[Sample]:
    yield Sample(
        "vbaProject.bin",
        packed(parts(book()) | {"xl/vbaProject.bin": b"x"}),
        _start(refusals.MACROS),
    )
    types = parts(book())["[Content_Types].xml"].replace(
        b"spreadsheetml.sheet.main", b"macroEnabled.main"
    )
    yield Sample(
        "xlsm renamed",
        packed(parts(book()) | {"[Content_Types].xml": types}),
        _start(refusals.MACROS),
    )
    for folder, why in (
        ("xl/macrosheets/sheet1.xml", refusals.MACROS),
        ("xl/activeX/activeX1.bin", refusals.ACTIVE),
        ("xl/embeddings/oleObject1.bin", refusals.NESTED),
        ("xl/embeddings/名单.docx", refusals.NESTED),
        ("xl/externalLinks/externalLink1.xml", refusals.EXTERNAL),
        ("xl/connections.xml", refusals.EXTERNAL),
        ("xl/queryTables/queryTable1.xml", refusals.EXTERNAL),
    ):
        yield Sample(folder, packed(parts(book()) | {folder: b"<x/>"}), _start(why))
    relation = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://x/image" Target="http://127.0.0.1:9999/a.png" '
        b'TargetMode="External"/></Relationships>'
    )
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    yield Sample(
        "picture from outside", packed(parts(book()) | {rels: relation}), _start(refusals.EXTERNAL)
    )
    link = relation.replace(b"http://x/image", b"http://x/hyperlink")
    yield Sample("a link to click on", packed(parts(book()) | {rels: link}), 2)


@makes
def entities() -> Iterator[Sample]:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]>'
    yield Sample(
        "billion laughs", with_sheet(sheet_xml(GOOD_ROWS, head=bomb)), _start(refusals.ENTITIES)
    )
    outside = '<!DOCTYPE worksheet [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    yield Sample(
        "entity of a file",
        with_sheet(sheet_xml(GOOD_ROWS, head=outside)),
        _start(refusals.ENTITIES),
    )
    late = "<!--" + "x" * 10_000 + "-->" + outside
    yield Sample(
        "entity behind a long comment",
        with_sheet(sheet_xml(GOOD_ROWS, head=late)),
        _start(refusals.ENTITIES),
    )
    wide = sheet_xml(GOOD_ROWS, head=outside).decode().replace("UTF-8", "UTF-16")
    yield Sample("entity in UTF-16", with_sheet(wide.encode("utf-16")), _start(refusals.ENTITIES))
    core = b'<!DOCTYPE x [<!ENTITY y "1">]><x>&y;</x>'
    yield Sample(
        "entity in another part",
        packed(parts(book()) | {"docProps/core.xml": core}),
        _start(refusals.ENTITIES),
    )


@makes
def old_form() -> Iterator[Sample]:
    start = gate.OLE + b"\0" * 504
    name = lambda text: text.encode("utf-16-le")  # noqa: E731
    yield Sample("xls that breaks off", start + name("Workbook"), _start(refusals.BROKEN))
    yield Sample(
        "xls with macros", start + name("Workbook") + name("_VBA_PROJECT"), _start(refusals.MACROS)
    )
    yield Sample("encrypted xlsx", start + name("EncryptedPackage"), _start(refusals.ENCRYPTED))
    yield Sample("doc", start + name("WordDocument"), _start(refusals.WORD))
    yield Sample("msi", start + name("Something"), _start(refusals.UNKNOWN))


@makes
def odd_headers() -> Iterator[Sample]:
    yield Sample("no header", book(labels=["甲", "乙"]), _start(refusals.NO_HEADER))
    yield Sample("header in row 11", book(above=["说明"] * 10), _start(refusals.NO_HEADER))
    yield Sample("header alone", book(rows=0), 0)
    made = Workbook()
    for name in ("一班", "二班"):
        sheet = made.create_sheet(name)
        sheet.append(list(LABELS))
        sheet.append(list(ROW))
    yield Sample("pupils on two sheets", saved(made), "「一班」和「二班」两张工作表都写着学生")
    made["二班"].delete_rows(2)
    yield Sample("pupils on one of two sheets", saved(made), 1)
    made["二班"].append(["李老师", "130283198003170014"])
    made["二班"].delete_cols(3, 9)
    yield Sample("a second sheet of other people", saved(made), 1)
