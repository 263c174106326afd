"""Changing pupils: adding, placing, leaving a place. Every change is signed and locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.identity import pinyin
from xueji.organisations.models import School, SchoolClass
from xueji.students import identity_documents
from xueji.students.identity_documents import id_index
from xueji.students.models import FamilyMember, Placement, PlacementKind, Student, StudentSheet

PLACE = ("school", "org_path", "school_class", "stage", "entry_year", "grade")
DOCUMENT = {"id_type", "id_number", "id_index"}


def lock(student_ids: Iterable[int]) -> dict[int, Student]:
    """Lock pupils, with their class, in id order. Cases are locked before, series after."""
    rows = Student.objects.select_for_update(of=("self",)).select_related("school_class")
    return {row.pk: row for row in rows.filter(pk__in=set(student_ids)).order_by("pk")}


def derive(student: Student) -> None:
    """Set what follows from name and document number."""
    student.name_initials = pinyin.initials(student.name)
    student.name_full = pinyin.full(student.name)
    student.name_order = pinyin.order(student.name)
    student.id_index = id_index(student.id_number) if student.id_number else None


def write_family(
    *, student: Student, members: Sequence[Mapping[str, object]], acting: Acting, reason: str
) -> None:
    """Make the family exactly ``members``, in their order."""
    present = {member.position: member for member in student.family.all()}
    new: list[FamilyMember] = []
    changed: list[FamilyMember] = []
    fields: set[str] = set()
    for position, values in enumerate(members, start=1):
        member = present.pop(position, None) or FamilyMember(student=student, position=position)
        for field, value in values.items():
            setattr(member, field, value)
        fields |= values.keys()
        (changed if member.pk else new).append(member)
    history.create(new, acting=acting, reason=reason)
    history.update(changed, fields=sorted(fields), acting=acting, reason=reason)
    history.delete(present.values(), acting=acting, reason=reason)


def write_sheet(
    *, student: Student, values: Mapping[str, object], acting: Acting, reason: str
) -> StudentSheet:
    """Set further items of a locked pupil's national sheet; the first call makes the row."""
    sheet = StudentSheet.objects.filter(student=student).first()
    is_new = sheet is None
    sheet = sheet or StudentSheet(student=student)
    for field, value in values.items():
        setattr(sheet, field, value)
    if is_new:
        history.create([sheet], acting=acting, reason=reason)
    else:
        history.update([sheet], fields=sorted(values), acting=acting, reason=reason)
    return sheet


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a pupil is put: one school, class (or none yet), grade and cohort."""

    school: School
    school_class: SchoolClass | None
    stage: str
    entry_year: int
    grade: int
    starts: date
    case_id: int | None


def place(
    places: Mapping[Student, Place], *, acting: Acting, reason: str, also: Sequence[str] = ()
) -> None:
    """Open the home placement of each pupil and copy it onto the pupil.

    Pupils must be locked and without an open home placement. ``also`` names further fields of
    the pupils, already set by the caller, to write in the same statement (status, entry day).
    """
    placements = []
    for student, where in places.items():
        placements.append(
            Placement(
                student=student,
                school=where.school,
                org_path=where.school.organisation.path,
                school_class=where.school_class,
                stage=where.stage,
                entry_year=where.entry_year,
                grade=where.grade,
                kind=PlacementKind.HOME,
                starts=where.starts,
                case_id=where.case_id,
            )
        )
        _copy(student, placements[-1])
    history.create(placements, acting=acting, reason=reason)
    write(places.keys(), fields=(*PLACE, *also), acting=acting, reason=reason)
    cases = {student.pk: where.case_id for student, where in places.items()}
    identity_documents.follow(places, acting=acting, reason=reason, cases=cases)


def leave(
    students: Iterable[Student], *, on: date, acting: Acting, reason: str, also: Sequence[str] = ()
) -> None:
    """Close the open home placement of locked pupils and clear its copy."""
    students = list(students)
    placements = list(
        Placement.objects.select_for_update(of=("self",))
        .filter(student__in=students, kind=PlacementKind.HOME, ends__isnull=True)
        .order_by("pk")
    )
    for placement in placements:
        placement.ends = max(on, placement.starts)
    history.update(placements, fields=["ends"], acting=acting, reason=reason)
    for student in students:
        for field in PLACE:
            setattr(student, field, None)
    write(students, fields=(*PLACE, *also), acting=acting, reason=reason)


def put_in_class(
    students: Iterable[Student], *, school_class: SchoolClass, acting: Acting, reason: str
) -> None:
    """Put locked pupils of one school and cohort into a class."""
    students = list(students)
    placements = list(
        Placement.objects.select_for_update(of=("self",))
        .filter(student__in=students, kind=PlacementKind.HOME, ends__isnull=True)
        .order_by("pk")
    )
    for placement in placements:
        placement.school_class = school_class
    for student in students:
        student.school_class = school_class
    history.update(placements, fields=["school_class"], acting=acting, reason=reason)
    write(students, fields=["school_class"], acting=acting, reason=reason)


def write(
    students: Iterable[Student], *, fields: Sequence[str], acting: Acting, reason: str
) -> None:
    """Write fields of locked pupils, count up their row versions, sign the history.

    Identity documents follow the number.
    """
    students = list(students)
    for student in students:
        student.version += 1
    history.update(students, fields=(*fields, "version"), acting=acting, reason=reason)
    if DOCUMENT.intersection(fields):
        identity_documents.follow(students, acting=acting, reason=reason)


def _copy(student: Student, placement: Placement) -> None:
    for field in PLACE:
        setattr(student, field, getattr(placement, field))
