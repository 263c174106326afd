"""Putting approved entrants into classes by hand, and changing classes; each with its record."""

from collections.abc import Collection, Iterable

from django.db import IntegrityError, transaction

from enrollment.models import ClassMove
from enrollment.services import room
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.models import School, SchoolClass, StageName
from xueji.organisations.queries import Lineage, lineage
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
    school = lineage(school_class.school_id)
    school_class = _locked(school_class)
    rules = room.rules_of(school, acting)
    note = room.require(school_class, coming=len(pupils), rules=rules, acting=acting)
    students.put_in_class(pupils, school_class=school_class, acting=acting, reason="分班")
    ledger.write(
        [
            placed(student, school_class, school, acting, text=f"编入{school_class}{note}")
            for student in pupils
        ],
        acting=acting,
    )
    return len(pupils)


@transaction.atomic
def move(
    *,
    student_ids: Collection[int],
    out_of: SchoolClass,
    into: SchoolClass,
    reason: str,
    acting: Acting,
) -> int:
    """Let pupils change to another class of their cohort (调班); numbers stay as they are.

    All or none: Refused when one of them is not in ``out_of`` any more.
    """
    access.require(acting, "enrollment.assign", out_of.school_id)
    pupils = list(students.lock(student_ids).values())
    if not pupils or len(pupils) != len(set(student_ids)):
        raise Refused("所选学生不在本校。请刷新后再选。")
    for student in pupils:
        if student.school_class_id != out_of.pk or student.status != Status.ENROLLED:
            now = student.school_class or "不在班里"
            raise Refused(f"{student}已不在{out_of}（现在：{now}）。请刷新后再选。")
    cohort = (out_of.school_id, out_of.stage, out_of.entry_year)
    if into.pk == out_of.pk or (into.school_id, into.stage, into.entry_year) != cohort:
        raise Refused("只能调到本校同一级的另一个班。请另选一个班。")
    school = lineage(out_of.school_id)
    into = _locked(into)
    rules = room.rules_of(school, acting)
    note = room.require(into, coming=len(pupils), rules=rules, acting=acting)
    text = f"由{out_of}调入{into}：{reason}"
    students.put_in_class(pupils, school_class=into, acting=acting, reason=text[:100])
    ClassMove.objects.bulk_create(
        ClassMove(
            student=student,
            out_of=out_of,
            into=into,
            reason=reason,
            moved_at=acting.at,
            moved_by=acting.post,
        )
        for student in pupils
    )
    ledger.write(
        [placed(student, into, school, acting, text=(text + note)[:200]) for student in pupils],
        acting=acting,
    )
    return len(pupils)


def placed(
    student: Student, school_class: SchoolClass, school: Lineage, acting: Acting, *, text: str
) -> ledger.Fact:
    """The event of a pupil who comes into a class."""
    return ledger.Fact(
        kind=EventKind.PLACED,
        student=student,
        lineage=school,
        effective_on=max(acting.today, student.entered_on or acting.today),
        stage=school_class.stage,
        grade=student.grade or school_class.grade,
        class_name=str(school_class),
        text=text,
    )


def _locked(school_class: SchoolClass) -> SchoolClass:
    try:
        return room.lock([school_class.pk])[school_class.pk]
    except KeyError:
        raise Refused(f"{school_class}已撤销。请刷新后另选一个班。") from None


def add_class(
    *, school: School, entry_year: int, number: int, capacity: int, acting: Acting
) -> SchoolClass:
    """Open a class of an intake, in the grade it has come to; Refused when the number is taken."""
    access.require(acting, "enrollment.assign", school.pk)
    stage = StageName.PRIMARY
    rules = room.rules_of(lineage(school.pk), acting)
    room.require_capacity(stage=stage, capacity=capacity, rules=rules)
    sibling = SchoolClass.objects.filter(school=school, stage=stage, entry_year=entry_year).first()
    try:
        with transaction.atomic():
            return SchoolClass.objects.create(
                school=school,
                stage=stage,
                entry_year=entry_year,
                number=number,
                grade=sibling.grade if sibling else 1,
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
