"""From the cells of a workbook to typed rows: every spelling that is common, nothing guessed."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from enrollment.excel.columns import (
    EXAMPLE,
    KNOWN_HEADERS,
    REQUIRED,
    SEEN,
    Column,
    Kind,
    plain,
)
from enrollment.services.batch.rows import NO_PUPIL, Entry, Fate, Fault
from enrollment.services.check import Context
from xueji.excel import apart
from xueji.excel.cells import (
    DAY,
    FAULT,
    FORMULA,
    NUMBER,
    SERIALS,
    TRUTH,
    Cell,
    Rows,
    counted_day,
)
from xueji.excel.reading import Table
from xueji.excel.refusals import TWO_HEADERS, Unreadable
from xueji.organisations.models import grade_name
from xueji.students import unknown_class
from xueji.students.reading import day

MARK = re.compile(r"模板第\s*(\d+)\s*版.*?学校编号\s*(\d+)")
MOST_KEPT = 500
MOST_NAMED = 30  # columns in one sentence
KEPT_DIGITS = 15  # Excel keeps no more of a number
YES = frozenset("1 是 有 对 齐 y yes true √ ✓ ✔ ☑ 已核验 已验 已看 已看原件".split())
NO = frozenset("0 否 无 没有 n no false × ✗ ☐ 未核验 未验 缺".split()) | {""}
_SCIENTIFIC = re.compile(r"\d(\.\d+)?[Ee]\+?\d{1,2}")
_MASKED = re.compile(r"\w*\*{4,}\w*", re.ASCII)
_HOURS = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?$")
_MONTH = re.compile(r"(\d{4})[-./年]?(\d{1,2})月?")
_INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060\ufeff\u00ad]")
_CLASS = re.compile(r"(\D*?)(?:年级)?\(?(\d{1,2})\)?班?")
WIDTHS = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code).isalnum()} | {
    0x3000: " ",
    0xA0: " ",
}
_BEFORE = re.compile(r"^[\s']+")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")  # no database keeps it
_ODD = re.compile(  # most cells: none
    f"{_INVISIBLE.pattern[:-1]}{_NO_TEXT.pattern[1:-1]}{''.join(map(chr, WIDTHS))}]"
)

MISSING = "表头里缺少这些必填的列：{labels}。请用下载的模板填写，或补上这些列（列名照写），再上传。"
UNKNOWN = "表里这些列没有认出来：{labels}。其中有的，把列名改得一样就行。"
OF_ANOTHER = (
    "这份表是从另一所学校的模板填的（学校编号 {number}）。请下载本校的模板，把数据粘贴过来再上传。"
)
# how lines begin that people write below a list
NOTE = re.compile(r"[合总小共]\s*计|填表|制表|审核|经办|负责人|校长|备注|说明|注[：:]")
WHAT = "这一行以「{said}」开头，不是一名学生。"
REMEDY = "合计、签名和说明请删去，或移到另一张工作表，再上传。"
LOST = Fault(
    "",
    "digits",
    "Excel 把这个号码当成了数，只保留前 15 位，末几位已经变成 0。",
    "请先把这一列设为“文本”格式，再照证件重新输入整个号码；只改格式补不回来。",
)
HALF = Fault("", "characters", "这一格里有显示不出的字。", "请删去后重新输入。")
MASKED = Fault(
    "",
    "masked",
    "这个号码中间是星号，不是完整的号码。",
    "请照证件填完整；从名册来的，导出时勾选“完整的证件号、电话和邮箱”。",
)


Headers = Mapping[str, Column]  # plain header → column


@dataclass
class Intake:
    """A workbook as read: which columns are known, which of them stands where, and its rows."""

    table: Table
    known: Headers
    columns: dict[int, Column]
    unknown: list[str]
    entries: list[Entry] = field(default_factory=list)

    def column_of(self, key: str) -> int:
        """Where the cell of a key stands; 0 where the workbook has no such column."""
        return next((place for place, column in self.columns.items() if column.key == key), 0)


def read(data: bytes, context: Context) -> Intake:
    """Every row below the header; Unreadable where the file as a whole cannot be taken."""
    intake, rows = opened(data, KNOWN_HEADERS, REQUIRED)
    require_own(intake.table, MARK, context.lineage.school.pk)
    classes = _classes(context)
    grades = {grade_name(grade): str(grade) for grade in context.grades}
    for entry in entries(intake, rows):
        _choose(entry, classes, grades, context)
        intake.entries.append(entry)
    return intake


def opened(data: bytes, known: Headers, required: Iterable[Column]) -> tuple[Intake, Rows]:
    """The table with its columns, and its rows to be read; Unreadable where one is missing."""
    table, rows = apart.read(data, list(known))
    return _columns(table, known, required), rows


def entries(intake: Intake, rows: Rows) -> Iterator[Entry]:
    """What each row says, cell by cell; the example of the template is passed over."""
    epoch_1904 = intake.table.epoch_1904
    # most cells of a column say what others say
    columns = [(place, column, Said()) for place, column in intake.columns.items()]
    for line, cells in rows:
        first = next(iter(cells.values()))[1].strip()
        entry = Entry(line, {})
        for place, column, said in columns:
            cell = cells.get(place)
            if cell is None:
                continue
            known = said.get(cell)
            if known is None:
                known = said.keep(cell, text_of(cell, column, epoch_1904=epoch_1904))
            text, fault = known
            if fault:
                entry.faults.append(Fault(column.key, *fault_parts(fault)))
            entry.row[column.key] = text
        if not (first.startswith(EXAMPLE) or entry.name.startswith(EXAMPLE)):
            if (note := NOTE.match(first)) and not entry.row.get("id_number"):
                what = WHAT.format(said=note[0])
                entry = Entry(line, entry.row, [Fault("name", NO_PUPIL, what, REMEDY)], Fate.FAULTY)
            yield entry


class Said(dict[Cell, tuple[str, Fault | None]]):
    """What cells of one column were found to say; of a column in which no two say the same, few."""

    def keep(self, cell: Cell, found: tuple[str, Fault | None]) -> tuple[str, Fault | None]:
        if len(self) < MOST_KEPT:
            self[cell] = found
        return found


def fault_parts(fault: Fault) -> tuple[str, str, str]:
    return fault.kind, fault.message, fault.remedy


def _columns(table: Table, known: Headers, required: Iterable[Column]) -> Intake:
    columns: dict[int, Column] = {}
    places: dict[str, int] = {}
    unknown = []
    for place, label in sorted(table.header.items()):
        column = known.get(plain(label))
        if column is None:
            unknown.append(label)
        elif column.key in places:
            first, second = letter(places[column.key]), letter(place)
            raise Unreadable(TWO_HEADERS.format(label=column.label, first=first, second=second))
        else:
            columns[place], places[column.key] = column, place
    strange = [label for label in unknown if label != "序号"]
    if lacking := [column.label for column in required if column.key not in places]:
        more = UNKNOWN.format(labels="、".join(strange[:MOST_NAMED])) if strange else ""
        raise Unreadable(MISSING.format(labels="、".join(lacking)) + more)
    return Intake(table, known, columns, strange)


def letter(place: int) -> str:
    """``28`` → AB."""
    text = ""
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text


def require_own(table: Table, mark: re.Pattern[str], own: int) -> None:
    """Raise Unreadable for a table whose mark above the header names another than ``own``."""
    for text in table.above:
        found = mark.search(text)
        if found and int(found[2]) != own:
            raise Unreadable(OF_ANOTHER.format(number=found[2]))


# -- one cell --------------------------------------------------------------------------------------
def text_of(cell: Cell, column: Column, *, epoch_1904: bool = False) -> tuple[str, Fault | None]:
    """What a cell says to the checks, or why it says nothing."""
    kind, text = cell
    if kind in (FAULT, FORMULA):
        what = f"单元格是错误值 {text[:10]}" if kind == FAULT else "单元格里的公式没有算出结果"
        return "", Fault("", "formula", f"{what}。", "请改为输入值，或把公式粘贴为数值。")
    if kind == TRUTH:
        return ("1" if text in ("1", "true") else "0"), None
    if _ODD.search(text):
        text = _INVISIBLE.sub("", text).translate(WIDTHS)
        if _NO_TEXT.search(text):
            return "", HALF
    text = text.strip()
    if column.kind != Kind.WORDS:
        text = _BEFORE.sub("", unicodedata.normalize("NFKC", text)).rstrip()
    if kind == NUMBER:
        return _number(text, column, epoch_1904)
    if column.kind == Kind.DIGITS and _SCIENTIFIC.fullmatch(text):
        return "", LOST
    if column.kind == Kind.DIGITS and _MASKED.fullmatch(text):
        return "", MASKED
    if column.kind in (Kind.DAY, Kind.MONTH):
        return (text if kind == DAY else _day(text, column)), None
    return _paper(text) if column.kind == Kind.PAPER else (text, None)


def _number(text: str, column: Column, epoch_1904: bool) -> tuple[str, Fault | None]:
    try:
        figure = Decimal(text)
    except InvalidOperation:
        return text, None
    if figure != figure.to_integral_value():
        return f"{float(figure):.10g}", None
    whole = f"{figure:.0f}"
    if column.kind in (Kind.DAY, Kind.MONTH):
        if int(whole) in SERIALS:
            return counted_day(int(whole), epoch_1904=epoch_1904).isoformat(), None
        return _day(whole, column), None
    if column.kind == Kind.DIGITS and len(whole) > KEPT_DIGITS:
        return "", LOST
    return _paper(whole) if column.kind == Kind.PAPER else (whole, None)


def _day(text: str, column: Column) -> str:
    """A day in ISO form where it can be read; else what stands there, for the checks to refuse."""
    text = _HOURS.sub("", text)
    if column.kind == Kind.MONTH and (found := _MONTH.fullmatch(text)):
        return f"{found[1]}-{int(found[2]):02d}-01" if 1 <= int(found[2]) <= 12 else text
    if text.isascii() and text.isdigit() and len(text) == 5:
        return counted_day(int(text)).isoformat()
    found_day = day("".join(text.split()))
    return found_day.isoformat() if found_day else text


def _paper(text: str) -> tuple[str, Fault | None]:
    word = text.lower()
    if word in YES or word in NO:
        return ("1" if word in YES else ""), None
    message = f"「{text[:20]}」看不出是否{SEEN}。"
    return "", Fault("", "unknown_code", message, "看过原件的填“是”，没有看到的空着。")


# -- what only the school knows --------------------------------------------------------------------
Classes = Sequence[tuple[int, str, str]]  # entry year, name, key


def _classes(context: Context) -> Classes:
    return [
        (row.entry_year, unicodedata.normalize("NFKC", str(row)), pk)
        for pk, row in context.classes.items()
    ]


def _choose(entry: Entry, classes: Classes, grades: Mapping[str, str], context: Context) -> None:
    """Names of grade and class → what the form has in their place; unknown ones stay as typed."""
    grade = entry.row.get("into_grade", "")
    entry.row["into_grade"] = grades.get(grade, grade)
    named = unicodedata.normalize("NFKC", entry.row.get("school_class", "")).replace(" ", "")
    if not named:
        return
    grade = entry.row["into_grade"] or str(context.grades[0])
    year = context.cohort(int(grade)) if grade in grades.values() else 0
    number = _CLASS.fullmatch(named)
    for entry_year, name, pk in classes:
        is_number = number and name.startswith(number[1]) and name.endswith(f"({int(number[2])})班")
        if entry_year == year and (name == named or is_number):
            entry.row["school_class"] = pk
            return
    entry.row["school_class"] = f"{unknown_class.MARK}{named}"
