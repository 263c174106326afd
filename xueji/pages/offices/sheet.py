"""A list of offices or places as it is pasted or uploaded: columns by their heads, in any order."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import IO

from xueji.establishment.rules import USUAL, NewOffice, StageFacts
from xueji.establishment.services.divisions import NewDivision
from xueji.excel import apart, refusals
from xueji.excel.cells import FAULT, FORMULA, NUMBER, SERIALS, Cell, counted_day
from xueji.excel.reading import Table
from xueji.excel.refusals import Unreadable
from xueji.excel.saved_text import decoded, is_text
from xueji.identity.problems import Problem
from xueji.organisations.models import Area, Level, SchoolKind, StageName
from xueji.students.reading import FLAGS, day

MOST = 1000  # rows at once
LARGEST = 2 * 1024 * 1024
PATIENCE = 20.0  # seconds: somebody waits for the page
OFFICES = (
    "级别",
    "名称",
    "上级",
    "学校代码",
    "学校标识码",
    "办学类型",
    "城乡",
    "学段学制",
    "指定借读",
    "乡镇代码",
    "设立日期",
)
DIVISIONS = ("代码", "名称")
COLUMNS = {"offices": OFFICES, "divisions": DIVISIONS}
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # how xlsx and xls begin
LEVELS = {"中心校": Level.CENTRE, "学校": Level.SCHOOL}
EXAMPLES = {
    "offices": "级别,名称,上级,学校代码,学校标识码,学段学制\n"
    "学校,某某小学,某某镇中心校,045,3130283045,小学6",
    "divisions": "代码,名称\n130283103000,建昌营镇\n130283103227,军屯村",
}
HAN = "一二三四五六七八九十"
_STAGE = re.compile(rf"(小学|初中|高中)(?:([1-9]\d?|[{HAN}])(?:年制?)?)?")
_STAGES = re.compile(rf"(?:{_STAGE.pattern}[+、,;]?)*")
BLANK = " \t,，"
DIRECT = "直属"
PASTE = "请选 xlsx、xls 或 csv，或直接复制、粘贴。"
BEYOND = Problem("beyond", "这一行比列名多出内容。", "请核对是不是错了列，或补上列名。")


@dataclass
class Line:
    """One row of the list: its place, its cells, what it says, what is wrong with it."""

    place: int
    cells: dict[str, str]
    row: NewOffice | NewDivision
    problems: list[Problem] = field(default_factory=list)


def text_of(file: IO[bytes], what: str) -> str:
    """A workbook or a csv file as text."""
    raw = file.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise Unreadable("文件超过 2 MB。请分成几份。")
    try:
        if raw.startswith(WORKBOOKS):
            return _of_workbook(raw, what)
        if raw and not is_text(raw):
            raise Unreadable(refusals.UNKNOWN)
        return decoded(raw)
    except Unreadable as why:
        raise Unreadable(str(why).replace(refusals.TEMPLATE, PASTE)) from None


def _of_workbook(raw: bytes, what: str) -> str:
    """Its table as it would be pasted; a child process parses it."""
    table, rows = apart.read(raw, COLUMNS[what], patience=PATIENCE)
    lines = [table.header]
    lines += [{at: _said(cell, at, table) for at, cell in cells.items()} for _, cells in rows]
    columns = sorted(table.header)
    return "\n".join("\t".join(_one_line(line.get(c, "")) for c in columns) for line in lines)


def _said(cell: Cell, column: int, table: Table) -> str:
    """A cell as it would be pasted: a day as a day, nothing that is only a formula."""
    kind, text = cell
    if kind in (FAULT, FORMULA):
        raise Unreadable("表里有公式或错误值，读不出内容。请复制、只粘贴数值，再上传。")
    is_day = kind == NUMBER and table.header.get(column) == "设立日期"
    if is_day and text.isdigit() and int(text) in SERIALS:
        return counted_day(int(text), epoch_1904=table.epoch_1904).isoformat()
    return text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def read(text: str, what: str, *, county: str) -> list[Line]:
    """The rows of the list; Unreadable where it has no heads or is too long."""
    rows = _records(text)
    if not rows:
        return []
    known = COLUMNS[what]
    heads = [cell.strip() for cell in rows[0][1]]
    _require_heads(heads, known)
    if len(rows) - 1 > MOST:
        raise Unreadable(f"一次最多 {MOST} 行，这里有 {len(rows) - 1} 行，没有加。请分几次。")
    found = []
    for place, row in rows[1:]:
        cells = dict(zip(heads, map(_one_line, row), strict=False))
        line = _office(place, cells, county) if what == "offices" else _division(place, cells)
        if any(cell.strip() for cell in row[len(heads) :]):
            line.problems.append(BEYOND)
        found.append(line)
    if "上级" in heads:
        _ask_for_centres(found, county)
    return found


def _records(text: str) -> list[tuple[int, list[str]]]:
    """The rows with their places; blank ones have a place and are left out."""
    plain = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    first = next((line for line in plain.splitlines() if line.strip(BLANK)), "")
    separator = next((sign for sign in "\t,，" if sign in first), ",")
    reader, place, found = csv.reader(StringIO(plain), delimiter=separator, strict=True), 0, []
    try:
        for place, row in enumerate(reader, start=1):
            if any(cell.strip(BLANK) for cell in row):
                found.append((place, row))
    except csv.Error:
        raise Unreadable(
            f"第 {place + 1} 行读不懂：引号没有成对、引号后面还有字，或一格太长。"
            "请改正这一行，再核对。"
        ) from None
    return found


def _require_heads(heads: Sequence[str], known: Sequence[str]) -> None:
    if "名称" not in heads:
        raise Unreadable(f"第一行要有列名。认得的列名：{'、'.join(known)}；次序随意。")
    strange = [head for head in heads if head and head not in known]
    if strange:
        raise Unreadable(
            f"不认得的列名：{'、'.join(strange[:5])[:60]}。认得的：{'、'.join(known)}。"
        )
    if twice := next((head for head in heads if head and heads.count(head) > 1), ""):
        raise Unreadable(f"列名「{twice}」出现了两次，不知道读哪一列。请删去一列。")


def _ask_for_centres(lines: Sequence[Line], county: str) -> None:
    """A merged cell is blank in all rows but its first: the school would become an urban one."""
    above = ""
    for line in lines:
        typed = line.cells.get("上级", "")
        is_centre = line.cells.get("级别") == Level.CENTRE.label
        if typed or line.cells.get("城乡") or is_centre:
            above = typed if typed not in (county, DIRECT) else ""
        elif above:
            line.problems.append(
                Problem(
                    "parent",
                    "上级是空的，前面的行写着；合并过的单元格只有第一行有内容。",
                    f"请逐行填写；县直属的填 {county}。",
                    field="parent",
                )
            )


def _division(place: int, cells: dict[str, str]) -> Line:
    return Line(place, cells, NewDivision(_plain(cells.get("代码", "")), cells.get("名称", "")))


def _office(place: int, cells: dict[str, str], county: str) -> Line:
    problems = []
    level = LEVELS.get(cells.get("级别", "") or "学校")
    if level is None:
        problems.append(Problem("level", "级别读不懂。", "请填 中心校 或 学校。", field="level"))
    opened = cells.get("设立日期", "")
    if opened and day(opened) is None:
        problems.append(
            Problem("day", "设立日期读不懂。", "请写成 2026-09-01 这样。", field="opened_on")
        )
    designated = FLAGS.get(cells.get("指定借读", "").lower())
    if designated is None:
        problems.append(
            Problem("flag", "指定借读只能填是或否。", "请填「是」或「否」。", field="designated")
        )
    parent = cells.get("上级", "")
    row = NewOffice(
        place=place,
        level=level or Level.SCHOOL,
        name=cells.get("名称", ""),
        parent="" if parent in (county, DIRECT) else parent,
        division_code=_plain(cells.get("乡镇代码", "")),
        code=_plain(cells.get("学校代码", "")),
        identifier=_plain(cells.get("学校标识码", "")),
        kind=_code(SchoolKind, cells.get("办学类型", ""), SchoolKind.ORDINARY),
        area=_code(Area, cells.get("城乡", ""), _area(parent, county)),
        designated=bool(designated),
        stages=stages_of(cells.get("学段学制", "")),
        opened_on=day(opened) if opened else None,
    )
    return Line(place, cells, row, problems)


def _area(parent: str, county: str) -> str:
    return Area.URBAN if parent in ("", county, DIRECT) else Area.TOWNSHIP


def _plain(code: str) -> str:
    """Digits as they are on any keyboard."""
    return unicodedata.normalize("NFKC", code)


def _code(choices, text: str, empty: str) -> str:
    """The code of a name or a code; what is neither stays as typed, for the rules to refuse."""
    names = {label: value for value, label in choices.choices}
    return names.get(text, text) if text else empty


def stages_of(text: str) -> tuple[StageFacts, ...] | None:
    """``小学5+初中4``: each stage begins after the one before it; None where a part is not read."""
    typed = "".join(_plain(text).split())
    if not _STAGES.fullmatch(typed):
        return None
    labels = {stage.label: stage.value for stage in StageName}
    found: list[StageFacts] = []
    for label, years in _STAGE.findall(typed):
        stage = StageName(labels[label])
        first, usual = USUAL[stage]
        if found and found[-1].first + found[-1].years in (first - 1, first):
            first = found[-1].first + found[-1].years
        found.append(StageFacts(stage.value, first, _years(years) or usual))
    return tuple(found)


def _years(typed: str) -> int:
    return HAN.index(typed) + 1 if typed and typed in HAN else int(typed or 0)


def offices(lines: Sequence[Line]) -> list[NewOffice]:
    return [line.row for line in lines if isinstance(line.row, NewOffice)]


def divisions(lines: Sequence[Line]) -> list[NewDivision]:
    return [line.row for line in lines if isinstance(line.row, NewDivision)]


def attach(lines: Sequence[Line], problems: Sequence[Sequence[Problem]]) -> None:
    for line, found in zip(lines, problems, strict=True):
        line.problems += found
