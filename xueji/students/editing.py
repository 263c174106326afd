"""Editing a built register: what is typed against what is saved, item by item, as text.

Masked items stand empty in the form: empty keeps what is saved, 无 takes it away. A member of the
family is known by its position: ``m2_name`` is the name of the member at position 2. What was
saved before today's checks and is not touched stops nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import models

from xueji.identity.classification import DataClass
from xueji.identity.problems import Problem
from xueji.rules.engine import Finding, Rules, judge
from xueji.students import items, places, sheet, showing
from xueji.students.models import FamilyMember, Student, StudentSheet
from xueji.students.reading import PupilReader
from xueji.students.rules import EditFacts, migrant_decides

NOTHING = "无"
GONE = "gone"
MOST_MEMBERS = 9  # a position is one digit of a key
# items that have a procedure of their own
BY_OTHER_WAYS = {"school_class", "entered_on", "home_taught"}
PLACES = ("hukou", "address", "birth_place")
MEMBER_CODES = ("hukou_code", "address_code")
Row = Mapping[str, str]


class Entry(NamedTuple):
    """One item of the form: of the pupil (position 0) or of the member at that position."""

    label: str
    item: sheet.Item
    position: int

    @property
    def is_masked(self) -> bool:
        return self.item.field in showing.MASKS

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that hold it."""
        if self.item.is_place:
            return (self.item.field, f"{self.item.field[:-4]}code")
        more = {"id_valid_from": ("id_valid_until",)}
        if self.position:
            more["id_number"] = ("id_type",)
        return (self.item.field, *more.get(self.item.field, ()))


@dataclass(frozen=True)
class Saved:
    """A pupil with everything that the form edits, now or as of a version."""

    student: Student
    sheet: StudentSheet
    family: Mapping[int, FamilyMember]

    def row(self, entry: Entry) -> models.Model | None:
        if entry.position:
            return self.family.get(entry.position)
        return self.student if entry.item.model is Student else self.sheet

    def texts(self, positions: Iterable[int]) -> dict[str, str]:
        """Every item as it would be typed, unmasked."""
        found = {}
        for key, entry in entries(positions).items():
            row = self.row(entry)
            found[key] = as_typed(entry.item, row) if row else ""
            if entry.item.is_place:
                code = getattr(row, entry.columns[1]) if row else ""
                found[f"{key[:-4]}code"] = code
        return found


@dataclass
class Edit:
    """What an edit writes, by model; a member that is None is taken out."""

    student: dict[str, Any] = field(default_factory=dict)
    sheet: dict[str, Any] = field(default_factory=dict)
    family: dict[int, dict[str, Any] | None] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    hints: list[Problem] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.student or self.sheet or self.family)


def entries(positions: Iterable[int]) -> dict[str, Entry]:
    """Every item that is typed in an edit, key data included, by key."""
    found = {
        item.key: Entry(item.label, item, 0)
        for item in sheet.items()
        if item.key and item.key not in BY_OTHER_WAYS
    }
    for n in positions:
        for item in sheet.FAMILY:
            found[f"m{n}_{item.key}"] = Entry(f"成员{n}{item.label}", item, n)
    return found


def load(student: Student) -> Saved:
    """What is saved now, in two queries."""
    more = StudentSheet.objects.filter(student=student.pk).first()
    family = {member.position: member for member in student.family.order_by("position")}
    return Saved(student, more or StudentSheet(student=student), family)


def load_all(students: Iterable[Student]) -> list[Saved]:
    """What is saved of many, in the order of the students, in two queries and their own."""
    pupils = list(students)
    sheets = StudentSheet.objects.in_bulk([student.pk for student in pupils])
    families: dict[int, dict[int, FamilyMember]] = {}
    for member in FamilyMember.objects.filter(student__in=pupils).order_by("position"):
        families.setdefault(member.student_id, {})[member.position] = member
    return [
        Saved(
            student,
            sheets.get(student.pk) or StudentSheet(student=student),
            families.get(student.pk, {}),
        )
        for student in pupils
    ]


def at_version(student_id: int, version: int) -> Saved | None:
    """What was saved as of a row version of the pupil; None where no history tells."""
    row = Student.history.filter(id=student_id, version=version).order_by("history_id").last()
    if row is None:
        return None
    until = {"student_id": student_id, "history_date__lte": row.history_date}
    more = StudentSheet.history.filter(**until).order_by("history_id").last()
    members = {m.id: m for m in FamilyMember.history.filter(**until).order_by("history_id")}
    return Saved(
        row.instance,
        more.instance if more else StudentSheet(student_id=student_id),
        {m.position: m.instance for m in members.values() if m.history_type != "-"},
    )


def positions(saved: Saved, row: Row) -> list[int]:
    """The members that the form speaks of: who is there, who is typed, and one free place."""
    asked = {n for n in range(1, MOST_MEMBERS + 1) if f"m{n}_name" in row}
    free = [n for n in range(1, MOST_MEMBERS + 1) if n not in saved.family]
    return sorted(asked | saved.family.keys() | set(free[: 1 if saved.family else 2]))


def locked(rules: Rules) -> dict[str, Finding]:
    """Key → why it is no item to be edited: key data and what goes with it."""
    facts = EditFacts(changed=frozenset(entries([])))
    return {finding.field: finding for finding in judge("keydata", facts, rules)}


def not_typed(rules: Rules, *, medical: bool) -> set[str]:
    """Keys that this post's form leaves out."""
    hidden = {
        key for key, entry in entries([]).items() if entry.item.data_class == DataClass.MEDICAL
    }
    migrant = {"migrant"} if migrant_decides(rules) else set()
    return locked(rules).keys() | migrant | (set() if medical else hidden)


def check(row: Row, saved: Saved, *, rules: Rules, today: date, county: str, medical: bool) -> Edit:
    """What a form of texts changes, with all that is wrong with it; writes nothing."""
    seats = positions(saved, row)
    known, have = entries(seats), saved.texts(seats)
    want, gone = _wanted(row, saved, known, have)
    changed = {key for key in have if want[key].strip() != have[key].strip()}
    changed |= {f"{key[:-4]}text" for key in changed if key.endswith("_code")}
    edit = Edit(problems=list(_locked(changed, rules)))
    changed -= not_typed(rules, medical=medical)
    want |= {key: have[key] for key in have if key not in changed}
    prefixes = [f"m{n}" for n in seats]
    before = {(problem.code, problem.field) for problem in _read(have, prefixes, saved, today)[1]}
    reader, problems = _read(want, prefixes, saved, today)
    places.settle([reader.values], county, (*PLACES, *sheet.member_places(prefixes)))
    family_changes = any(key in known and known[key].position for key in changed)
    for problem in problems:
        is_new = (problem.code, problem.field) not in before
        if problem.severity == "warning":
            edit.hints += [problem] if is_new else []
        elif is_new or problem.field in changed or (problem.code == "guardian" and family_changes):
            edit.problems.append(problem)
    for key in changed & known.keys():
        _write(edit, known[key], reader, saved)
    _write_members(edit, changed, reader, saved, gone)
    return edit


def _wanted(
    row: Row, saved: Saved, known: Mapping[str, Entry], have: Row
) -> tuple[dict[str, str], set[int]]:
    """Every item as it shall be, as text, and who is taken out of the family."""
    want = dict(have)
    for key in have.keys() & row.keys():
        typed = row[key].replace("\0", "")
        if key in known and known[key].is_masked:
            kept = have[key] if not typed.strip() else typed
            want[key] = "" if typed.strip() == NOTHING else kept
        else:
            want[key] = typed
    gone = {n for n in saved.family if row.get(f"m{n}_{GONE}")}
    for key in want:
        prefix, _, _ = key.partition("_")
        if prefix in {f"m{n}" for n in gone}:
            want[key] = ""
    return want, gone


def _locked(changed: set[str], rules: Rules) -> Iterable[Problem]:
    """Key data in a form that was not made by our page."""
    for finding in judge("keydata", EditFacts(changed=frozenset(changed)), rules):
        remedy = f"{finding.remedy}（{finding.citation}）。"
        yield Problem("key_data", f"{finding.message}。", remedy, field=finding.field)


def _read(
    texts: Row, prefixes: list[str], saved: Saved, today: date
) -> tuple[PupilReader, list[Problem]]:
    reader = PupilReader({**texts, "no_id_reason": saved.student.no_id_reason}, prefixes)
    reader.person(today)
    reader.family(needs_first=False)
    reader.contact()
    reader.attending()
    reader.flag("migrant", "是否进城务工人员随迁子女")
    items.read(reader, today)
    reader.identity_is_whole()
    return reader, reader.problems


def _write(edit: Edit, entry: Entry, reader: PupilReader, saved: Saved) -> None:
    """Of a changed item about the pupil the columns that become other than they are."""
    row = saved.row(entry)
    if entry.position or row is None:
        return
    target = edit.student if entry.item.model is Student else edit.sheet
    for column in entry.columns:
        value = reader.values.get(column, empty(column, entry.item.model))
        if value != getattr(row, column):
            target[column] = value


def _write_members(
    edit: Edit, changed: set[str], reader: PupilReader, saved: Saved, gone: set[int]
) -> None:
    for prefix, member in zip(reader.there, reader.members, strict=True):
        n = int(prefix[1:])
        values = {column: reader.values[f"{prefix}_{column}"] for column in MEMBER_CODES} | member
        old = saved.family.get(n)
        if old is not None:
            touched = {
                column
                for key, entry in entries([n]).items()
                if entry.position and key in changed
                for column in entry.columns
            }
            values = {c: v for c, v in values.items() if c in touched and v != getattr(old, c)}
        if values:
            edit.family[n] = values
    edit.family |= dict.fromkeys(gone)
    for n in saved.family.keys() - gone - {int(prefix[1:]) for prefix in reader.there}:
        message = f"成员{n}的各项都空着。"
        remedy = "要删去这名成员，请勾选「删去这名成员」。"
        edit.problems.append(Problem("missing", message, remedy, field=f"m{n}_name"))


def empty(column: str, model: type[models.Model]) -> object:
    """What an empty field holds: the type of the column decides."""
    kind = model._meta.get_field(column)
    if kind.null:
        return None
    return False if isinstance(kind, models.BooleanField) else ""


def as_typed(item: sheet.Item, row: models.Model) -> str:
    """The item as it is typed: codes, days in ISO form, 1 and 0."""
    value = getattr(row, item.field)
    if item.field == "id_valid_from":
        return showing.valid_text(value, getattr(row, "id_valid_until"))  # noqa: B009 -- of a sheet
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
