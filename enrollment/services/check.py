"""Checking rows of new pupils. The form is a batch of one; an Excel sheet will be many.

``check_rows`` takes what was typed, as text, and returns cleaned values with everything that is
wrong or remarkable. It writes nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from enrollment.rules import EntryFacts, register_type
from xueji.identity import codes, idnumbers, names, phones
from xueji.identity.problems import Problem
from xueji.organisations.models import Division, SchoolClass, StageName
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Finding, Rules, judge
from xueji.students import duplicates
from xueji.students.models import Status, Student

Row = Mapping[str, str]
MEMBERS = ("m1", "m2")
FLAGS = {"1": True, "是": True, "on": True, "true": True, "": False, "0": False, "否": False}


@dataclass(frozen=True, kw_only=True)
class Context:
    """What rows are checked against: the school, its rules and the intake."""

    lineage: Lineage
    rules: Rules
    today: date
    entry_year: int
    term_starts: date
    catchment: frozenset[str]
    classes: Mapping[str, SchoolClass]
    student_id: int | None = None


@dataclass
class Checked:
    """One row after checking. ``values`` holds what could be understood."""

    values: dict[str, Any] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=list)
    papers: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    known: Student | None = None
    near: list[duplicates.Match] = field(default_factory=list)
    facts: EntryFacts | None = None

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def blocked(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.effect == "block"]

    @property
    def warnings(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.effect == "warn"]


def check_rows(rows: Sequence[Row], context: Context) -> list[Checked]:
    """Check every row; queries do not grow with the rows but for the search of near duplicates."""
    checked = [_read(row, context) for row in rows]
    _settle_divisions(checked)
    people = [person for row in checked if (person := _person(row, context))]
    known = duplicates.exact(people)
    for row in checked:
        person = _person(row, context)
        if person:
            row.known = known.get(person.id_number)
            row.near = duplicates.near(person)
        row.facts = _facts(row, context)
        if row.facts:
            row.findings = judge("entry", row.facts, context.rules)
    return checked


def _read(row: Row, context: Context) -> Checked:
    """Clean every field by itself; fill what follows from the document number."""
    read = _Reader(row)
    read.code("id_type", codes.ID_TYPES, "身份证件类型")
    number = read.id_number(context.today)
    if facts := idnumbers.facts(read.values.get("id_type", ""), number):
        read.derive("sex", facts.sex)
        read.derive("birth_date", facts.birth_date.isoformat())
    read.name("name", "姓名")
    read.code("sex", codes.SEX, "性别")
    read.date("birth_date", "出生日期", latest=context.today)
    read.code("nation", codes.NATIONS, "民族")
    read.code("country", codes.COUNTRIES, "国籍/地区")
    read.code("hukou_kind", codes.HUKOU_KIND, "户口性质")
    read.place("hukou", "户口所在地")
    read.place("address", "现住址")
    read.place("guardian_hukou", "监护人户口所在地", required=False)
    read.phone("phone", "联系电话")
    read.code("boarding", codes.BOARDING, "就读方式")
    read.code("entry_mode", codes.ENTRY_MODE, "入学方式")
    read.date("entered_on", "入学日期", default=context.term_starts)
    read.flag("migrant", "是否进城务工人员随迁子女")
    read.school_class(context.classes)
    read.family()
    read.identity_is_whole()
    papers = frozenset(key[6:] for key in row if key.startswith("paper_") and FLAGS.get(row[key]))
    return Checked(
        values=read.values, members=read.members, papers=papers, problems=read.problems
    )


class _Reader:
    """Reads one row field by field, collecting clean values and problems."""

    def __init__(self, row: Row):
        self.row = dict(row)
        self.values: dict[str, Any] = {}
        self.members: list[dict[str, Any]] = []
        self.problems: list[Problem] = []

    def text(self, key: str) -> str:
        return str(self.row.get(key) or "").strip()

    def missing(self, key: str, label: str) -> None:
        self.problems.append(
            Problem("missing", f"还没有填{label}。", f"请补填{label}。", field=key)
        )

    def add(self, key: str, problems: Sequence[Problem]) -> None:
        self.problems += [replace(p, field=key) for p in problems]

    def derive(self, key: str, value: str) -> None:
        """Fill an empty field; a filled one was already compared with the document number."""
        if not self.text(key):
            self.row[key] = value

    def code(self, key: str, table: codes.CodeTable, label: str, *, required: bool = True) -> None:
        raw = self.text(key)
        if not raw:
            if required:
                self.missing(key, label)
            return
        code = codes.by_name_or_code(table, raw)
        if code is None:
            self.problems.append(
                Problem(
                    "unknown_code",
                    f"{label}填的内容不在代码表中。",
                    f"请从{label}的选项中选一个。",
                    field=key,
                )
            )
        else:
            self.values[key] = code

    def id_number(self, today: date) -> str:
        number = idnumbers.normalise(self.row.get("id_number"))
        id_type = self.values.get("id_type", "")
        born, sex = self.text("birth_date"), codes.by_name_or_code(codes.SEX, self.text("sex"))
        found = idnumbers.check(
            id_type, self.row.get("id_number") or "", today=today, sex=sex, birth_date=_day(born)
        )
        self.problems += [p if p.field else replace(p, field="id_number") for p in found]
        self.values["id_number"] = number
        return number

    def name(self, key: str, label: str) -> None:
        raw = self.row.get(key) or ""
        if not str(raw).strip():
            self.missing(key, label)
            return
        self.values[key] = names.clean_name(raw)
        self.add(key, names.check_name(self.values[key]))

    def date(
        self, key: str, label: str, *, latest: date | None = None, default: date | None = None
    ) -> None:
        raw = self.text(key)
        if not raw:
            if default:
                self.values[key] = default
            else:
                self.missing(key, label)
            return
        day = _day(raw)
        if day is None or (latest and day > latest):
            why = "不是一个日期" if day is None else "在今天之后"
            self.problems.append(
                Problem("date", f"{label}{why}。", "请按 2020-03-17 的样子填写。", field=key)
            )
        else:
            self.values[key] = day

    def place(self, key: str, label: str, *, required: bool = True) -> None:
        words, code = self.text(f"{key}_text"), self.text(f"{key}_code")
        if not words and required:
            self.missing(f"{key}_text", label)
        if len(words) > 120:
            self.problems.append(
                Problem("long", f"{label}超过 120 个字。", "请写短一些。", field=f"{key}_text")
            )
            words = words[:120]
        self.values[f"{key}_text"] = words
        self.values[f"{key}_code"] = code if code.isascii() and code.isdigit() else ""

    def phone(self, key: str, label: str, *, required: bool = True) -> None:
        raw = self.text(key)
        if raw:
            self.add(key, phones.check_phone(raw))
            self.values[key] = phones.normalise_phone(raw)
        elif required:
            self.missing(key, label)

    def flag(self, key: str, label: str) -> None:
        value = FLAGS.get(self.text(key))
        if value is None:
            self.problems.append(
                Problem("flag", f"{label}只能填是或否。", "请填 是 或 否。", field=key)
            )
        self.values[key] = bool(value)

    def school_class(self, classes: Mapping[str, SchoolClass]) -> None:
        raw = self.text("school_class")
        if raw and raw not in classes:
            self.problems.append(
                Problem(
                    "class", "所选班级不是本校本届的班级。", "请重新选择班级。", field="school_class"
                )
            )
        self.values["school_class"] = classes.get(raw)

    def family(self) -> None:
        for position, prefix in enumerate(MEMBERS, start=1):
            if position == 1 or any(
                self.text(f"{prefix}_{part}") for part in ("name", "phone", "id_number")
            ):
                self._member(prefix, f"成员{position}")
        if self.members and not any(member["is_guardian"] for member in self.members):
            self.problems.append(
                Problem(
                    "guardian",
                    "家庭成员中没有监护人。",
                    "至少勾选一名「是监护人」。",
                    field="m1_guardian",
                )
            )

    def _member(self, prefix: str, label: str) -> None:
        self.name(f"{prefix}_name", f"{label}姓名")
        self.code(f"{prefix}_relation", codes.RELATION, f"{label}关系")
        self.phone(f"{prefix}_phone", f"{label}联系电话")
        self.flag(f"{prefix}_guardian", f"{label}是否监护人")
        number = idnumbers.normalise(self.row.get(f"{prefix}_id_number"))
        if number:
            found = idnumbers.check("1", number, today=date.max)
            self.add(f"{prefix}_id_number", [p for p in found if p.severity == "error"])
        guardian = self.values.pop(f"{prefix}_guardian")
        self.members.append(
            {
                "name": self.values.pop(f"{prefix}_name", ""),
                "relation": self.values.pop(f"{prefix}_relation", ""),
                "phone": self.values.pop(f"{prefix}_phone", None),
                "is_guardian": guardian,
                "id_type": "1" if number else "",
                "id_number": number or None,
                "hukou_code": self.values.get("guardian_hukou_code", "") if guardian else "",
                "hukou_text": self.values.get("guardian_hukou_text", "") if guardian else "",
            }
        )

    def identity_is_whole(self) -> None:
        """Without a document the reason and a family member's ID number are needed."""
        reason = self.text("no_id_reason")
        self.values["no_id_reason"] = reason[:100]
        if self.values.get("id_type") != "Z":
            return
        if not reason:
            self.missing("no_id_reason", "无证件原因")
        if not any(member["id_number"] for member in self.members):
            self.problems.append(
                Problem(
                    "member_id",
                    "学生没有身份证件时，须填一名家庭成员的身份证件号。",
                    "请补填成员1身份证件号。",
                    field="m1_id_number",
                )
            )


def _day(text: str) -> date | None:
    """A day written 2020-03-17, 20200317, 2020/3/17, 2020.3.17 or 2020年3月17日."""
    plain = text.strip().rstrip("日").translate(str.maketrans("年月/.", "----"))
    parts = re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{4})(\d{2})(\d{2})", plain, re.ASCII)
    try:
        return parts and date(*(int(part) for part in parts.groups() if part))
    except ValueError:
        return None


def _settle_divisions(rows: Sequence[Checked]) -> None:
    """Keep only 12-digit codes that exist; a text alone stays without code, as 待核."""
    keys = ("hukou_code", "address_code", "guardian_hukou_code")
    wanted = {row.values[key] for row in rows for key in keys if row.values.get(key)}
    known = set(Division.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    for row in rows:
        for key in keys:
            if row.values.get(key) not in known:
                row.values[key] = ""
        for member in row.members:
            if member["hukou_code"] not in known:
                member["hukou_code"] = ""


def _person(row: Checked, context: Context) -> duplicates.Person | None:
    values = row.values
    if not {"name", "sex", "birth_date"} <= values.keys():
        return None
    return duplicates.Person(
        name=values["name"],
        sex=values["sex"],
        birth_date=values["birth_date"],
        id_number=values["id_number"],
        student_id=context.student_id,
    )


def _facts(row: Checked, context: Context) -> EntryFacts | None:
    """What the rules judge; None while the birth date is not known."""
    values, school = row.values, context.lineage.school
    if "birth_date" not in values:
        return None
    known = row.known if row.known and row.known.pk != context.student_id else None
    registered = known is not None and duplicates.is_registered(known)
    return EntryFacts(
        birth_date=values["birth_date"],
        entry_year=context.entry_year,
        grade=1,
        stage=StageName.PRIMARY,
        school_kind=school.kind,
        designated_for_borrowed=school.designated_for_borrowed,
        has_catchment=bool(context.catchment),
        catchment=context.catchment,
        hukou_code=values["hukou_code"],
        guardian_hukou_code=values["guardian_hukou_code"],
        address_code=values["address_code"],
        migrant=values["migrant"],
        register_type=register_type(migrant=values["migrant"], rules=context.rules),
        papers=row.papers,
        id_missing=not values["id_number"],
        same_id=int(known is not None and known.status != Status.PENDING),
        same_person_near=len(row.near),
        live_elsewhere=registered and known.school_id != school.pk,
        foreign=values.get("country", "CHN") != "CHN",
    )
