"""What a file is and whether it may be opened at all, judged before anything of it is parsed."""

import codecs
import io
import posixpath
import re
import zipfile
import zlib
from enum import StrEnum
from xml.parsers import expat

from xueji.excel import refusals
from xueji.excel.refusals import Unreadable

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
MOST_UNPACKED = 200 * MEGABYTE
MOST_MEMBERS = 500
MOST_RATIO = 200  # a sheet of equal rows packs to a fiftieth
SMALL = MEGABYTE  # no ratio is asked of less
MOST_RELATIONS = 4 * MEGABYTE

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNATURES = (
    (b"%PDF-", refusals.PICTURE),
    (b"\xff\xd8\xff", refusals.PICTURE),
    (b"\x89PNG", refusals.PICTURE),
    (b"GIF8", refusals.PICTURE),
    (b"BM", refusals.PICTURE),
    (b"Rar!", refusals.ARCHIVE),
    (b"7z\xbc\xaf", refusals.ARCHIVE),
    (b"\x1f\x8b", refusals.ARCHIVE),
    (b"MZ", refusals.PROGRAM),
    (b"\x7fELF", refusals.PROGRAM),
    (b"#!", refusals.PROGRAM),
)
# folders and parts of a workbook that do more than hold a table
_PARTS = (
    (re.compile(r"(^|/)vbaProject|^xl/macrosheets/|^xl/dialogsheets/", re.IGNORECASE), "MACROS"),
    (re.compile(r"^xl/(activeX|ctrlProps)/", re.IGNORECASE), "ACTIVE"),
    (re.compile(r"^xl/embeddings/|\.(xlsx?|xlsm|zip|docx?|exe)$", re.IGNORECASE), "NESTED"),
    (re.compile(r"^xl/(externalLinks|queryTables|connections\.xml)", re.IGNORECASE), "EXTERNAL"),
)
_RELATION = re.compile(rb"<[^<>]*\bTargetMode\s*=\s*[\"']External[\"'][^<>]*>", re.IGNORECASE)
_MAY_BE_OUTSIDE = (b"/hyperlink", b"/attachedTemplate")
_MACRO_TYPES = (b"macroenabled", b"vbaproject")
_STREAMS = {name: name.encode("utf-16-le") for name in ("EncryptedPackage", "_VBA_PROJECT")}


class Form(StrEnum):
    XLSX = "xlsx"
    XLS = "xls"


def form_of(data: bytes) -> Form:
    """Whether the bytes are a workbook of either form that may be parsed; Unreadable says why."""
    form = claimed(data)
    (_require_plain if form == Form.XLSX else _require_plain_ole)(data)
    return form


def claimed(data: bytes) -> Form:
    """What the first bytes say the file is; nothing is opened. Unreadable for all else."""
    if not data:
        raise Unreadable(refusals.EMPTY)
    if len(data) > MOST_BYTES:
        raise Unreadable(refusals.TOO_LARGE.format(limit=MOST_BYTES / MEGABYTE))
    if data.startswith(b"PK"):
        return Form.XLSX
    if data.startswith(OLE):
        return Form.XLS
    for start, why in _SIGNATURES:
        if data.startswith(start):
            raise Unreadable(why)
    raise Unreadable(_of_text(data))


def _of_text(data: bytes) -> str:
    """What a file without signature is."""
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and b"<?xml" in head:
        return refusals.XML_2003
    if head.startswith((b"<", b"mime-version:")):
        return refusals.WEB_PAGE
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not is_wide and b"\0" in data[:4096].replace(b"\xff\xfe", b"")[:64]:
        return refusals.UNKNOWN
    return refusals.TEXT if any(mark in head for mark in (b",", b"\t", b";")) else refusals.UNKNOWN


def _require_plain(data: bytes) -> None:
    """Raise Unreadable unless the ZIP is a workbook with nothing but tables in it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _require_sizes(archive.infolist())
            _require_parts(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError):
        raise Unreadable(refusals.BROKEN) from None
    except (ValueError, RuntimeError, expat.ExpatError, zlib.error):
        raise Unreadable(refusals.BROKEN) from None


def _require_sizes(members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MOST_MEMBERS:
        raise Unreadable(refusals.MEMBERS.format(limit=MOST_MEMBERS))
    if any(member.flag_bits & 1 for member in members):
        raise Unreadable(refusals.ENCRYPTED)
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Unreadable(refusals.UNPACKED.format(limit=MOST_UNPACKED / MEGABYTE))
    for member in members:
        if member.file_size > max(SMALL, MOST_RATIO * member.compress_size):
            raise Unreadable(refusals.RATIO)
    names = [posixpath.normpath(member.filename.replace("\\", "/")).lower() for member in members]
    if len(set(names)) < len(names):
        raise Unreadable(refusals.DOUBLED)
    if any(name.startswith(("/", "..")) or ":" in name for name in names):
        raise Unreadable(refusals.PATHS)


def _require_parts(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise Unreadable(refusals.BINARY)
    if "xl/workbook.xml" not in names or "[Content_Types].xml" not in names:
        raise Unreadable(_what_else(names))
    for name in names:
        for part, why in _PARTS:
            if part.search(name):
                raise Unreadable(getattr(refusals, why))
    types = archive.read("[Content_Types].xml").lower()
    if any(mark in types for mark in _MACRO_TYPES):
        raise Unreadable(refusals.MACROS)
    for name in names:
        if name.endswith((".xml", ".rels", ".vml")):
            _require_no_definitions(archive, name)
        if name.endswith(".rels"):
            _require_inside(archive, name)


def _what_else(names: list[str]) -> str:
    if any(name.startswith("word/") for name in names):
        return refusals.WORD
    if "content.xml" in names and "mimetype" in names:
        return refusals.ODS
    return refusals.ARCHIVE if names else refusals.BROKEN


class _Reached(Exception):
    """The root element begins: no definition can follow."""


def _require_no_definitions(archive: zipfile.ZipFile, name: str) -> None:
    """Raise Unreadable where a part has a document type: the only place for entities."""

    def refuse(*_: object) -> None:
        raise Unreadable(refusals.ENTITIES)

    def reached(*_: object) -> None:
        raise _Reached

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler, parser.StartElementHandler = refuse, reached
    try:
        with archive.open(name) as part:
            while piece := part.read(4096):
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except _Reached:
        return


def _require_inside(archive: zipfile.ZipFile, name: str) -> None:
    """Raise Unreadable where a relation leads out of the file; a link to click on may."""
    with archive.open(name) as part:
        relations = part.read(MOST_RELATIONS + 1)
    if len(relations) > MOST_RELATIONS:
        raise Unreadable(refusals.UNPACKED.format(limit=MOST_RELATIONS / MEGABYTE))
    relations = relations.replace(b"\0", b"")  # as UTF-16 writes it
    for relation in _RELATION.findall(relations):
        if not any(kind in relation for kind in _MAY_BE_OUTSIDE):
            raise Unreadable(refusals.EXTERNAL)


def _require_plain_ole(data: bytes) -> None:
    """Raise Unreadable unless the compound file is a workbook of 97-2003 without macros."""
    if _STREAMS["EncryptedPackage"] in data:
        raise Unreadable(refusals.ENCRYPTED)
    if _STREAMS["_VBA_PROJECT"] in data:
        raise Unreadable(refusals.MACROS)
    if "WordDocument".encode("utf-16-le") in data:
        raise Unreadable(refusals.WORD)
    if not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        raise Unreadable(refusals.UNKNOWN)
