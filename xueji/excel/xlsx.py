"""Reading an .xlsx piece by piece with expat: flat in memory, no style asked, nothing evaluated."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from xml.parsers import expat

from xueji.excel import refusals
from xueji.excel.cells import DAY, FAULT, FORMULA, MOST_COLUMNS, NUMBER, TEXT, TRUTH, Cell, Rows
from xueji.excel.refusals import Unreadable

PIECE = 1 << 16
MOST_DIGITS = 7  # of the number of a row
BROKEN = (expat.ExpatError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError)
_LETTERS = re.compile("[A-Z]{1,3}")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# parts that openpyxl loses or changes when it writes the workbook anew
_FRAGILE = re.compile(
    r"^xl/(drawings/(?!.*\.vml$)|charts/|media/|pivot|slicers?/|timelines?/|threadedComments/"
    r"|persons/|model/|tables/|richData/|ink/|diagrams/)|^customXml/|^_xmlsignatures/"
)


class Xlsx:
    """The parts of a workbook that hold the texts and the rows."""

    def __init__(self, data: bytes) -> None:
        self.archive = zipfile.ZipFile(io.BytesIO(data))
        self.names = set(self.archive.namelist())
        self.strings: list[str] = []

    def sheets(self) -> Iterator[tuple[str, dict[str, bool], Callable[[], Rows]]]:
        found, relations, epoch = self._workbook()
        plain = not any(_FRAGILE.search(name) for name in self.names)
        more = {"epoch_1904": epoch, "is_plain": plain}
        for name, relation in found:
            part = relations.get(relation, "")
            if part in self.names:
                yield name, more, partial(self._rows, part)

    def _workbook(self) -> tuple[list[tuple[str, str]], dict[str, str], bool]:
        """Sheets as (name, relation), relation → part, and whether days count from 1904."""
        sheets: list[tuple[str, str]] = []
        relations: dict[str, str] = {}
        epoch = []

        def workbook(name: str, given: dict[str, str]) -> None:
            if name == "sheet":
                relation = next((v for k, v in given.items() if k.endswith(":id")), "")
                sheets.append((given.get("name", ""), relation))
            elif name == "workbookPr":
                epoch.append(given.get("date1904") in ("1", "true"))

        def relation(name: str, given: dict[str, str]) -> None:
            if name == "Relationship" and given.get("Type", "").endswith("/worksheet"):
                target = given.get("Target", "")
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                relations[given.get("Id", "")] = part
            elif name == "Relationship" and given.get("Type", "").endswith("/sharedStrings"):
                target = given.get("Target", "")
                self._strings(target.lstrip("/") if target.startswith("/") else f"xl/{target}")

        self._parse("xl/workbook.xml", start=workbook)
        if "xl/_rels/workbook.xml.rels" in self.names:
            self._parse("xl/_rels/workbook.xml.rels", start=relation)
        return sheets, relations, any(epoch)

    def _strings(self, part: str) -> None:
        if part not in self.names:
            return
        text: list[str] = []
        depth = {"t": False, "rPh": False}

        def start(name: str, given: dict[str, str]) -> None:
            if name == "si":
                text.clear()
            elif name in depth:
                depth[name] = True

        def end(name: str) -> None:
            if name == "si":
                self.strings.append("".join(text))
            elif name in depth:
                depth[name] = False

        def characters(data: str) -> None:
            if depth["t"] and not depth["rPh"]:
                text.append(data)

        self._parse(part, start=start, end=end, characters=characters)

    def _rows(self, part: str) -> Rows:
        taker = _SheetTaker(self.strings)
        parser = _parser(taker.start, taker.end, taker.characters)
        try:
            with self.archive.open(part) as stream:
                while piece := stream.read(PIECE):
                    parser.Parse(piece, False)
                    yield from taker.take()
                parser.Parse(b"", True)
            yield from taker.take()
        except BROKEN:
            raise Unreadable(refusals.BROKEN) from None

    def _parse(self, part: str, **handlers: Callable[..., None]) -> None:
        start, end = (_by_local_name(handlers.get(name, _nothing)) for name in ("start", "end"))
        parser = _parser(start, end, handlers.get("characters", _nothing))
        try:
            with self.archive.open(part) as stream:
                while piece := stream.read(PIECE):
                    parser.Parse(piece, False)
                parser.Parse(b"", True)
        except BROKEN:
            raise Unreadable(refusals.BROKEN) from None


def _nothing(*_: object) -> None:
    return None


def _by_local_name(handler: Callable[..., None]) -> Callable[..., None]:
    return lambda name, *given: handler(name.rpartition(":")[2], *given)


def _parser(
    start: Callable[..., None], end: Callable[..., None], characters: Callable[..., None]
) -> expat.XMLParserType:
    """A parser that refuses every definition."""

    def refuse(*_: object) -> None:
        raise Unreadable(refusals.ENTITIES)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    return parser


class _SheetTaker:
    """Takes cells from the events of a sheet; a cell or row without number follows the last."""

    def __init__(self, strings: list[str]) -> None:
        self.strings = strings
        self.done: list[tuple[int, dict[int, Cell]]] = []
        self.row = self.column = 0
        self.cells: dict[int, Cell] = {}
        self.kind, self.text, self.takes, self.formula = "", "", False, False
        self.spoken = False  # within what says how a text is read aloud

    def take(self) -> Rows:
        done, self.done = self.done, []
        return iter(done)

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self.column = _column(given["r"]) if "r" in given else self.column + 1
            self.kind, self.text, self.formula = given.get("t", "n"), "", False
        elif name in ("v", "t"):
            self.takes = not self.spoken
        elif name == "rPh":
            self.spoken = True
        elif name == "row":
            self.row = int(given["r"]) if "r" in given else self.row + 1
            self.column, self.cells = 0, {}
        elif name == "f":
            self.formula = True
        elif ":" in name:  # few prefix their elements; asked of every one it takes a tenth
            self.start(name.rpartition(":")[2], given)

    def characters(self, data: str) -> None:
        if self.takes:
            self.text += data

    def end(self, name: str) -> None:
        if name == "c":
            if self.text or self.formula:
                self._keep()
        elif name in ("v", "t"):
            self.takes = False
        elif name == "rPh":
            self.spoken = False
        elif name == "row":
            if self.cells:
                self.done.append((self.row, self.cells))
        elif ":" in name:
            self.end(name.rpartition(":")[2])

    def _keep(self) -> None:
        kind, text = self.kind, self.text
        if kind == "s":
            place = int(text) if text.isascii() and text.isdigit() else -1
            if not 0 <= place < len(self.strings):
                raise Unreadable(refusals.BROKEN)
            cell = (TEXT, self.strings[place])
        elif not text:
            cell = (FORMULA, "=")
        elif kind in ("inlineStr", "str"):
            cell = (TEXT, text)
        else:
            cell = ({"b": TRUTH, "e": FAULT, "d": DAY}.get(kind, NUMBER), text)
        if cell[0] == TEXT and "_x" in cell[1]:
            cell = (TEXT, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), cell[1]))
        if not cell[1].strip():
            return
        if self.column > MOST_COLUMNS:
            raise Unreadable(refusals.COLUMNS.format(row=self.row, limit=MOST_COLUMNS))
        self.cells[self.column] = cell


def _column(reference: str) -> int:
    """``AB12`` → 28; ValueError for anything else."""
    letters = reference.rstrip("0123456789")
    if not 0 < len(reference) - len(letters) <= MOST_DIGITS:
        raise ValueError(reference)
    return _number(letters)


@lru_cache(maxsize=MOST_COLUMNS)
def _number(letters: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise ValueError(letters)
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column
