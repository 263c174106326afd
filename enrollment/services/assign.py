"""Putting approved entrants into classes by hand; the number follows the class."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.models import School, SchoolClass, StageName
from xueji.organisations.queries import lineage
from xueji.students import services as students
from xueji.students.models import Status, Student


@transaction.atomic
def assign(*, student_ids: Iterable[int], school_class: SchoolClass, acting: Acting) -> int:
    """Put pupils without a class into one of their school and cohort; return how many.

    Pupils that another clerk has placed meanwhile are left where they are.
    """
    access.require(acting, "enrollment.assign", school_class.school_id)
    pupils = [
        student for student in students.lock(student_ids).values() if _fits(student, school_class)
    ]
    if not pupils:
        raise Refused("所选学生已经分班，或不属于这个班的年级。请刷新后再选。")
    students.put_in_class(pupils, school_class=school_class, acting=acting, reason="分班")
    school = lineage(school_class.school_id)
    ledger.write(
        [
            ledger.Fact(
                kind=EventKind.PLACED,
                student=student,
                lineage=school,
                effective_on=max(acting.today, student.entered_on or acting.today),
                stage=student.stage,
                grade=student.grade,
                class_name=str(school_class),
                text=f"编入{school_class}",
            )
            for student in pupils
        ],
        acting=acting,
    )
    return len(pupils)


def add_class(
    *, school: School, entry_year: int, number: int, capacity: int, acting: Acting
) -> SchoolClass:
    """Open a class of first-graders in an intake; Refused when the number is taken."""
    access.require(acting, "enrollment.assign", school.pk)
    try:
        with transaction.atomic():
            return SchoolClass.objects.create(
                school=school,
                stage=StageName.PRIMARY,
                entry_year=entry_year,
                number=number,
                grade=1,
                capacity=capacity,
            )
    except IntegrityError as error:
        raise Refused(f"{entry_year} 级已有 {number} 班，不能重复设班。请换一个班号。") from error


def _fits(student: Student, school_class: SchoolClass) -> bool:
    return (
        student.school_class_id is None
        and student.status == Status.ENROLLED
        and (student.school_id, student.stage, student.entry_year)
        == (school_class.school_id, school_class.stage, school_class.entry_year)
    )
