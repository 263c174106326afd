"""A workbook of one sheet of text, written as a stream: any number of rows in the same memory.

Every cell is an inline string in text format, so that numbers stay whole and nothing is a formula;
the same rows always give the same bytes. It prints on A4 across, with its header on every page.
"""

import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from math import ceil
from typing import IO
from xml.sax.saxutils import escape

from xueji.excel import parts, texts

MOST_ROWS = 1_048_576  # of a sheet
MOST_BYTES = 2**31 - 1  # of a sheet inside an archive that every Excel opens
PIECE = 256 * 1024
KEPT_ROWS, LONGEST_KEPT = 1000, 40  # of so many rows the texts, of so many characters
LINE, HIGHEST = 14, 406  # points: of a line, and of a row in Excel
_ONE_LINE = repeat(1)
LEVEL = 1  # deflating harder takes three times as long for a tenth of the size
_PLAIN = f'" s="{parts.TEXT}" t="inlineStr"><is><t>'
_END = "</t></is></c>"
_EMPTY = f'" s="{parts.TEXT}"/>'
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_BLANKS = re.compile(r"^\s|\s$|\n|\t| {2}")
_MARKS = "&<>\r_\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_SPECIAL = re.compile(f"[{_MARKS}]").search
# most texts are neither live nor marked: one question for all of that, asked of every new text
_UNMARKED = re.compile(f"[^\\s=+\\-@＝＋－＠{_MARKS}][^\t\n{_MARKS}]*").fullmatch
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

    def __init__(self, widths: Sequence[float], letters: Sequence[str]) -> None:
        self.long: dict[str, int] = {}  # the lines of texts that take more than one
        first, *others = (f'<c r="{letter}' for letter in letters)
        self.first = first
        columns = enumerate(zip(widths, [*others, ""], strict=True), start=1)
        self.tails = [_Tails(column, *each, self.long) for column, each in columns]

    def forget(self) -> None:
        self.long.clear()
        for tails in self.tails:
            tails.clear()


class _Tails(dict[str, str]):
    """Of one column: the text, and all from the number of its cell to the number of the next."""

    def __init__(self, column: int, width: float, following: str, long: dict[str, int]) -> None:
        super().__init__()
        self.column, self.width, self.following, self.long = column, width, following, long
        self.end = _END + following
        # characters that fit on one line, as each is at most two wide, and into a cell
        self.short = min(width, texts.MOST_IN_A_CELL) / 2

    def __missing__(self, text: str) -> str:
        if len(text) > self.short or "\n" in text:
            self._measure(text)
        if _UNMARKED(text) and "  " not in text and not text[-1].isspace():
            tail = f"{_PLAIN}{text}{self.end}"
        else:
            tail = (_tail(_style(text), text) if text else _EMPTY) + self.following
        if len(text) <= LONGEST_KEPT:
            self[text] = tail
        return tail

    def _measure(self, text: str) -> None:
        """Remember how many lines it takes; ``texts.TooLong``, of no row, if no cell holds it."""
        if len(text) > texts.MOST_IN_A_CELL // 2 and texts.units(text) > texts.MOST_IN_A_CELL:
            raise texts.TooLong(0, self.column)
        if (lines := _lines(text, self.width)) > 1:
            self.long[text] = max(lines, self.long.get(text, 0))


def _write_sheet(target: IO[bytes], sheet: Sheet, rows: Iterable[Sequence[str]]) -> int:
    letters = [column_letter(number) for number in range(1, len(sheet.headers) + 1)]
    head = len(sheet.above) + 1
    pending = [parts.opening(sheet.widths, head), *_heads(sheet, letters)]
    held, written, number, kept = 0, 0, head, _Kept(sheet.widths, letters)
    with _beside(target) as write_on:
        for number, row in enumerate(rows, start=head + 1):
            if number % KEPT_ROWS == 0:
                kept.forget()
            text = _row(number, row, kept)
            pending.append(text)
            held += len(text)
            if held >= PIECE:
                piece = "".join(pending).encode()
                write_on(piece)
                written += len(piece)
                pending, held = [], 0
                if number > MOST_ROWS or written > MOST_BYTES - 64 * PIECE:
                    raise TooMuch
        if number > MOST_ROWS:
            raise TooMuch
        pending.append(parts.closing(letters[-1], head, number, _foot(sheet.foot)))
        write_on("".join(pending).encode())
    return number - head


@contextmanager
def _beside(target: IO[bytes]) -> Iterator[Callable[[bytes], None]]:
    """What writes a piece in a thread of its own: it is deflated while the next one is made."""
    with ThreadPoolExecutor(1) as thread:
        under_way: list[Future] = []

        def write_on(piece: bytes) -> None:
            if under_way:
                under_way.pop().result()
            under_way.append(thread.submit(target.write, piece))

        yield write_on
        for last in under_way:
            last.result()


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


def _row(number: int, row: Sequence[str], kept: _Kept) -> str:
    at = str(number)
    try:
        cells = [tails[text] for tails, text in zip(kept.tails, row, strict=True)]
    except texts.TooLong as found:
        raise texts.TooLong(number, found.column) from None
    # room for the lines that a text takes in its column; not every program finds it itself
    lines = max(map(kept.long.get, row, _ONE_LINE))
    height = f' ht="{min(lines * LINE, HIGHEST)}"' if lines > 1 else ""
    return f'<row r="{at}"{height}>{kept.first}{at}{at.join(cells)}</row>'


def _lines(text: str, width: float) -> int:
    """In UTF-8 a digit has one byte, and a Chinese character, twice as wide, three."""
    wide = (len(text) + len(text.encode(errors="replace"))) / 2
    return ceil(wide / width + text.count("\n"))


def _style(text: str) -> int:
    return parts.QUOTED if texts.is_live(text) else parts.TEXT


def _cell(place: str, style: int, text: str) -> str:
    return f'<c r="{place}{_tail(style, text)}'


def _tail(style: int, text: str) -> str:
    kept = ' xml:space="preserve"' if _BLANKS.search(text) else ""
    return f'" s="{style}" t="inlineStr"><is><t{kept}>{_xml(text)}{_END}'


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
