"""A workbook of one sheet of text, written as a stream: any number of rows in the same memory.

Every cell is an inline string in text format, so that numbers stay whole and nothing is a formula;
the same rows always give the same bytes. It prints on A4 across, with its header on every page.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape

from xueji.excel import parts, texts

MOST_ROWS = 1_048_576  # of a sheet
MOST_BYTES = 2**31 - 1  # of a sheet inside an archive that every Excel opens
PIECE = 256 * 1024
LEVEL = 1  # deflating harder takes three times as long for a tenth of the size
_PLAIN = f'" s="{parts.TEXT}" t="inlineStr"><is><t>'
_EMPTY = f'" s="{parts.TEXT}"/>'
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BLANKS = re.compile(r"^\s|\s$|\n|\t| {2}")
# what is written as it stands has none of these; a single class, because it is asked of every cell
_CARE = re.compile("[\\s&<>_=+\\-@＝＋－＠\x00-\x1f\ud800-\udfff\ufffe\uffff]").search
_SPECIAL = re.compile("[&<>\r_\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]").search
_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


class TooMuch(Exception):
    """More rows than a sheet holds; none of them may be left out."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands around the rows. Without ``title`` and ``notes`` the header is the first row."""

    name: str
    headers: Sequence[str]
    widths: Sequence[float]
    title: str = ""
    notes: Sequence[str] = ()
    foot: str = ""  # on every printed page, beside its number

    @property
    def above(self) -> list[str]:
        return [*([self.title] if self.title else []), *self.notes]


def write(out: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[str]]) -> int:
    """Write the workbook to ``out``, which need not be seekable; the number of rows written.

    Raises ``texts.TooLong`` or TooMuch, and what was written until then is no workbook.
    """
    name = _FORBIDDEN_IN_NAMES.sub("", texts.legible(sheet.name))[:31].strip() or "名册"
    head = len(sheet.above) + 1
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
        for path, text in parts.around(name, head):
            archive.writestr(_entry(path), text)
        with archive.open(_entry("xl/worksheets/sheet1.xml"), "w") as target:
            return _write_sheet(target, sheet, rows)


def _entry(path: str) -> zipfile.ZipInfo:
    """Without the time of day: equal rows make equal files."""
    entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _write_sheet(target: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[str]]) -> int:
    letters = [column_letter(number) for number in range(1, len(sheet.headers) + 1)]
    head = len(sheet.above) + 1
    pending = [parts.opening(sheet.widths, head), *_heads(sheet, letters)]
    held, written, number = 0, 0, head
    for number, row in enumerate(rows, start=head + 1):
        text = _row(number, letters, row)
        pending.append(text)
        held += len(text)
        if held >= PIECE:
            written += target.write("".join(pending).encode())
            pending, held = [], 0
            if number > MOST_ROWS or written > MOST_BYTES - 64 * PIECE:
                raise TooMuch
    if number > MOST_ROWS:
        raise TooMuch
    pending.append(parts.closing(letters[-1], head, number, _foot(sheet.foot)))
    target.write("".join(pending).encode())
    return number - head


def _heads(sheet: Sheet, letters: Sequence[str]) -> Iterator[str]:
    number = 0
    for number, text in enumerate(sheet.above, start=1):
        style = parts.TITLE if sheet.title and number == 1 else parts.NOTE
        height = ' ht="28" customHeight="1"' if style == parts.TITLE else ""
        yield f'<row r="{number}"{height}>{_cell(f"A{number}", style, text)}</row>'
    number += 1
    line = (
        _cell(f"{letter}{number}", parts.HEADER, text)
        for letter, text in zip(letters, sheet.headers, strict=True)
    )
    yield f'<row r="{number}">{"".join(line)}</row>'


def _row(number: int, letters: Sequence[str], row: Sequence[str]) -> str:
    if sum(map(len, row)) > texts.MOST_IN_A_CELL // 2:
        for column, text in enumerate(row, start=1):
            if texts.units(text) > texts.MOST_IN_A_CELL:
                raise texts.TooLong(number, column)
    line = [
        f'<c r="{letter}{number}{_EMPTY}'
        if not text
        else _cell(f"{letter}{number}", _style(text), text)
        if _CARE(text)
        else f'<c r="{letter}{number}{_PLAIN}{text}</t></is></c>'
        for letter, text in zip(letters, row, strict=True)
    ]
    return f'<row r="{number}">{"".join(line)}</row>'


def _style(text: str) -> int:
    return parts.QUOTED if texts.is_live(text) else parts.TEXT


def _cell(place: str, style: int, text: str) -> str:
    kept = ' xml:space="preserve"' if _BLANKS.search(text) else ""
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t{kept}>{_xml(text)}</t></is></c>'


def _xml(text: str) -> str:
    """As XML; a text that looks like Excel's own escapes (``_x0041_``) is kept as it is."""
    if not _SPECIAL(text):
        return text
    plain = _ESCAPED.sub("_x005F_", texts.legible(text))
    return escape(plain, {"\r": "&#13;"})


def _foot(text: str) -> str:
    """The words of the foot of a page: an ampersand begins a command there."""
    said = texts.legible(text).replace("&", "&&")[:180]
    return escape(f"&L{said}&R第 &P 页，共 &N 页" if said else "&R第 &P 页，共 &N 页")


def column_letter(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
