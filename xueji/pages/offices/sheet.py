"""A list of offices or places as it is pasted or uploaded: columns by their heads, in any order."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from typing import IO

from xueji.establishment.rules import USUAL, NewOffice, StageFacts
from xueji.establishment.services.divisions import NewDivision
from xueji.excel import apart
from xueji.excel.cells import FAULT, FORMULA, NUMBER, SERIALS, Cell, counted_day
from xueji.excel.reading import Table
from xueji.excel.refusals import Unreadable
from xueji.excel.saved_text import decoded
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
_STAGE = re.compile(r"(小学|初中|高中)\s*(\d{1,2})?")


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
    return _of_workbook(raw, what) if raw.startswith(WORKBOOKS) else decoded(raw)


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


def read(text: str, what: str) -> list[Line]:
    """The rows of the list; Unreadable where it has no heads or is too long."""
    lines = [line for line in text.replace("\0", "").splitlines() if line.strip(" \t,，")]
    if not lines:
        return []
    separator = "\t" if "\t" in lines[0] else ","
    rows = list(csv.reader(StringIO("\n".join(lines)), delimiter=separator))
    known = COLUMNS[what]
    heads = [cell.strip() for cell in rows[0]]
    if "名称" not in heads:
        raise Unreadable(f"第一行要有列名。认得的列名：{'、'.join(known)}；次序随意。")
    strange = [head for head in heads if head and head not in known]
    if strange:
        raise Unreadable(
            f"不认得的列名：{'、'.join(strange[:5])[:60]}。认得的：{'、'.join(known)}。"
        )
    if len(rows) - 1 > MOST:
        raise Unreadable(f"一次最多 {MOST} 行，没有加。请分几次。")
    found = []
    for place, row in enumerate(rows[1:], start=2):
        cells = dict(zip(heads, (cell.strip() for cell in row), strict=False))
        found.append(_office(place, cells) if what == "offices" else _division(place, cells))
    return found


def _division(place: int, cells: dict[str, str]) -> Line:
    return Line(place, cells, NewDivision(cells.get("代码", ""), cells.get("名称", "")))


def _office(place: int, cells: dict[str, str]) -> Line:
    problems = []
    level = LEVELS.get(cells.get("级别", "") or "学校")
    if level is None:
        problems.append(Problem("level", "级别读不懂。", "请填 中心校 或 学校。", field="level"))
    opened = cells.get("设立日期", "")
    if opened and day(opened) is None:
        problems.append(
            Problem("day", "设立日期读不懂。", "请写成 2026-09-01 这样。", field="opened_on")
        )
    row = NewOffice(
        level=level or Level.SCHOOL,
        name=cells.get("名称", ""),
        parent=cells.get("上级", ""),
        division_code=cells.get("乡镇代码", ""),
        code=cells.get("学校代码", ""),
        identifier=cells.get("学校标识码", ""),
        kind=_code(SchoolKind, cells.get("办学类型", ""), SchoolKind.ORDINARY),
        area=_code(Area, cells.get("城乡", ""), _area(cells)),
        designated=FLAGS.get(cells.get("指定借读", ""), False),
        stages=stages_of(cells.get("学段学制", "")),
        opened_on=day(opened) if opened else None,
    )
    return Line(place, cells, row, problems)


def _area(cells: Mapping[str, str]) -> str:
    return Area.TOWNSHIP if cells.get("上级") else Area.URBAN


def _code(choices, text: str, empty: str) -> str:
    """The code of a name or a code; what is neither stays as typed, for the rules to refuse."""
    names = {label: value for value, label in choices.choices}
    return names.get(text, text) if text else empty


def stages_of(text: str) -> tuple[StageFacts, ...]:
    """``小学5+初中4``: each stage begins after the one before it."""
    labels = {stage.label: stage.value for stage in StageName}
    found: list[StageFacts] = []
    for label, years in _STAGE.findall(text):
        stage = StageName(labels[label])
        first, usual = USUAL[stage]
        if found and found[-1].first + found[-1].years in (first - 1, first):
            first = found[-1].first + found[-1].years
        found.append(StageFacts(stage.value, first, int(years or usual)))
    return tuple(found)


def offices(lines: Sequence[Line]) -> list[NewOffice]:
    return [line.row for line in lines if isinstance(line.row, NewOffice)]


def divisions(lines: Sequence[Line]) -> list[NewDivision]:
    return [line.row for line in lines if isinstance(line.row, NewDivision)]


def attach(lines: Sequence[Line], problems: Sequence[Sequence[Problem]]) -> None:
    for line, found in zip(lines, problems, strict=True):
        line.problems += found
