"""Where a pupil's lessons are: at school, or at home (送教上门). Changed with papers, on record."""

from collections.abc import Collection, Sequence

from django.db import transaction

from enrollment.rules import is_disabled
from enrollment.rules.identity import without_disability
from enrollment.services import room
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.seats import Room
from xueji.identity.problems import Problem
from xueji.organisations.queries import lineage
from xueji.rules.engine import Finding, Rules
from xueji.rules.papers import PAPERS, missing, named
from xueji.students import services as students
from xueji.students.models import Attendance, Student, StudentSheet
from xueji.students.rules import is_taught
from xueji.students.services import NotEditable, Outdated, Unchanged, Unfit, require_editable

LONGEST_REASON = 40


def other(student: Student) -> Attendance:
    """What the pupil's attendance can be changed to."""
    at_home = student.attendance == Attendance.HOME_TAUGHT
    return Attendance.IN_SCHOOL if at_home else Attendance.HOME_TAUGHT


@transaction.atomic
def change(
    *,
    student_id: int,
    version: int,
    attendance: str,
    papers: Collection[str],
    reason: str,
    acting: Acting,
) -> list[Finding]:
    """Change where the lessons are, at the pupil's own school; return what is to be looked at.

    A pupil who comes back to school takes a seat in the class. Raises Outdated, Unchanged,
    NotEditable and Unfit as an edit of the sheet does, Refused where the class is full.
    """
    student = students.lock([student_id])[student_id]
    access.require(acting, "enrollment.attendance", student.school_id or 0)
    school = lineage(student.school_id or 0)
    rules = room.rules_of(school, acting)
    require_taught(student, rules)
    if student.version != version:
        raise Outdated
    if attendance != other(student):
        raise Unchanged
    if problems := [*_papers(papers, rules), *_of_reason(reason)]:
        raise Unfit(problems)
    student.attendance = attendance
    if student.school_class:
        Room([student.school_class.pk]).seat(
            student, student.school_class, rules=rules, chosen_by=acting.user.pk
        )
    seen = "、".join(PAPERS[code] for code in sorted(papers))
    signed = f"改为{student.get_attendance_display()}（看过{seen}）：{reason.strip()}"
    students.write([student], fields=["attendance"], acting=acting, reason=signed[:100])
    return told(student, rules)


def require_taught(student: Student, rules: Rules) -> None:
    """Raise NotEditable unless the pupil has lessons and the register may be edited."""
    require_editable(student, rules)
    if not is_taught(student):
        why = f"该生现在{student.get_status_display()}，没有在上课。回校就读以后再改上课形式。"
        raise NotEditable(why)


def told(student: Student, rules: Rules) -> list[Finding]:
    """What the rules notice of a pupil who is taught at home."""
    if student.attendance != Attendance.HOME_TAUGHT:
        return []
    sheet = StudentSheet.objects.filter(student=student.pk).first()
    if is_disabled(sheet.disability if sheet else None):
        return []
    return [without_disability(rules)]


def _papers(seen: Collection[str], rules: Rules) -> Sequence[Problem]:
    rule = rules.rule("entry.home_taught.papers")
    lacking = missing(rule.value, seen)
    if not lacking:
        return []
    what = "、".join(named(group) for group in lacking)
    remedy = f"看过原件后勾选（{rule.citation}）。"
    return [Problem("papers", f"缺{what}。", remedy, field="papers")]


def _of_reason(reason: str) -> Sequence[Problem]:
    if not reason.strip():
        return [Problem("missing", "还没有填原因。", "请写明为什么改。", field="reason")]
    if len(reason.strip()) > LONGEST_REASON:
        long = f"原因超过 {LONGEST_REASON} 个字。"
        return [Problem("long", long, "请写短一些。", field="reason")]
    return []
