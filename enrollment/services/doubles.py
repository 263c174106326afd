"""What a clerk is told about a child who seems to be registered already, and how often.

Inside the acting post's reach the school is named. Outside it the answer to a full document
number is the county, the supervising office and the first character of the name; who only looks
like the child is not described at all: a name and a birthday are no key to the registers.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from enrollment.rules.identity import what_to_do_about_a_double, what_to_do_about_a_likeness
from enrollment.services.check import Checked, Context
from xueji.accounts.access import Acting
from xueji.audit.lookups import too_many
from xueji.audit.models import AccessKind
from xueji.cases.alike import likeness, schools_of
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Rules
from xueji.students.duplicates import abroad
from xueji.students.models import UNREGISTERED, Status, Student

PAGE = "enrollment"  # of the Access rows that are counted


@dataclass(frozen=True)
class Double:
    """One pupil who holds the same number (``exact``) or may be the same child."""

    student: Student
    exact: bool
    is_foreign: bool
    text: str
    remedy: str


@dataclass(frozen=True)
class Answer:
    """The doubles of one row. ``wait`` is set instead when too many were told within the hour."""

    doubles: tuple[Double, ...] = ()
    wait: str = ""

    @property
    def kind(self) -> str:
        foreign = any(double.is_foreign for double in self.doubles)
        return AccessKind.LOOKUP if foreign else AccessKind.VIEW

    @property
    def student_ids(self) -> list[int]:
        return [double.student.pk for double in self.doubles]


def answer(checked: Checked, context: Context, acting: Acting) -> Answer:
    """What to tell of the pupils found for one row; the caller records the look."""
    found = [match.student for match in checked.near]
    if checked.is_double and checked.known:
        found.insert(0, checked.known)
    if not found:
        return Answer()
    where = schools_of(found)
    doubles = tuple(
        _double(student, where.get(student.pk), checked, context.rules, acting) for student in found
    )
    wait = _too_many(doubles, context.rules, acting)
    return Answer(wait=wait) if wait else Answer(doubles)


def holder(student: Student, rules: Rules, acting: Acting) -> Answer:
    """The same of the one pupil who holds a number that was typed whole, for taking the pupil."""
    at = schools_of([student]).get(student.pk)
    is_foreign = at is None or not acting.reaches(at.school.organisation.path)
    text = abroad(student, at) if is_foreign else _here(student, at, "这个证件号")
    doubles = (Double(student, True, is_foreign, text, ""),)
    wait = _too_many(doubles, rules, acting)
    return Answer(wait=wait) if wait else Answer(doubles)


def _double(
    student: Student, at: Lineage | None, checked: Checked, rules: Rules, acting: Acting
) -> Double:
    exact = student is checked.known
    is_foreign = at is None or not acting.reaches(at.school.organisation.path)
    subject = "这个证件号" if exact else f"另一名学生（{likeness(student, checked.values)}）"
    if is_foreign:
        text = abroad(student, at) if exact else f"{subject}登记在本单位以外，由上级比对双方材料。"
    else:
        text = _here(student, at, subject)
    return Double(student, exact, is_foreign, text, _remedy(student, exact, is_foreign, rules))


def _here(student: Student, at: Lineage | None, subject: str) -> str:
    school = at.school.organisation if at else ""
    if student.status == Status.PENDING:
        return f"{subject}正在{school}办理新生入学：{student.name}。"
    if student.status == Status.DEFERRED:
        return f"{subject}在{school}登记为缓学：{student.name}。"
    return f"{subject}在{school}已有学籍：{student.name}，{student.get_status_display()}。"


def _remedy(student: Student, exact: bool, is_foreign: bool, rules: Rules) -> str:
    """What the rule itself says to do, and outside the reach through whom."""
    if not exact:
        return f"{what_to_do_about_a_likeness(rules)}。"
    is_pending = student.status in UNREGISTERED
    told = f"{what_to_do_about_a_double(is_pending=is_pending)}。"
    if not is_foreign:
        return told
    return told + (
        "请与该主管部门联系。" if is_pending else "请监护人到原学校办理，或请上级与该主管部门联系。"
    )


def _too_many(doubles: Iterable[Double], rules: Rules, acting: Acting) -> str:
    """Why no more foreign children are told now, or nothing; those told before still are."""
    foreign = {double.student.pk for double in doubles if double.is_foreign}
    return too_many(foreign, limit=rules.value("entry.lookups_per_hour"), acting=acting)
