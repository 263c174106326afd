"""A list of numbers of other registers as it comes: pasted, as CSV, as a workbook; its template."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from xueji.excel import apart, template
from xueji.excel.cells import FAULT, FORMULA, NUMBER, SERIALS, Cell, counted_day
from xueji.excel.reading import HEADER_WITHIN, LEAST_KNOWN, Table, plain_label
from xueji.excel.refusals import EMPTY, TOO_LARGE, Unreadable
from xueji.excel.saved_text import decoded, is_text
from xueji.excel.template import Field

MOST = 2000  # lines at once
LONGEST, LONGEST_LINE = 200_000, 10_000  # characters of a list and of one of its lines
LARGEST = 2 * 1024 * 1024  # bytes of a file
PATIENCE = 20.0  # seconds: somebody waits for the page
FURTHEST = 10_000  # the last row that may say something
COLUMNS = {"number": "学号", "document": "身份证号", "starts": "起用日期", "ends": "停用日期"}
HEADS = {
    **{label: key for key, label in COLUMNS.items()},
    **dict.fromkeys(("学籍号", "外来学号", "原学号", "全国学籍号"), "number"),
    **dict.fromkeys(("身份证件号", "证件号"), "document"),
    **dict.fromkeys(("起", "起始日期"), "starts"),
    **dict.fromkeys(("止", "终止日期"), "ends"),
}
MUST = ("number", "document", "starts")
SEPARATORS = "\t,，;；"
SERIAL, EXAMPLE = "序号", "示例"

TOO_MANY = f"一次最多 {MOST} 行，没有登记。请分几次。"
TOO_LONG = "名单太长，请分几次登记。"
FAR = f"第 {FURTHEST} 行以后还有内容，中间多半是空行。请删去空行，或把名单复制到模板里。"
MORE = f"多于 {len(COLUMNS)} 列。只要{'、'.join(COLUMNS.values())}。"
LACKING = "表头里缺少这些列：{labels}。请用下载的模板填写，或补上这些列（列名照写）。"
DOUBLED = "表头里写{label}的不止一列。请只留原来登记的那一列，别的列删去或改名。"
LOST = (
    "Excel 把这一行的{label}当成了数，前面的 0 或末几位可能已经丢了。"
    "请先把这一列设为“文本”格式，再照证件、证明重新输入整个号码。"
)
NO_VALUE = "{label}是公式或错误值。请改为输入值，或把公式粘贴为数值。"


@dataclass(frozen=True, kw_only=True)
class Row:
    """What one row says; ``why`` where a cell could not be taken as it stands."""

    place: int
    number: str = ""
    document: str = ""
    starts: str = ""
    ends: str = ""
    why: str = ""


def of_text(text: str) -> Iterator[Row]:
    """The lines that say something, counted from 1; columns by their heads where there are any."""
    lines = list(_lines(text))
    heads = [[plain_label(cell) for cell in cells] for _, cells in lines[:HEADER_WITHIN]]
    known = [sum(label in HEADS for label in labels) for labels in heads]
    header = next((at for at, count in enumerate(known) if count >= LEAST_KNOWN), None)
    keys: Mapping[int, str] = dict(enumerate(COLUMNS))
    if header is not None:
        keys = _keys(dict(enumerate(heads[header])))
        lines = lines[header + 1 :]
    for place, cells in lines:
        if not cells[0].startswith(EXAMPLE):
            said = {key: cells[at] for at, key in keys.items() if at < len(cells)}
            beyond = header is None and any(cells[len(COLUMNS) :])
            yield Row(place=place, why=MORE if beyond else "", **said)


def _keys(header: Mapping[int, str]) -> dict[int, str]:
    """Which column says what; Unreadable where one is missing or stands twice."""
    keys = {at: HEADS[label] for at, label in header.items() if label in HEADS}
    named = list(keys.values())
    if lacking := [COLUMNS[key] for key in MUST if key not in named]:
        raise Unreadable(LACKING.format(labels="、".join(lacking)))
    if doubled := [COLUMNS[key] for key in COLUMNS if named.count(key) > 1]:
        raise Unreadable(DOUBLED.format(label=doubled[0]))
    return keys


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    for place, line in enumerate(text.replace("\0", "").splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise Unreadable(TOO_LONG)
        separator = next((one for one in SEPARATORS if one in line), None)
        cells = next(csv.reader([line], delimiter=separator)) if separator else line.split()
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield place, cells


def of_file(file: IO[bytes]) -> tuple[str, list[Row]]:
    """What stands in a file, as a text with the same rows on the same lines, and these rows.

    A cell that cannot be taken as it stands is empty in the text. Raises Unreadable.
    """
    data = file.read(LARGEST + 1)
    if not data:
        raise Unreadable(EMPTY)
    if len(data) > LARGEST:
        raise Unreadable(TOO_LARGE.format(limit=LARGEST / 1024 / 1024))
    if is_text(data):
        text = decoded(data)
        if len(text) > LONGEST:
            raise Unreadable(TOO_LONG)
        rows = [row for _, row in zip(range(MOST + 1), of_text(text), strict=False)]
    else:
        rows = list(_of_workbook(data))
        text = _as_text(rows)
    if len(text) > LONGEST:
        raise Unreadable(TOO_LONG)
    return text, rows


def _of_workbook(data: bytes) -> Iterator[Row]:
    table, rows = apart.read(data, list(HEADS), patience=PATIENCE)
    keys = _keys(table.header)
    count = 0
    for place, cells in rows:
        if next(iter(cells.values()))[1].startswith(EXAMPLE):
            continue
        count += 1
        if count > MOST:
            raise Unreadable(TOO_MANY)
        if place > FURTHEST:
            raise Unreadable(FAR)
        yield _row(place, {key: cells[at] for at, key in keys.items() if at in cells}, table)


def _row(place: int, cells: Mapping[str, Cell], table: Table) -> Row:
    said, why = {}, ""
    for key, (kind, text) in cells.items():
        if kind in (FAULT, FORMULA):
            why = why or NO_VALUE.format(label=COLUMNS[key])
        elif kind == NUMBER and key in ("number", "document"):
            why = why or LOST.format(label=COLUMNS[key])
        elif kind == NUMBER and text.isdigit() and int(text) in SERIALS:
            said[key] = counted_day(int(text), epoch_1904=table.epoch_1904).isoformat()
        else:
            said[key] = " ".join(text.split())
    return Row(place=place, why=why, **said)


def _as_text(rows: Iterable[Row]) -> str:
    """Each row on the line of its place, the heads on the line before the first."""
    lines: dict[int, str] = {}
    for row in rows:
        if not lines:
            lines[row.place - 1] = "\t".join(COLUMNS.values())
        lines[row.place] = "\t".join(getattr(row, key) for key in COLUMNS)
    if not lines:
        return ""
    return "\n".join(lines.get(place, "") for place in range(1, max(lines) + 1))


def workbook() -> bytes:
    """The template, as text columns with an example that is not taken."""
    helps = {
        "number": "原来的学号：全国学籍号，或别的县编的学籍号。",
        "document": "学生现在的身份证件号，靠它找到学生。",
        "starts": "照转学证明、学籍卡填；记不清的填入学那年的 9 月 1 日。",
        "ends": "还在用的留空。",
    }
    examples = {"number": "02270123450067", "document": "130283201703170016"}
    examples |= {"starts": "2024-09-01", "ends": "2026-07-01"}
    columns = [
        Field(
            label=label,
            must=key != "ends",
            help=helps[key],
            example=examples[key],
            width=24 if key in ("number", "document") else 14,
        )
        for key, label in COLUMNS.items()
    ]
    return template.workbook(
        [
            Field(label=SERIAL, example=EXAMPLE, width=8, help="可不填；示例行不会登记。"),
            *columns,
        ],
        sheet="外来学号",
        title="外来学号登记表",
        explained=[
            "填写说明",
            f"一、从「外来学号」工作表第 5 行起，一行填一个学号，最多 {MOST} 行。第 4 行是示例。",
            "二、列的次序可以换，列名不要改。您自己另加的列不会登记。",
            "三、所有单元格都是文本格式。从别的表粘贴时，请用“选择性粘贴—数值”，"
            "号码前面的 0 和末几位才不会丢。",
            "四、发号单位、依据在上传的页面上填，一份名单里都相同；不同的请分开上传。",
            "五、上传后先核对。有一行不合格，就一行也不登记；改正写明的各行再传。",
            "六、表里有未成年人的个人信息，请不要用聊天软件传送，用完及时删除。",
        ],
        identifier="xueji-foreign-numbers",
    )
