"""A new pupil as typed so far, never written: from it the sheet is printed that parents check."""

from dataclasses import dataclass

from enrollment.services.check import Context, Row, understood
from enrollment.services.submit import SHEET_FIELDS, STUDENT_FIELDS
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.models import FamilyMember, Status, Student, StudentSheet


@dataclass(frozen=True, kw_only=True)
class Typed:
    """Rows without a key; what could not be read is empty."""

    student: Student
    sheet: StudentSheet
    family: list[FamilyMember]


def typed(row: Row, context: Context) -> Typed:
    """What the row says; which number it will have, and whether it may be submitted, is open."""
    checked = understood(row, context)
    student = Student(
        status=Status.PENDING,
        grade=checked.values["into_grade"],
        school_class=checked.values.get("school_class"),
    )
    for name in STUDENT_FIELDS:
        setattr(student, name, checked.values.get(name) or empty(name, Student))
    students.derive(student)
    further = {name: checked.values.get(name, empty(name, StudentSheet)) for name in SHEET_FIELDS}
    return Typed(
        student=student,
        sheet=StudentSheet(**further),
        family=[FamilyMember(position=place, **one) for place, one in enumerate(checked.members)],
    )
