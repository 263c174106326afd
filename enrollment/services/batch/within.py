"""Rows of one workbook compared with each other: the same child twice, and who may be one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Protocol

from enrollment.services.batch.rows import Entry, Fate, Fault
from xueji.identity import codes, idnumbers, names, phones
from xueji.students import duplicates
from xueji.students.duplicates import Person
from xueji.students.reading import FLAGS, day
from xueji.students.sheet import MEMBERS

MOST_NAMED = 10  # lines in one sentence


class Known(Protocol):
    """A row with the blind index of its document number, None without one."""

    alike: Sequence[int]

    @property
    def entry(self) -> Entry: ...
    @property
    def number(self) -> bytes | None: ...


def find_doubled(rows: Sequence[Known]) -> None:
    """The same number in two rows is a fault of both; so is the same child without a number."""
    alike: defaultdict[object, list[Known]] = defaultdict(list)
    for row in rows:
        typed = row.entry.row
        if row.number:
            alike[row.number].append(row)
        elif name := names.clean_name(typed.get("name", "")):
            alike[name, typed.get("sex", ""), typed.get("birth_date", "")].append(row)
    for same in alike.values():
        lines = [row.entry.line for row in same]
        for row in same if len(same) > 1 else ():
            message = f"与第 {others(lines, row.entry.line)} 行是同一名学生。"
            key = "id_number" if row.number else "name"
            remedy = "请核对后只留一行；证件号抄错的，照证件改正。"
            row.entry.faults.append(Fault(key, "double", message, remedy))
            row.entry.fate = Fate.SUBMIT  # a fault is told even where one of them stands already


def others(lines: Sequence[int], own: int) -> str:
    """The lines of a row's equals, the first few of many; asked of every one of them."""
    rest = [line for line in lines[: MOST_NAMED + 2] if line != own]
    return "、".join(map(str, rest[:MOST_NAMED])) + " 等" * (len(rest) > MOST_NAMED)


def find_alike(rows: Sequence[Known]) -> None:
    """Set the lines of the other rows that may be the same child by another number."""
    people = [(row, person) for row in rows if (person := _person(row.entry.row))]
    for place, others in duplicates.among([person for _, person in people]).items():
        people[place][0].alike = tuple(people[other][0].entry.line for other in others)


def _person(typed: Mapping[str, str]) -> Person | None:
    """Who is typed; None while name, sex or birth date cannot be read."""
    number = idnumbers.normalise(typed.get("id_number", ""))
    id_type = codes.by_name_or_code(codes.ID_TYPES, typed.get("id_type", "")) or ""
    said = idnumbers.facts(id_type, number)
    sex = codes.by_name_or_code(codes.SEX, typed.get("sex", "")) or (said and said.sex)
    born = day(typed.get("birth_date", "")) or (said and said.birth_date)
    name = names.clean_name(typed.get("name", ""))
    if not (name and sex and born):
        return None
    return Person(name=name, sex=sex, birth_date=born, id_number=number, guardian=_guardian(typed))


def _guardian(typed: Mapping[str, str]) -> str:
    """The document number of the first guardian, else name and telephone."""
    for slot in MEMBERS:
        if FLAGS.get(typed.get(f"{slot}_guardian", "").lower()):
            if number := idnumbers.normalise(typed.get(f"{slot}_id_number", "")):
                return number
            name = names.clean_name(typed.get(f"{slot}_name", ""))
            phone = phones.normalise_phone(typed.get(f"{slot}_phone", ""))
            return f"{name} {phone}" if name and phone else ""
    return ""
