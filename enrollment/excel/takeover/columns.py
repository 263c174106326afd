"""The columns of a takeover: the national sheet as for an entry, then place, status and numbers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from enrollment.excel import columns
from enrollment.excel.columns import ALIASES, Column, Kind, plain
from enrollment.services.batch.rows import REASON
from xueji.students.sheet import PLACES

OTHERWISE = ALIASES | {"学籍辅号": "number", "原学籍号": "former", "状态": "status"}


def typed() -> Iterator[Column]:
    """What is typed of a pupil; of an entry the grade to enter and its reason are left out."""
    for column in columns.typed():
        if column.key == "into_grade":
            yield from _own()
        elif column.key in ("entered_on", "school_class"):
            yield replace(column, starred=True, required=True)
        elif column.key != "into_reason":
            yield column
    yield Column(
        key=REASON,
        label="例外理由",
        help="留级、跳级、疑似重复等有提醒的，写明原因；由教育局主管领导确认",
    )


def _own() -> Iterator[Column]:
    yield Column(
        key="grade",
        label="年级",
        kind=Kind.GRADE,
        starred=True,
        required=True,
        help="基准日所在的年级",
    )
    yield Column(key="entry_year", label="入学年份", help="和年级不合的才填，如留级")
    yield Column(
        key="number",
        label="学籍号",
        kind=Kind.DIGITS,
        starred=True,
        required=True,
        help="现在用的 14 位学籍号；今年入学还没有编号的空着",
    )
    yield Column(
        key="former", label="曾用学籍号", kind=Kind.DIGITS, help="以前用过的号，几个之间用顿号"
    )
    yield Column(
        key="national", label="全国学籍号", kind=Kind.DIGITS, help="G、J 或 L 开头的 19 位"
    )
    yield Column(key="status", label="学籍状态", kind=Kind.CODE, help="空着就是在读")
    yield Column(key="since", label="状态起始日期", kind=Kind.DAY, help="休学等从哪一天起")
    yield Column(key="until", label="状态截止日期", kind=Kind.DAY, help="休学到哪一天")
    yield Column(key="host", label="借读学校", help="在别的学校借读的填校名")
    yield Column(key="host_since", label="借读起始日期", kind=Kind.DAY)


def _known() -> Mapping[str, Column]:
    """Plain header → column, for every header that is understood."""
    by_key = {column.key: column for column in typed()}
    found = {plain(column.label): column for column in by_key.values()}
    for key in PLACES:
        label = f"{by_key[f'{key}_text'].label}区划代码"
        found[plain(label)] = Column(key=f"{key}_code", label=label, kind=Kind.DIGITS)
    aliases = {plain(label): by_key[key] for label, key in OTHERWISE.items() if key in by_key}
    return aliases | found


KNOWN_HEADERS = _known()
REQUIRED = [column for column in typed() if column.required]
