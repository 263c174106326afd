"""What of the national sheet is shown: masked where it is sensitive, medical items to few posts."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from django.db import models

from xueji.identity import codes, masking, pinyin
from xueji.identity.classification import DataClass
from xueji.organisations.models import grade_name
from xueji.students import sheet
from xueji.students.models import Attendance, FamilyMember, Student, StudentSheet
from xueji.students.reading import CHINA

NOT_SHOWN = "本岗位不显示"
MASKS = {"id_number": masking.mask_id, "phone": masking.mask_phone, "email": masking.mask_email}
_YES_NO = {True: "是", False: "否", None: ""}


class Line(NamedTuple):
    """One item: its number on the sheet, its name, what is shown, how secret it is."""

    number: str
    label: str
    text: str
    data_class: DataClass
    field: str
    required: bool


class Shown(NamedTuple):
    title: str
    lines: list[Line]


def shown(
    student: Student,
    more: StudentSheet | None,
    family: Iterable[FamilyMember],
    *,
    medical: bool,
    whole: bool = False,
) -> list[Shown]:
    """The whole sheet by groups, then each member of the family; "" where nothing was filled in.

    ``medical`` is the answer of ``accounts.access.sees_medical``; ``whole`` leaves numbers
    unmasked, for a paper whose purpose was recorded.
    """
    rows: dict[type[models.Model], models.Model] = {
        Student: student,
        StudentSheet: more or StudentSheet(),
    }
    groups = [
        Shown(group.title, list(_lines(group.items, rows, medical, whole)))
        for group in sheet.GROUPS
    ]
    for place, member in enumerate(family, start=1):
        lines = list(_lines(sheet.FAMILY, {FamilyMember: member}, medical, whole))
        groups.append(Shown(f"家庭成员{place}", lines))
    return groups


def _lines(
    items: Iterable[sheet.Item],
    rows: dict[type[models.Model], models.Model],
    medical: bool,
    whole: bool,
) -> Iterator[Line]:
    for item in items:
        hidden = item.data_class == DataClass.MEDICAL and not medical
        text = NOT_SHOWN if hidden else text_of(item, rows[item.model])
        mask = MASKS.get(item.field)
        if mask and not whole:
            text = mask(text)
        yield Line(item.number, item.label, text, item.data_class, item.field, item.required)


def text_of(item: sheet.Item, row: models.Model) -> str:
    """The item in words, unmasked."""
    value = getattr(row, item.field)
    match item.field:
        case "name_full":
            return pinyin.display(getattr(row, "name"))  # noqa: B009 -- of a pupil
        case "attendance":
            return _YES_NO[value == Attendance.HOME_TAUGHT]
        case "id_valid_from":
            return valid_text(value, getattr(row, "id_valid_until"))  # noqa: B009 -- of a sheet
        case "entered_on":
            return f"{value:%Y-%m}" if value else ""
        case "grade":
            return grade_name(value) if value else ""
        case "distance":
            return f"{value} 公里" if value is not None else ""
    return _plain(item, row, value)


def _plain(item: sheet.Item, row: models.Model, value: object) -> str:
    if value is None or isinstance(value, bool):
        return _YES_NO[value]
    if item.table is not None:
        return item.table.get(str(value), str(value))
    if isinstance(value, date):
        return value.isoformat()
    if item.is_place and lacks_code(str(value), getattr(row, item.field[:-4] + "code")):
        return f"{value}（区划代码待核）"
    return str(value)


def lacks_code(place: str, code: str) -> bool:
    """Whether a place is to get its division code yet; a country or region alone has none."""
    is_outside = codes.by_name_or_code(codes.COUNTRIES, place) not in (None, CHINA)
    return bool(place) and not code and not is_outside


def valid_text(first: date | None, last: date | None) -> str:
    """``2010.06.01-2020.06.01`` as the sheet writes it, ``2010.06.01-长期`` without end."""
    if first is None:
        return ""
    return f"{first:%Y.%m.%d}-{last:%Y.%m.%d}" if last else f"{first:%Y.%m.%d}-长期"
