"""Reading the further items of the national sheet: how each is written, and what does not agree.

Names, stars, code tables and lengths come from ``students.sheet``; forms of writing are here.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from xueji.identity import codes
from xueji.identity.papers import FROM_OUTSIDE
from xueji.students import sheet
from xueji.students.models import Attendance
from xueji.students.reading import EARLIEST, PupilReader, day
from xueji.students.sheet import Item

FARTHEST = Decimal(200)
BUS_FROM = Decimal(2)  # km; from there on the sheet of a county expects the bus: said, not demanded
_POSTCODE = re.compile(r"[0-9]{6}")
_DISTANCE = re.compile(r"([0-9]{1,6}(?:\.[0-9])?)0*(?:公里|千米|KM)?", re.IGNORECASE)
_SPAN = re.compile(r"(\S+?)\s*[-—–~～至]+\s*(长期|\d{4}\D?\d{1,2}\D?\d{1,2}日?)")
_CLASS_NUMBER = re.compile(r"[0-9A-Za-z-]{1,10}")
_HOMEPAGE = re.compile(r"(https?://)?([a-z0-9-]+\.)+[a-z]{2,}(:[0-9]{1,5})?(/\S*)?", re.IGNORECASE)
HOME_ADDRESSES = ("mail_address", "family_address")


def read(reader: PupilReader, today: date) -> None:
    """Read every further item into ``reader.values``, and say what does not agree."""
    for item, reading in _readings():
        if item.key == "id_valid":
            _valid(reader, item, today)
        else:
            reading(reader, item)
    taught = reader.values.pop("home_taught", False)
    reader.values["attendance"] = Attendance.HOME_TAUGHT if taught else Attendance.IN_SCHOOL
    _agree(reader)


@cache
def _readings() -> Sequence[tuple[Item, Callable[[PupilReader, Item], None]]]:
    """How each item is read, in the order of the sheet."""
    special = {
        "birth_place_text": _birth_place,
        "former_name": _former_name,
        "postcode": _postcode,
        "email": _email,
        "homepage": _homepage,
        "class_number": _class_number,
        "distance": _distance,
        **dict.fromkeys(HOME_ADDRESSES, _home_address),
    }
    attendance = [item for item in sheet.items() if item.key == "home_taught"]
    return [
        (item, special.get(item.key) or _of_kind(item))
        for item in (*sheet.further().values(), *attendance)
    ]


def _of_kind(item: Item) -> Callable[[PupilReader, Item], None]:
    if item.table is None:
        return _words
    return yes_no if item.table is sheet.YES_NO else _code


def yes_no(reader: PupilReader, item: Item) -> None:
    reader.code(item.key, codes.YES_NO, item.label, required=item.required)
    if item.key in reader.values:
        reader.values[item.key] = reader.values[item.key] == "1"


def _code(reader: PupilReader, item: Item) -> None:
    reader.code(item.key, item.table, item.label, required=item.required)  # type: ignore[arg-type]


def _home_address(reader: PupilReader, item: Item) -> None:
    """Left empty it is 现住址; where that is empty too, the one lack is told once, there."""
    reader.words(item.key, item.label, item.longest or 0, instead=reader.text("address_text"))


def _words(reader: PupilReader, item: Item) -> None:
    reader.words(item.key, item.label, item.longest or 0, required=item.required)


def _birth_place(reader: PupilReader, item: Item) -> None:
    reader.place("birth_place", item.label, required=item.required)


def _former_name(reader: PupilReader, item: Item) -> None:
    if reader.text(item.key):
        reader.name(item.key, item.label)


def _written(reader: PupilReader, item: Item) -> str:
    """What was typed, with half-width characters and no blanks; tells what is missing."""
    text = "".join(unicodedata.normalize("NFKC", reader.text(item.key)).split())
    if not text and item.required:
        reader.missing(item.key, item.label)
    return text


def _keep(reader: PupilReader, item: Item, text: str, *, right: bool, form: str) -> None:
    """Keep what is written as it must be; tell the form of what is not."""
    if right and len(text) <= (item.longest or 0):
        reader.values[item.key] = text
    elif text:
        message = f"{item.label}「{text[:20]}」不合格式。"
        reader.tell("form", item.key, message, f"{form}，请改正。")


def _postcode(reader: PupilReader, item: Item) -> None:
    text = _written(reader, item).removesuffix(".0")
    if text.isascii() and text.isdigit() and len(text) == 5:
        message = f"{item.label}「{text}」只有 5 位。"
        remedy = "请补足 6 位数字；从 Excel 来的，可能是丢了开头的 0。"
        reader.tell("form", item.key, message, remedy)
        return
    right = bool(_POSTCODE.fullmatch(text))
    _keep(reader, item, text, right=right, form="邮政编码是 6 位数字，如 064400")


def _email(reader: PupilReader, item: Item) -> None:
    text = _written(reader, item)
    if not text:
        return
    try:
        validate_email(text)
    except ValidationError:
        right = False
    else:
        right = True
    form = f"电子信箱形如 name@example.com，不超过 {item.longest} 个字符"
    _keep(reader, item, text, right=right, form=form)


def _homepage(reader: PupilReader, item: Item) -> None:
    text = _written(reader, item)
    form = f"主页地址形如 www.example.com，不超过 {item.longest} 个字符"
    _keep(reader, item, text, right=bool(_HOMEPAGE.fullmatch(text)), form=form)


def _class_number(reader: PupilReader, item: Item) -> None:
    text = _written(reader, item).removesuffix(".0")
    right = bool(_CLASS_NUMBER.fullmatch(text))
    _keep(reader, item, text, right=right, form="班内学号不超过 10 位，只用数字、字母和短横")


def _distance(reader: PupilReader, item: Item) -> None:
    text = _written(reader, item)
    if not text:
        return
    found = _DISTANCE.fullmatch(text)
    if found is None:
        message = f"{item.label}不是最多一位小数的公里数。"
        reader.tell("number", item.key, message, "请按公里填数字，如 1.5。")
    elif Decimal(found[1]) > FARTHEST:
        message = f"{item.label}超过 {FARTHEST} 公里。"
        reader.tell("range", item.key, message, "请核对；单位是公里，不是米。")
    else:
        reader.values[item.key] = Decimal(found[1]).quantize(Decimal("0.1"))


def _valid(reader: PupilReader, item: Item, today: date) -> None:
    """From and until of a document, 长期 for one without end."""
    text = unicodedata.normalize("NFKC", reader.text(item.key))
    if not text:
        return
    parts = _SPAN.fullmatch(text)
    first = day(parts[1]) if parts else None
    last = day(parts[2]) if parts else None
    if parts is None or first is None or (last is None and parts[2] != "长期"):
        message = f"{item.label}不是一段起止日期。"
        remedy = "请按 2010.06.01-2020.06.01 的样子填写；没有期限的写 2010.06.01-长期。"
        reader.tell("span", item.key, message, remedy)
        return
    born = reader.values.get("birth_date", EARLIEST)
    if first < born:
        message = f"{item.label}的起始日期早于出生日期。"
        reader.tell("before_birth", item.key, message, "请对照证件改正。")
    elif first > today:
        message = f"{item.label}的起始日期还没有到。"
        reader.tell("not_begun", item.key, message, "请对照证件改正。")
    elif last is not None and last <= first:
        message = f"{item.label}的截止日期不晚于起始日期。"
        reader.tell("backward", item.key, message, "请对照证件改正。")
    else:
        reader.values["id_valid_from"], reader.values["id_valid_until"] = first, last
        if last is not None and last < today:
            message = "身份证件已经过期。"
            reader.hint("expired", item.key, message, "可以先建籍；换领新证后再更正。")


def _agree(reader: PupilReader) -> None:
    """What does not go together: told, and left to whoever knows the child."""
    has = reader.values.get
    distance = has("distance")
    if distance is not None and distance > BUS_FROM and has("school_bus") is False:
        message = f"上下学距离超过 {BUS_FROM} 公里，是否需要乘坐校车填了否。"
        reader.hint("far", "school_bus", message, "请核对；确不需要校车的可以继续。")
    if has("travel") == "2" and has("school_bus") is False:
        message = "上下学方式是校车，是否需要乘坐校车却填了否。"
        reader.hint("bus", "school_bus", message, "请核对两项。")
    if has("boarding_subsidy") and has("boarding") == "1":
        message = "一补是寄宿生的生活补助，就读方式却是走读。"
        reader.hint("day_pupil", "boarding_subsidy", message, "请核对两项。")
    if has("health") == "50" and has("disability", "0") == "0":
        reader.hint(
            "disability", "disability", "健康状况是残疾，没有填残疾类型。", "请照残疾人证补填。"
        )
    if has("migrant") and has("left_behind", "0") != "0":
        message = "随迁子女与父母同住，是否留守儿童却填了留守。"
        reader.hint("left_behind", "left_behind", message, "请核对两项。")
    if has("compatriot") == "00" and has("country", "CHN") != "CHN":
        message = "国籍/地区不是中国，港澳台侨外却填了否。"
        reader.hint("compatriot", "compatriot", message, "请核对两项。")
    elif has("compatriot") == "00" and has("id_type") in FROM_OUTSIDE:
        message = f"身份证件类型是{codes.ID_TYPES[has('id_type')]}，港澳台侨外却填了否。"
        remedy = "请照证件核对国籍/地区和港澳台侨外。"
        reader.hint("compatriot", "compatriot", message, remedy)
