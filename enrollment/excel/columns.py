"""The columns of an intake workbook: those of the national sheet in its order, then ours.

A column is found by its header, wherever it stands. The key is that of typed rows.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from enrollment.rules import papers_demanded
from enrollment.services.batch.rows import REASON, VERIFIED_BY
from xueji.identity import codes
from xueji.rules.engine import Rules
from xueji.rules.papers import PAPERS, WAIVER
from xueji.students import sheet

PAPER = "paper_"
SEEN = "已核验"
NUMBER, EXAMPLE = "序号", "示例"


class Kind(StrEnum):
    """How a cell is read: what Excel may have made of it, and what it can mean."""

    WORDS = "words"
    DIGITS = "digits"  # long numbers that Excel would shorten
    DAY = "day"
    MONTH = "month"
    CODE = "code"
    FIGURE = "figure"
    FLAG = "flag"
    PAPER = "paper"
    CLASS = "class"
    GRADE = "grade"


@dataclass(frozen=True, kw_only=True)
class Column:
    """``required``: a workbook without it is refused; ``starred``: the sheet wants it filled."""

    key: str
    label: str
    kind: Kind = Kind.WORDS
    table: Mapping[str, str] | None = None
    starred: bool = False
    required: bool = False
    help: str = ""


DIGITS = frozenset("id_number phone postcode class_number".split())
# starred on the sheet, yet known without being typed
KNOWN = frozenset(
    "sex birth_date school_class entered_on phone mail_address family_address".split()
)
SAME = {
    "phone": "空着就是监护人的",
    "mail_address": "空着就是现住址",
    "family_address": "空着就是现住址",
}
# headers that people write in their own tables
ALIASES = {
    "学生姓名": "name",
    "出生年月日": "birth_date",
    "身份证号": "id_number",
    "身份证号码": "id_number",
    "公民身份号码": "id_number",
    "证件号码": "id_number",
    "证件类型": "id_type",
    "入学日期": "entered_on",
    "班号": "school_class",
    "户籍所在地": "hukou_text",
    "户籍地址": "hukou_text",
    "户口地址": "hukou_text",
    "现居住地址": "address_text",
    "现家庭住址": "address_text",
    "家庭住址": "family_address",
    "监护人姓名": "m1_name",
    "家长姓名": "m1_name",
    "与学生关系": "m1_relation",
    "监护人电话": "m1_phone",
    "家长电话": "m1_phone",
    "监护人联系电话": "m1_phone",
    "家长联系电话": "m1_phone",
    "成员1身份证号": "m1_id_number",
    "成员2身份证号": "m2_id_number",
}


def typed() -> Iterator[Column]:
    """Everything about the child and the family that is typed, in the order of the sheet."""
    for item in sheet.items():
        if item.label == "年级":
            yield Column(key="into_grade", label="入学年级", kind=Kind.GRADE, help="空着就是一年级")
            yield Column(
                key="into_reason",
                label="没有建立学籍的原因",
                help="不从一年级开始的才填，随后列入全国查重",
            )
        if not item.key:
            continue
        required = item.required and item.key not in KNOWN
        yield _of(item, item.key, item.label, required=required)
        if item.key == "id_number":
            yield Column(key="no_id_reason", label="无证件原因", help="证件类型选其他的才填")
        if item.key == "hukou_text":
            yield Column(
                key="guardian_hukou_text",
                label="监护人户口所在地",
                help="写到村或社区；与学生同户的照抄",
            )
    for n, prefix in enumerate(sheet.MEMBERS, start=1):
        for item in sheet.FAMILY:
            label, starred = f"成员{n}{item.label}", item.required and n == 1
            yield _of(item, f"{prefix}_{item.key}", label, required=starred)


def _of(item: sheet.Item, key: str, label: str, *, required: bool) -> Column:
    return Column(
        key=key,
        label=label,
        kind=_kind(item, key),
        table=item.table,
        starred=required,
        required=required,
        help=SAME.get(key, item.help),
    )


def _kind(item: sheet.Item, key: str) -> Kind:
    plain = key.rpartition("_")[2] if key.startswith(sheet.MEMBERS) else key
    special = {"entered_on": Kind.MONTH, "school_class": Kind.CLASS, "distance": Kind.FIGURE}
    if key in special:
        return special[key]
    if item.table is sheet.YES_NO:
        return Kind.FLAG if key in ("migrant", "m1_guardian", "m2_guardian") else Kind.CODE
    if item.table is not None:
        return Kind.CODE
    if key.removeprefix("m1_").removeprefix("m2_") in DIGITS:
        return Kind.DIGITS
    return Kind.DAY if plain == "birth_date" or key == "birth_date" else Kind.WORDS


def papers(codes_of: Iterable[str]) -> Iterator[Column]:
    for code in codes_of:
        label = f"{PAPERS[code]}{SEEN}"
        yield Column(
            key=PAPER + code,
            label=label,
            kind=Kind.PAPER,
            table=codes.YES_NO,
            help="看过原件的填“是”；没看到的空着，导入后列入待补材料",
        )


def signed() -> Iterator[Column]:
    """Who saw the papers, and why somebody is to be an exception."""
    yield Column(key=VERIFIED_BY, label="核验人", help="看过原件的人的姓名；勾了材料的必填")
    yield Column(
        key=REASON,
        label="例外理由",
        help="有提醒而要申请例外的，写明原因和已核实的材料，由上级决定",
    )


def of_template(rules: Rules) -> list[Column]:
    """The columns that a school is given: of the papers those that its rules ask for."""
    groups = [
        *papers_demanded(migrant=False, rules=rules),
        *papers_demanded(migrant=True, rules=rules),
    ]
    wanted = dict.fromkeys([*(code for group in groups for code in group), WAIVER])
    return [*typed(), *papers(wanted), *signed()]


def _known() -> dict[str, Column]:
    """Plain header → column, for every header that is understood."""
    columns = [*typed(), *papers(PAPERS), *signed()]
    by_key = {column.key: column for column in columns}
    for key in sheet.PLACES:
        label = by_key[f"{key}_text"].label
        code = Column(key=f"{key}_code", label=f"{label}区划代码", kind=Kind.DIGITS)
        columns.append(code)
    found = {plain(column.label): column for column in columns}
    aliases = {plain(label): by_key[key] for label, key in ALIASES.items()}
    divisions = {
        plain(column.label.replace("区划代码", "行政区划代码")): column
        for column in columns
        if column.label.endswith("区划代码")
    }
    return aliases | divisions | found


def plain(label: str) -> str:
    """A header as it is compared: half-width, without stars, blanks and what is in brackets."""
    text = re.sub(r"[\s★*]+", "", unicodedata.normalize("NFKC", label))
    return re.sub(r"\((必填|选填|12位|八位|是/否)\)$", "", text)


KNOWN_HEADERS = _known()
REQUIRED = [column for column in typed() if column.required]
