"""The columns of a roster: the items of the national sheet, where the pupil is, the family.

Each says which values it needs and how they are put into words: the words of the pupil's page.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from operator import itemgetter
from typing import Any

from enrollment.excel import columns as import_columns
from enrollment.excel.columns import KNOWN_HEADERS
from xueji.identity import pinyin
from xueji.identity.classification import DataClass
from xueji.organisations.models import GRADE_NAMES, grade_name
from xueji.students import sheet
from xueji.students.models import Attendance, RegisterType, Status, Student
from xueji.students.showing import MASKS, valid_text

Say = Callable[..., str]
YES_NO = {True: "是", False: "否", None: ""}
FAMILY = "m{place}_{field}"
HOME = "学籍所在"


@dataclass(frozen=True, kw_only=True)
class Column:
    """``fields`` are read from Student, or from the member of the family at ``member``."""

    key: str
    label: str
    group: str
    fields: tuple[str, ...]
    say: Say
    data_class: DataClass
    mask: Say | None = None
    member: int = 0
    width: float = 12


WIDTHS = {
    "name": 10,
    "sex": 6,
    "birth_date": 12,
    "nation": 8,
    "id_number": 22,
    "number": 18,
    "phone": 14,
    "school": 24,
    "hukou_text": 30,
    "address_text": 30,
    "birth_place_text": 30,
    "mail_address": 30,
    "family_address": 30,
}


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""


def _month(value: date | None) -> str:
    return value.isoformat()[:7] if value else ""


def _yes_no(value: bool | None) -> str:
    return YES_NO[value]


def _grade(value: int | None) -> str:
    return grade_name(value) if value else ""


def _class(grade: int | None, number: int | None) -> str:
    return f"{GRADE_NAMES[grade]}（{number}）班" if number else ""


def _place(text: str | None, code: str | None) -> str:
    return text if code or not text else f"{text}（区划代码待核）"


class _Words(dict[Any, str]):
    """A table's words; a code that it does not have stands for itself."""

    def __missing__(self, value: Any) -> str:
        return str(value)


def _from(table: sheet.Table) -> Say:
    return _Words({**table, None: "", "": ""}).__getitem__


def _distance(value: Any) -> str:
    return "" if value is None else f"{value} 公里"


def _at_home(value: str | None) -> str:
    return YES_NO[value == Attendance.HOME_TAUGHT]


SPECIAL: dict[str, tuple[tuple[str, ...], Say]] = {
    "attendance": (("attendance",), _at_home),
    "name_full": (("name",), pinyin.display),
    "id_valid_from": (("id_valid_from", "id_valid_until"), valid_text),
    "entered_on": (("entered_on",), _month),
    "grade": (("grade",), _grade),
    "distance": (("distance",), _distance),
    "school_class": (("school_class__grade", "school_class__number"), _class),
}


def _read(item: sheet.Item) -> tuple[tuple[str, ...], Say]:
    """The fields of an item's model and how they are said."""
    if item.field in SPECIAL:
        return SPECIAL[item.field]
    kind = item.model._meta.get_field(item.field).get_internal_type()
    if item.is_place:
        return (item.field, f"{item.field.removesuffix('_text')}_code"), _place
    if kind == "BooleanField":
        return (item.field,), _yes_no
    if item.table is not None:
        return (item.field,), _from(item.table)
    return (item.field,), _day if kind == "DateField" else _text


def _of_sheet(group: str, item: sheet.Item) -> Column:
    fields, say = _read(item)
    if item.model is not Student:
        fields = tuple(f"sheet__{field}" for field in fields)
    return Column(
        key=item.field,
        label="学籍号" if item.field == "number" else item.label,
        group=group,
        fields=fields,
        say=say,
        data_class=item.data_class,
        mask=MASKS.get(item.field),
        width=WIDTHS.get(item.field, 12),
    )


def _of_family(place: int, item: sheet.Item) -> Column:
    fields, say = _read(item)
    return Column(
        key=FAMILY.format(place=place, field=item.field),
        label=f"成员{place}{item.label}",
        group=f"家庭成员{place}",
        fields=fields,
        say=say,
        data_class=item.data_class,
        mask=MASKS.get(item.field),
        member=place,
        width=WIDTHS.get(item.field, 12),
    )


def _of_home(key: str, label: str, field: str, say: Say = _text) -> Column:
    return Column(
        key=key,
        label=label,
        group=HOME,
        fields=(field,),
        say=say,
        data_class=DataClass.PUBLIC,
        width=WIDTHS.get(key, 12),
    )


@cache
def every() -> dict[str, Column]:
    """All columns by key, in the order of the sheet."""
    home = [
        _of_home("school", "学校", "school__organisation__name"),
        _of_home("school_identifier", "学校标识码", "school__identifier"),
        _of_home("status", "状态", "status", _from(dict(Status.choices))),
        _of_home("register_type", "学籍类别", "register_type", _from(dict(RegisterType.choices))),
        _of_home("entry_year", "入学年份", "entry_year"),
    ]
    items = [_of_sheet(group.title, item) for group in sheet.GROUPS for item in group.items]
    family = [
        _of_family(place, item)
        for place in range(1, len(sheet.MEMBERS) + 1)
        for item in sheet.FAMILY
    ]
    return {column.key: column for column in (*home, *items, *family)}


IMPORTED = tuple(
    key for key, column in every().items() if import_columns.plain(column.label) in KNOWN_HEADERS
)
PRESETS: dict[str, tuple[str, tuple[str, ...]]] = {
    "basic": (
        "基本名册",
        (
            *("number", "name", "sex", "birth_date", "nation", "id_number"),
            *("school", "grade", "school_class", "status"),
        ),
    ),
    "contact": (
        "联系名册",
        (
            *("school_class", "name", "sex", "phone", "address_text"),
            *("m1_name", "m1_relation", "m1_phone", "m2_name", "m2_relation", "m2_phone"),
        ),
    ),
    "hukou": (
        "户籍名册",
        (
            *("school_class", "name", "sex", "birth_date", "id_number"),
            *("hukou_kind", "hukou_text", "address_text", "migrant", "left_behind"),
        ),
    ),
    "sheet": ("导入表各列", IMPORTED),
}


def speaker(columns: Sequence[Column], *, whole: bool) -> tuple[tuple[str, ...], Callable]:
    """The fields that ``columns`` need, and what makes the texts of a row from their values.

    ``row(values, family)`` takes the values in the order of the fields; ``family`` are the
    members, each the values of ``member_fields`` in their order.
    """
    own = tuple(dict.fromkeys(f for c in columns if not c.member for f in c.fields))
    members = member_fields(columns)
    plain, others = [], []  # a roster has millions of cells, and most are one value's words
    for at, column in enumerate(columns):
        say = _say(column, whole=whole)
        if column.member or len(column.fields) > 1:
            places = [(members if column.member else own).index(field) for field in column.fields]
            others.append((at, say, column.member, itemgetter(*places), len(places) > 1))
        else:
            plain.append((say, own.index(column.fields[0])))

    def row(values: Sequence[Any], family: Sequence[Sequence[Any]]) -> list[str]:
        cells = [say(values[place]) for say, place in plain]
        for at, say, member, pick, is_several in others:
            if member > len(family):
                cells.insert(at, "")
                continue
            picked = pick(family[member - 1] if member else values)
            cells.insert(at, say(*picked) if is_several else say(picked))
        return cells

    return own, row


def member_fields(columns: Iterable[Column]) -> tuple[str, ...]:
    """The fields of FamilyMember that ``columns`` need."""
    return tuple(dict.fromkeys(f for c in columns if c.member for f in c.fields))


def _say(column: Column, *, whole: bool) -> Say:
    """How the values of a column are said, masked where they must be."""
    say, mask = column.say, column.mask
    return say if mask is None or whole else lambda *values: mask(say(*values))
