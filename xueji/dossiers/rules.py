"""Which papers the file of a pupil needs, and by when: values of the rule set, no queries."""

from dataclasses import dataclass
from datetime import date, timedelta

from xueji.rules.engine import Rules
from xueji.rules.papers import MEDICAL, Group
from xueji.students.models import Attendance, Student, StudentSheet

# what is registered of a pupil and asks for a proof → how it is said; 随迁 has entry.migrant.papers
FLAGS = {
    "left_behind": "留守儿童",
    "orphan": "孤儿",
    "martyr_family": "烈士或优抚子女",
    "disability": "残疾",
    "inclusion": "随班就读",
    "home_taught": "送教上门",
    "needs_aid": "申请资助",
    "boarding_subsidy": "享受一补",
}
NOT_SO = {None, "", False, "0", "00"}  # 未填, 否, 非留守儿童, 无残疾, 普通学生


@dataclass(frozen=True)
class Demand:
    """One group of papers of which any one will do, and the rule that asks for it.

    ``because`` says what is registered of the pupil, where that asks for it.
    """

    group: Group
    key: str
    citation: str
    because: str = ""

    @property
    def is_medical(self) -> bool:
        """Whether the demand alone tells of health or disability."""
        return not MEDICAL.isdisjoint(self.group)


@dataclass(frozen=True)
class Days:
    """From when the school is reminded, and until when the file has to be there."""

    remind_on: date
    due_on: date


def flags(student: Student, sheet: StudentSheet | None) -> list[str]:
    """What of FLAGS is registered of the pupil."""
    home_taught = student.attendance == Attendance.HOME_TAUGHT
    return [
        name
        for name in FLAGS
        if (home_taught if name == "home_taught" else getattr(sheet, name, None) not in NOT_SO)
    ]


def demanded(student: Student, sheet: StudentSheet | None, rules: Rules) -> list[Demand]:
    """The papers for this pupil; a group that a stricter one covers is not asked twice."""
    keys = {"entry.migrant.papers": ""} if student.migrant else {}
    if not student.migrant and student.stage == "primary":
        keys["entry.papers"] = ""
    keys |= {"register.file.papers": "", "register.file.more.papers": ""}
    if not student.id_index:
        keys["register.file.no_id.papers"] = ""
    keys |= {f"register.proof.{flag}.papers": FLAGS[flag] for flag in flags(student, sheet)}
    found: dict[Group, Demand] = {}
    for key, because in keys.items():
        for group in rules.get(key) or ():
            found.setdefault(group, Demand(group, key, rules.rule(key).citation, because))
    return [
        demand
        for group, demand in found.items()
        if not any(set(other) < set(group) for other in found)
    ]


def days(start: date, rules: Rules) -> Days:
    """Both days, counted from ``counted_from``."""
    return Days(
        remind_on=start + timedelta(days=rules.value("register.file_remind_days")),
        due_on=start + timedelta(days=rules.value("register.file_due_days")),
    )


def counted_from(
    entered_on: date, *, before: date | None, was_complete: bool, lacks: bool, today: date
) -> date:
    """The day from which the days are counted: the entry; today when a complete file lacks again.

    ``before`` is the day that was counted from until now.
    """
    if was_complete and lacks:
        return today
    return before or entered_on
