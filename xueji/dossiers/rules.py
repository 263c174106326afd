"""Which papers the file of a pupil needs, and by when: values of the rule set, no queries."""

from dataclasses import dataclass
from datetime import date, timedelta

from xueji.rules.engine import Rules
from xueji.rules.papers import Group
from xueji.students.models import Student


@dataclass(frozen=True)
class Demand:
    """One group of papers of which any one will do, and the rule that asks for it."""

    group: Group
    key: str
    citation: str


@dataclass(frozen=True)
class Days:
    """From when the school is reminded, and until when the file has to be there."""

    remind_on: date
    due_on: date


def demanded(student: Student, rules: Rules) -> list[Demand]:
    """The papers for this pupil; a group that a stricter one covers is not asked twice."""
    keys = ["entry.migrant.papers"] if student.migrant else []
    if not student.migrant and student.stage == "primary":
        keys.append("entry.papers")
    keys += ["register.file.papers", "register.file.more.papers"]
    if not student.id_index:
        keys.append("register.file.no_id.papers")
    found: dict[Group, Demand] = {}
    for key in keys:
        for group in rules.get(key) or ():
            found.setdefault(group, Demand(group, key, rules.rule(key).citation))
    return [
        demand
        for group, demand in found.items()
        if not any(set(other) < set(group) for other in found)
    ]


def days(entered_on: date, rules: Rules) -> Days:
    """Both days, counted from the day of entry."""
    return Days(
        remind_on=entered_on + timedelta(days=rules.value("register.file_remind_days")),
        due_on=entered_on + timedelta(days=rules.value("register.file_due_days")),
    )
