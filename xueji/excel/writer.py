"""A workbook of one sheet of text, written as a stream: any number of rows in the same memory.

Every cell is an inline string in text format, so that numbers stay whole and nothing is a formula;
the same rows always give the same bytes. It prints on A4 across, with its header on every page.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import IO
from xml.sax.saxutils import escape

from xueji.excel import parts, texts

MOST_ROWS = 1_048_576  # of a sheet
MOST_BYTES = 2**31 - 1  # of a sheet inside an archive that every Excel opens
PIECE = 256 * 1024
KEPT_ROWS, LONGEST_KEPT = 1000, 40  # of so many rows the texts, of so many characters
LINE, HIGHEST = 14, 406  # points: of a line, and of a row in Excel
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


class _Kept:
    """Cells as they were written before: most cells of a column say what others say."""

    def __init__(self, widths: Sequence[float]) -> None:
        self.widths = widths
        self.long: set[str] = set()  # texts that take more than a line in a column of theirs
        self.tails = [_Tails(width, self.long) for width in widths]

    def forget(self) -> None:
        self.long.clear()
        for tails in self.tails:
            tails.clear()


class _Tails(dict[str, str]):
    """Of one column: the text, and what follows the place of its cell."""

    def __init__(self, width: float, long: set[str]) -> None:
        super().__init__()
        self.width, self.long = width, long

    def __missing__(self, text: str) -> str:
        if _lines(text, self.width) > 1:
            self.long.add(text)
        tail = _tail(_style(text), text) if text else _EMPTY
        if len(text) <= LONGEST_KEPT:
            self[text] = tail
        return tail


def _write_sheet(target: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[str]]) -> int:
    letters = [column_letter(number) for number in range(1, len(sheet.headers) + 1)]
    head = len(sheet.above) + 1
    pending = [parts.opening(sheet.widths, head), *_heads(sheet, letters)]
    held, written, number, kept = 0, 0, head, _Kept(sheet.widths)
    for number, row in enumerate(rows, start=head + 1):
        if number % KEPT_ROWS == 0:
            kept.forget()
        text = _row(number, letters, row, kept)
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


def _row(number: int, letters: Sequence[str], row: Sequence[str], kept: _Kept) -> str:
    if sum(map(len, row)) > texts.MOST_IN_A_CELL // 2:
        for column, text in enumerate(row, start=1):
            if texts.units(text) > texts.MOST_IN_A_CELL:
                raise texts.TooLong(number, column)
    at = str(number)
    cells = zip(letters, kept.tails, row, strict=True)
    line = [f'<c r="{letter}{at}{tails[text]}' for letter, tails, text in cells]
    height = "" if kept.long.isdisjoint(row) else _height(row, kept.widths)
    return f'<row r="{at}"{height}>{"".join(line)}</row>'


def _height(row: Sequence[str], widths: Sequence[float]) -> str:
    """Room for the lines that a text takes in its column; not every program finds it itself."""
    lines = max(ceil(_lines(text, width)) for text, width in zip(row, widths, strict=True))
    return f' ht="{min(lines * LINE, HIGHEST)}"' if lines > 1 else ""


def _lines(text: str, width: float) -> float:
    """In UTF-8 a digit has one byte, and a Chinese character, twice as wide, three."""
    wide = (len(text) + len(text.encode(errors="replace"))) / 2
    return wide / width + text.count("\n")


def _style(text: str) -> int:
    return parts.QUOTED if texts.is_live(text) else parts.TEXT


def _cell(place: str, style: int, text: str) -> str:
    return f'<c r="{place}{_tail(style, text)}'


def _tail(style: int, text: str) -> str:
    if style == parts.TEXT and not _CARE(text):
        return f"{_PLAIN}{text}</t></is></c>"
    kept = ' xml:space="preserve"' if _BLANKS.search(text) else ""
    return f'" s="{style}" t="inlineStr"><is><t{kept}>{_xml(text)}</t></is></c>'


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
