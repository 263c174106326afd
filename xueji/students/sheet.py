"""The national sheet (学生基础信息表), item by item: the one list that form, pages and docs read.

Numbers, names, stars and codes are the sheet's; titles of groups and help sentences are ours.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

from django.db import models

from xueji.identity import codes
from xueji.identity.classification import DataClass, data_classes
from xueji.students.models import FamilyMember, Student, StudentSheet

Table = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One column of the sheet. ``key`` names it in typed rows, "" where nothing is typed.

    ``field`` is the column of ``model`` that holds it; a place also has ``…_code`` beside
    ``…_text``.
    """

    number: str
    label: str
    model: type[models.Model]
    field: str
    key: str
    table: Table | None
    required: bool
    help: str

    @property
    def data_class(self) -> DataClass:
        return data_classes(self.model)[self.field]

    @cached_property
    def longest(self) -> int | None:
        """How many characters the column keeps, where it holds free text."""
        column = self.model._meta.get_field(self.field)
        return None if self.table else getattr(column, "max_length", None)

    @property
    def is_place(self) -> bool:
        """Whether a 12-digit division code stands beside the text."""
        code = self.field.removesuffix("_text") + "_code"
        return self.field.endswith("_text") and code in data_classes(self.model)


class Group(NamedTuple):
    title: str
    items: Sequence[Item]


def _items(model: type[models.Model], *rows: tuple[str, str, str, Table | None, str]) -> list[Item]:
    """Rows of (number with ★ where starred, label, field, table, help).

    ``field=key`` where the key of typed rows differs, ``field=`` where nothing is typed.
    """
    found = []
    for number, label, field, table, says in rows:
        column, differs, key = field.partition("=")
        item = Item(
            number=number.rstrip("★"),
            label=label,
            model=model,
            field=column,
            key=key if differs else column,
            table=table,
            required=number.endswith("★"),
            help=says,
        )
        found.append(item)
    return found


YES_NO = codes.YES_NO
PICK = "从列表选到村或社区，带出 12 位区划代码"

GROUPS = (
    Group(
        "基础信息",
        [
            *_items(
                Student,
                ("1★", "姓名", "name", None, "与户口簿一致，中间不留空格"),
                ("2★", "性别", "sex", codes.SEX, "居民身份证号已能得出，不必再填"),
                ("3★", "出生日期", "birth_date", None, "居民身份证号已能得出，不必再填"),
            ),
            *_items(
                StudentSheet,
                ("4★", "出生地", "birth_place_text", None, "照出生医学证明，选到村或社区"),
                ("5", "籍贯", "native_place", None, "祖居地，如河北迁安；各地表样有的必填"),
            ),
            *_items(
                Student,
                ("6★", "民族", "nation", codes.NATIONS, "与户口簿一致"),
                ("7★", "国籍/地区", "country", codes.COUNTRIES, "与证件一致"),
                ("8★", "身份证件类型", "id_type", codes.ID_TYPES, "没有证件的选其他，并写明原因"),
                ("9★", "身份证件号", "id_number", None, "居民身份证号 18 位，末位可以是 X"),
            ),
            *_items(
                StudentSheet,
                ("10★", "港澳台侨外", "compatriot", codes.COMPATRIOT, "都不是的选否"),
                ("11", "政治面貌", "political", codes.POLITICAL, "没有入团、入党的选群众"),
                ("12★", "健康状况", "health", codes.HEALTH, "以体检结论为准"),
            ),
        ],
    ),
    Group(
        "辅助信息",
        [
            *_items(Student, ("14", "姓名拼音", "name_full=", None, "由姓名生成")),
            *_items(
                StudentSheet,
                ("15", "曾用名", "former_name", None, "户口簿上有才填"),
                (
                    "16",
                    "身份证件有效期",
                    "id_valid_from=id_valid",
                    None,
                    "如 2020.06.01-2025.06.01，没有期限的写长期",
                ),
            ),
            *_items(
                Student,
                ("17★", "户口所在地", "hukou_text", None, PICK),
                ("18★", "户口性质", "hukou_kind", codes.HUKOU_KIND, "照户口簿；已统一的照原来的"),
            ),
            *_items(
                StudentSheet,
                ("19", "特长", "specialty", None, "一两项，用顿号隔开"),
                ("", "血型", "blood_type", codes.BLOOD_TYPE, "有化验单才填"),
            ),
        ],
    ),
    Group(
        "学籍信息",
        [
            *_items(Student, ("20", "学籍辅号", "number=", None, "本地学籍号，编号时产生")),
            *_items(
                StudentSheet,
                ("21", "班内学号", "class_number", None, "班里的座次号，不超过 10 位"),
            ),
            *_items(
                Student,
                ("22★", "年级", "grade=", None, "入学时为一年级，以后随升级"),
                ("23★", "班级", "school_class", None, "还没有分班的，分班后再定"),
                ("24★", "入学年月", "entered_on", None, "入本学段的日期"),
                ("25★", "入学方式", "entry_mode", codes.ENTRY_MODE, "小学多为就近入学"),
                ("26★", "就读方式", "boarding", codes.BOARDING, "在校住宿的选住校"),
            ),
            *_items(
                StudentSheet,
                ("27", "学生来源", "source", codes.SOURCE, "一年级新生选正常入学"),
            ),
            *_items(
                Student,
                ("", "送教上门", "attendance=home_taught", YES_NO, "在家受教的选是，不计入班额"),
            ),
        ],
    ),
    Group(
        "联系信息",
        [
            *_items(Student, ("28★", "现住址", "address_text", None, "住到门牌；" + PICK)),
            *_items(
                StudentSheet,
                ("29★", "通信地址", "mail_address", None, "能收到信件的地址"),
                ("30★", "家庭地址", "family_address", None, "父母或监护人的住处"),
            ),
            *_items(Student, ("31★", "联系电话", "phone", None, "能找到监护人的号码")),
            *_items(
                StudentSheet,
                ("32★", "邮政编码", "postcode", None, "6 位数字"),
                ("33", "电子信箱", "email", None, "如 name@example.com"),
                ("34", "主页地址", "homepage", None, "如 www.example.com"),
            ),
        ],
    ),
    Group(
        "扩展信息",
        [
            *_items(
                StudentSheet,
                ("35★", "是否独生子女", "only_child", YES_NO, "有兄弟姐妹的选否"),
                ("36★", "是否受过学前教育", "preschool", YES_NO, "上过幼儿园或学前班的选是"),
                (
                    "37★",
                    "是否留守儿童",
                    "left_behind",
                    codes.LEFT_BEHIND,
                    "父母外出三个月以上；一方选单亲，双方选双亲",
                ),
            ),
            *_items(
                Student,
                ("38★", "是否进城务工人员随迁子女", "migrant", YES_NO, "户口在外省或外县农村"),
            ),
            *_items(
                StudentSheet,
                ("39★", "是否孤儿", "orphan", YES_NO, "有孤儿证明的选是"),
                ("40★", "是否烈士或优抚子女", "martyr_family", YES_NO, "有证明的选是"),
                ("41", "随班就读", "inclusion", codes.INCLUSION, "普通学生选普通学生"),
                ("42", "残疾类型", "disability", codes.DISABILITY, "有残疾人证的照证填"),
                ("43", "是否由政府购买学位", "bought_place", YES_NO, "民办学校由政府付费的选是"),
                ("44★", "是否需要申请资助", "needs_aid", YES_NO, "家庭经济困难要申请的选是"),
                ("45★", "是否享受一补", "boarding_subsidy", YES_NO, "领寄宿生生活补助的选是"),
            ),
        ],
    ),
    Group(
        "上下学交通",
        _items(
            StudentSheet,
            ("46★", "上下学距离", "distance", None, "公里，最多一位小数，如 1.5"),
            ("47★", "上下学方式", "travel", codes.TRAVEL, "最常用的一种"),
            ("48★", "是否需要乘坐校车", "school_bus", YES_NO, "没有校车而需要的也选是"),
        ),
    ),
)

# of each of two members; the stars hold for the first
FAMILY = _items(
    FamilyMember,
    ("★", "姓名", "name", None, "与证件一致"),
    ("★", "关系", "relation", codes.RELATION, "成员是学生的什么人"),
    ("", "关系说明", "relation_note", None, "关系选其他时写明"),
    ("", "民族", "nation", codes.NATIONS, "与户口簿一致"),
    ("", "工作单位", "workplace", None, "务农、务工的照实写"),
    ("", "现住址", "address_text", None, "与学生同住的可以不填"),
    ("", "户口所在地", "hukou_text", None, "监护人空着，照上面的监护人户口所在地"),
    ("★", "联系电话", "phone", None, "手机，或区号加固定电话"),
    ("★", "是否监护人", "is_guardian=guardian", YES_NO, "至少一名监护人"),
    ("", "身份证件类型", "id_type", codes.ID_TYPES, "填了证件号才有用"),
    ("", "身份证件号", "id_number", None, "学生没有证件时，必须有一名成员填"),
    ("", "职务", "position_held", None, "在单位的职务"),
)

MEMBERS = ("m1", "m2")  # prefixes of the keys of the sheet's two members


def member_places(slots: Iterable[str]) -> tuple[str, ...]:
    """The places of members of the family, by the prefixes of their keys."""
    return tuple(f"{slot}_{place}" for slot in slots for place in ("address", "hukou"))


@cache
def named_member_places(slots: Sequence[str]) -> Sequence[tuple[str, str]]:
    """``member_places`` with their labels."""
    labels = {"address": "现住址", "hukou": "户口所在地"}
    parts = ((place, *place.split("_")) for place in member_places(slots))
    return [(place, f"成员{member[1:]}{labels[part]}") for place, member, part in parts]


# what is typed only of a member who is there; the others have defaults
GIVEN = "name phone id_number workplace address_text hukou_text position_held relation_note".split()


@cache
def given_of(slot: str) -> frozenset[str]:
    """The keys of which one says that the member is there."""
    return frozenset(f"{slot}_{part}" for part in GIVEN)


PLACES = ("hukou", "address", "guardian_hukou", "birth_place", *member_places(MEMBERS))


def items() -> Iterator[Item]:
    """Every item about the pupil, in the order of the sheet."""
    for group in GROUPS:
        yield from group.items


@cache
def further() -> Mapping[str, Item]:
    """Typed items that StudentSheet holds, by key."""
    return {item.key: item for item in items() if item.model is StudentSheet}
