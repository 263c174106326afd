"""What an intake's check found, for the page, and as marks and summary for the workbook."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enrollment.excel.intake import Intake, letter
from enrollment.services.batch.judge import shown_value
from enrollment.services.batch.keeping import MOST_SHOWN
from enrollment.services.batch.rows import NO_PUPIL, REASON, Entry, Fate, Fault
from xueji.excel import apart
from xueji.excel.refusals import Unreadable

MOST_LINES = 5000  # faults listed on the summary sheet; cells are marked beyond
HEADER = ("行", "列", "列名", "单元格内容", "问题", "依据", "怎么改")
KINDS = {
    "missing": "没有填",
    "unknown_code": "不在选项中",
    "date": "日期写法不对",
    "date_range": "日期超出范围",
    "digits": "号码被 Excel 改成了数",
    "masked": "号码打了星号",
    "formula": "公式或错误值",
    "double": "表内重复",
    NO_PUPIL: "不是学生的行",
    "class": "班级不对",
    "long": "太长",
    "form": "格式不对",
    "entry.duplicate.near": "疑似重复",
}
UNREAD = frozenset(
    {"digits", "masked", "formula", "characters"}
)  # faults of cells of which nothing is kept


def _labels(intake: Intake) -> dict[str, str]:
    return {column.key: column.label for column in intake.known.values()}


def summary(intake: Intake, *, is_plain: bool) -> dict[str, Any]:
    """What the page shows: faults by kind, the first of them, columns that were not understood."""
    counted: Counter[str] = Counter()
    titles: dict[str, tuple[str, str]] = {}
    shown: list[dict[str, Any]] = []
    labels = _labels(intake)
    for entry in intake.entries:
        for fault in entry.faults:
            counted[fault.kind] += 1
            titles.setdefault(fault.kind, (_title(fault, labels), fault.clause))
            if len(shown) < MOST_SHOWN:
                shown.append(_line(intake, entry, fault, labels))
    return {
        "sheet": intake.table.sheet,
        "unknown": intake.unknown[:30],
        "is_plain": is_plain,
        "kinds": [(*titles[kind], count) for kind, count in counted.most_common()],
        "faults": shown,
        "total": counted.total(),
    }


def _title(fault: Fault, labels: Mapping[str, str]) -> str:
    if fault.kind in KINDS:
        return KINDS[fault.kind]
    if fault.clause:
        return fault.message.rstrip("。")[:60]
    return f"{labels.get(fault.key, '内容')}不对"


def place(intake: Intake, entry: Entry, key: str) -> int:
    """The column of the cell to mend: that of the key, or of what it follows from."""
    wanted = [key]
    if key.endswith("_code"):
        wanted.append(f"{key[:-4]}text")
    if key in ("birth_date", "sex") and not entry.row.get(key):
        wanted.insert(0, "id_number")
    if key == "m1_guardian":
        wanted.append("m1_name")
    wanted += [REASON] if key == "reason" else []
    found = (intake.column_of(one) for one in [*wanted, "name"])
    return next((column for column in found if column), 1)


def _line(intake: Intake, entry: Entry, fault: Fault, labels: Mapping[str, str]) -> dict[str, Any]:
    column = place(intake, entry, fault.key)
    key = intake.columns[column].key if column in intake.columns else fault.key
    return {
        "line": entry.line,
        "column": letter(column),
        "label": labels.get(key, ""),
        "value": "（读不出）" if fault.kind in UNREAD else shown_value(entry, key),
        "message": fault.message,
        "clause": fault.clause,
        "remedy": fault.remedy,
    }


def marked(data: bytes, intake: Intake) -> tuple[bytes, bool]:
    """The workbook that goes back, and whether it is the sender's own."""
    marks, lines = list(_marks(intake)), [HEADER, *_lines(intake)]
    task = {
        "sheet": intake.table.sheet,
        "marks": marks,
        "facts": _facts(intake),
        "lines": lines,
        "labels": list(intake.known),
    }
    if intake.table.is_plain:
        try:
            return apart.mark(data, **task, in_place=True), True
        except Unreadable:
            pass  # too large or too odd to be written anew: its values go back
    return apart.mark(data, **task, in_place=False), False


def _marks(intake: Intake) -> Iterator[tuple[int, int, str]]:
    for entry in intake.entries:
        for fault in entry.faults:
            words = f"{fault.message}\n{f'依据：{fault.clause}' if fault.clause else ''}"
            text = f"{words.strip()}\n怎么改：{fault.remedy}"
            yield entry.line, place(intake, entry, fault.key), text


def _lines(intake: Intake) -> Iterator[tuple[str, ...]]:
    told, labels = 0, _labels(intake)
    for entry in intake.entries:
        for fault in entry.faults:
            if (told := told + 1) > MOST_LINES:
                return
            line = _line(intake, entry, fault, labels)
            keys = ("column", "label", "value", "message", "clause", "remedy")
            yield (str(entry.line), *(str(line[key]) for key in keys))


def _facts(intake: Intake) -> Sequence[Sequence[str]]:
    fates = Counter(entry.fate for entry in intake.entries)
    rows = [
        ["导入结果"],
        [f"共 {len(intake.entries)} 行，有错误的 {fates[Fate.FAULTY]} 行，一行也没有导入。"],
        ["标红的单元格有批注，写明原因、依据和怎么改。改好后把这份文件再上传一次。"],
    ]
    if intake.unknown:
        rows.append([f"没有用到的列：{'、'.join(intake.unknown[:30])}"])
    return [*rows, [""]]
