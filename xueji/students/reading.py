"""Reading one row of typed text about a pupil: clean values, and a problem for everything not
understood. An entry and the editing of a register read by these same words.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from xueji.identity import codes, idnumbers, names, phones
from xueji.identity.papers import FROM_OUTSIDE, NONE, RESIDENT
from xueji.identity.problems import Problem
from xueji.organisations.models import SchoolClass
from xueji.students import sheet, unknown_class

HAN, CHINA = "01", "CHN"
NO_HOUSEHOLD = "没有内地户口的，照证件写国家或地区，如：香港、德国。"
FLAGS = {
    **dict.fromkeys(("1", "是", "on", "true", "有", "√"), True),
    **dict.fromkeys(("", "0", "否", "off", "false", "无", "×"), False),
}
MEMBER_WORDS = {
    item.key: (item.label, item.longest or 0)
    for item in sheet.FAMILY
    if item.key in ("relation_note", "workplace", "position_held")
}
LONGEST = 300  # no field of the form is longer
LONGEST_PLACE, LONGEST_REASON = 120, 100
NO_LETTER = {"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"}  # categories of no printed character
EARLIEST = date(1900, 1, 1)
_DASHES = str.maketrans("年月/.", "----")
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{2})", re.ASCII)


def day(text: str) -> date | None:
    """A day written 2020-03-17, 20200317, 2020/3/17, 2020.3.17 or 2020年3月17日."""
    parts = _DAY.fullmatch(text.strip().rstrip("日").translate(_DASHES))
    try:
        return date(*map(int, filter(None, parts.groups()))) if parts else None
    except ValueError:
        return None


class Reader:
    """Reads one field at a time, collecting clean values and problems."""

    def __init__(self, row: Mapping[str, object]):
        # of a row most columns are empty, and asked for all the same
        self.row = {key: text for key, value in row.items() if (text := _text(value))}
        self.values: dict[str, Any] = {}
        self.problems: list[Problem] = []

    def text(self, key: str) -> str:
        return self.row.get(key, "")

    def tell(self, code: str, key: str, message: str, remedy: str) -> None:
        self.problems.append(Problem(code, message, remedy, field=key))

    def hint(self, code: str, key: str, message: str, remedy: str) -> None:
        """Something to look at again, which stops nothing."""
        self.problems.append(Problem(code, message, remedy, "warning", key))

    def missing(self, key: str, label: str, advice: str = "") -> None:
        self.tell("missing", key, f"还没有填{label}。", f"请补填{label}。{advice}")

    def add(self, key: str, problems: Sequence[Problem]) -> None:
        self.problems += [replace(problem, field=key) for problem in problems]

    def code(self, key: str, table: codes.CodeTable, label: str, *, required: bool = True) -> None:
        raw = self.row.get(key)
        code = table.meaning(raw) if raw else None
        if code is not None:
            self.values[key] = code
        elif raw:
            remedy = f"请从{label}的选项中选一个。"
            self.tell("unknown_code", key, f"{label}「{raw[:20]}」不在代码表中。", remedy)
        elif required:
            self.missing(key, label)

    def name(self, key: str, label: str) -> None:
        if not self.text(key):
            self.missing(key, label)
            return
        self.values[key] = names.clean_name(self.row[key])
        self.add(key, names.check_name(self.values[key]))

    def day(self, key: str, label: str, first: date, last: date, *, required: bool = True) -> None:
        raw = self.text(key)
        if not raw:
            if required:
                self.missing(key, label)
            return
        found = day(raw)
        if found is None:
            remedy = "请按 2020-03-17 的样子填写。"
            self.tell("date", key, f"{label}「{raw[:20]}」不是一个日期。", remedy)
        elif not first <= found <= last:
            span = f"请填 {first.isoformat()} 至 {last.isoformat()} 之间的日期。"
            self.tell("date_range", key, f"{label}{found.isoformat()}超出范围。", span)
        else:
            self.values[key] = found

    def words(
        self, key: str, label: str, most: int, *, required: bool = False, instead: str = ""
    ) -> None:
        """Free text of one line and at most ``most`` characters; empty it says ``instead``."""
        text = " ".join((self.text(key) or instead[:most]).split())
        if not text:
            if required:
                self.missing(key, label)
            self.values[key] = ""
            return
        if len(text) > most:
            self.tell("long", key, f"{label}超过 {most} 个字。", "请写短一些。")
        self.values[key] = self._printable(key, label, text)[:most]

    def _printable(self, key: str, label: str, text: str) -> str:
        """The text, or nothing and a problem where it holds what cannot be shown."""
        if text.isprintable() or all(unicodedata.category(one) not in NO_LETTER for one in text):
            return text
        message = f"{label}里有看不见的控制符，或别的电脑显示不出的字。"
        self.tell("characters", key, message, "请删去后重新输入。")
        return ""

    def place(self, key: str, label: str, *, required: bool = True, advice: str = "") -> None:
        words, code = self.row.get(f"{key}_text", ""), self.row.get(f"{key}_code", "")
        if not words and required:
            self.missing(f"{key}_text", label, advice)
        if len(words) > LONGEST_PLACE:
            message = f"{label}超过 {LONGEST_PLACE} 个字。"
            self.tell("long", f"{key}_text", message, "请写短一些。")
        words = self._printable(f"{key}_text", label, words)
        self.values[f"{key}_text"] = words[:LONGEST_PLACE]
        self.values[f"{key}_code"] = code if code.isascii() and code.isdigit() else ""

    def phone(self, key: str, label: str) -> None:
        if raw := self.text(key):
            self.add(key, phones.check_phone(raw))
            self.values[key] = phones.normalise_phone(raw)
        else:
            self.missing(key, label)

    def flag(self, key: str, label: str) -> None:
        value = FLAGS.get(self.text(key).lower())
        if value is None:
            self.tell("flag", key, f"{label}只能填是或否。", "请填「是」或「否」。")
        self.values[key] = bool(value)


class PupilReader(Reader):
    """Reads what belongs together: identity, family, class. ``slots`` are the members' prefixes."""

    def __init__(self, row: Mapping[str, object], slots: Sequence[str] = sheet.MEMBERS):
        super().__init__(row)
        self.slots = tuple(slots)
        self.members: list[dict[str, Any]] = []
        self.there: list[str] = []  # the prefixes of ``members``

    def identity(self, today: date) -> None:
        """Document, sex and birth date: a resident's number says the other two."""
        self.code("id_type", codes.ID_TYPES, "身份证件类型")
        id_type = self.values.get("id_type", "")
        number = idnumbers.normalise(self.row.get("id_number", ""))[:LONGEST]
        self.values["id_number"] = number
        if id_type:
            sex = codes.by_name_or_code(codes.SEX, self.text("sex"))
            born = day(self.text("birth_date"))
            found = idnumbers.check(id_type, number, today=today, sex=sex, birth_date=born)
            self.problems += [p if p.field else replace(p, field="id_number") for p in found]
        if facts := idnumbers.facts(id_type, number):
            self.row["sex"] = self.text("sex") or facts.sex
            self.row["birth_date"] = self.text("birth_date") or facts.birth_date.isoformat()
        required = id_type not in ("", RESIDENT)  # else type or number is what must be mended
        self.code("sex", codes.SEX, "性别", required=required)
        self.day("birth_date", "出生日期", EARLIEST, today, required=required)

    def name_of_a_han(self) -> None:
        """A Han child's name has Chinese characters; a Latin one is most likely mistyped."""
        name = self.values.get("name", "")
        is_han = (self.values.get("nation"), self.values.get("country")) == (HAN, CHINA)
        if name and is_han and not names.is_chinese(name):
            message, remedy = "汉族学生的姓名没有汉字。", "请照户口簿核对姓名、民族和国籍。"
            self.problems.append(Problem("name.latin", message, remedy, "warning", "name"))

    def person(self, today: date) -> None:
        """Who the child is, and where registered and at home."""
        self.identity(today)
        self.name("name", "姓名")
        self.code("nation", codes.NATIONS, "民族")
        self.code("country", codes.COUNTRIES, "国籍/地区")
        self.name_of_a_han()
        is_from_outside = self.values.get("id_type") in FROM_OUTSIDE
        self.place("hukou", "户口所在地", advice=NO_HOUSEHOLD if is_from_outside else "")
        self.code("hukou_kind", codes.HUKOU_KIND, "户口性质")
        self.place("address", "现住址")

    def attending(self) -> None:
        """How the child came to the school and comes to it every day."""
        self.code("entry_mode", codes.ENTRY_MODE, "入学方式")
        self.code("boarding", codes.BOARDING, "就读方式")

    def school_class(self, classes: Mapping[str, SchoolClass]) -> None:
        raw = self.text("school_class")
        if raw and raw not in classes:
            self.tell(
                "class", "school_class", unknown_class.message(raw), unknown_class.remedy(classes)
            )
        self.values["school_class"] = classes.get(raw)

    def family(self, *, needs_first: bool = True) -> None:
        """The members of whom anything is typed; the first must be there if ``needs_first``."""
        for place, label in sheet.named_member_places(self.slots):
            self.place(place, label, required=False)
        for prefix in self.slots:
            given = not sheet.given_of(prefix).isdisjoint(self.row)
            if given or (needs_first and prefix == sheet.MEMBERS[0]):
                self._member(prefix, f"成员{prefix[1:]}")
        if not any(member["is_guardian"] for member in self.members):
            message = "家庭成员中没有监护人。"
            self.tell("guardian", "m1_guardian", message, "请至少勾选一名成员的「是否监护人」。")

    def _member(self, prefix: str, label: str) -> None:
        self.there.append(prefix)
        self.name(f"{prefix}_name", f"{label}姓名")
        self.code(f"{prefix}_relation", codes.RELATION, f"{label}关系")
        self.phone(f"{prefix}_phone", f"{label}联系电话")
        self.flag(f"{prefix}_guardian", f"{label}是否监护人")
        for part, (words, most) in MEMBER_WORDS.items():
            self.words(f"{prefix}_{part}", f"{label}{words}", most)
        self.code(f"{prefix}_nation", codes.NATIONS, f"{label}民族", required=False)
        self.code(f"{prefix}_id_type", codes.ID_TYPES, f"{label}身份证件类型", required=False)
        id_type = self.values.pop(f"{prefix}_id_type", RESIDENT)
        number = idnumbers.normalise(self.row.get(f"{prefix}_id_number", ""))[:LONGEST]
        if number:
            found = idnumbers.check(id_type, number, today=date.max)
            self.add(f"{prefix}_id_number", [p for p in found if p.severity == "error"])
            self._is_another(prefix, label, number)
        guardian = self.values.pop(f"{prefix}_guardian")
        guardian_place = self.values.get("guardian_hukou_text", "") if guardian else ""
        self.members.append(
            {
                "name": self.values.pop(f"{prefix}_name", ""),
                "relation": self.values.pop(f"{prefix}_relation", ""),
                "phone": self.values.pop(f"{prefix}_phone", None),
                "is_guardian": guardian,
                "id_type": id_type if number else "",
                "id_number": number or None,
                "nation": self.values.pop(f"{prefix}_nation", ""),
                "hukou_text": self.values[f"{prefix}_hukou_text"] or guardian_place,
                "address_text": self.values[f"{prefix}_address_text"],
                **{part: self.values.pop(f"{prefix}_{part}") for part in MEMBER_WORDS},
            }
        )

    def _is_another(self, prefix: str, label: str, number: str) -> None:
        """Nobody is the child itself or two members, and no parent is younger than the child."""
        key, relation = f"{prefix}_id_number", self.values.get(f"{prefix}_relation", "")
        said, born = idnumbers.facts(RESIDENT, number), self.values.get("birth_date")
        if number == self.values["id_number"]:
            remedy = "请填这名成员本人的号码，不知道的先空着。"
            self.tell("own_number", key, f"{label}身份证件号与学生本人的相同。", remedy)
        elif number in {member["id_number"] for member in self.members}:
            message = f"{label}身份证件号与另一名家庭成员的相同。"
            self.tell("same_number", key, message, "请照户口簿核对，一人一号。")
        elif relation in codes.PARENTS and said and born and said.birth_date >= born:
            message = (
                f"{label}身份证件号里的出生日期不早于学生的，不会是{codes.RELATION[relation]}。"
            )
            self.tell("younger", key, message, "请核对这名成员的证件号和关系。")

    def contact(self) -> None:
        """The pupil's telephone; left empty, the first guardian's, whose lack is told before."""
        guardians = [member["phone"] for member in self.members if member["is_guardian"]]
        if self.text("phone"):
            self.phone("phone", "联系电话")
        elif guardians:
            self.values["phone"] = guardians[0]

    def identity_is_whole(self) -> None:
        """Without a document the reason and a family member's ID number are needed."""
        reason = self.text("no_id_reason")
        if len(reason) > LONGEST_REASON:
            message = f"无证件原因超过 {LONGEST_REASON} 个字。"
            self.tell("long", "no_id_reason", message, "请写短一些。")
        self.values["no_id_reason"] = reason[:LONGEST_REASON]
        if self.values.get("id_type") != NONE:
            self.values["no_id_reason"] = ""
            return
        if not reason:
            self.missing("no_id_reason", "无证件原因")
        if not any(member["id_number"] for member in self.members):
            message = "学生没有身份证件时，须填一名家庭成员的身份证件号。"
            self.tell("member_id", "m1_id_number", message, "请补填成员1身份证件号。")


def _text(value: object) -> str:
    """What a field or a cell holds, without what no column can keep."""
    return str("" if value is None else value).replace("\0", "")[:LONGEST].strip()
