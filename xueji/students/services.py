"""Changing pupils: adding, placing, editing, leaving a place. Every change is signed and locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.identity import pinyin, strokes
from xueji.identity.problems import Problem
from xueji.organisations.models import School, SchoolClass
from xueji.organisations.queries import hold, lineage
from xueji.rules.engine import Rules, rule_set
from xueji.students import editing, entering, identity_documents
from xueji.students.identity_documents import id_index
from xueji.students.models import (
    FamilyMember,
    Placement,
    PlacementKind,
    Status,
    Student,
)

PLACE = ("school", "org_path", "school_class", "stage", "entry_year", "grade")
DOCUMENT = {"id_type", "id_number", "id_index"}
DERIVED = ("name_initials", "name_full", "name_order", "name_strokes", "id_index")


def lock(student_ids: Iterable[int]) -> dict[int, Student]:
    """Lock pupils, with their class, in id order. Cases are locked before, series after."""
    rows = Student.objects.select_for_update(of=("self",)).select_related("school_class")
    return {row.pk: row for row in rows.filter(pk__in=set(student_ids)).order_by("pk")}


def derived(name: str, number: str | None) -> dict[str, object]:
    """What follows from name and document number: DERIVED."""
    return {
        "name_initials": pinyin.initials(name),
        "name_full": pinyin.full(name),
        "name_order": pinyin.order(name),
        "name_strokes": strokes.order(name),
        "id_index": id_index(number) if number else None,
    }


def derive(student: Student) -> None:
    for field, value in derived(student.name, student.id_number).items():
        setattr(student, field, value)


def write_family(
    *, student: Student, members: Sequence[Mapping[str, object]], acting: Acting, reason: str
) -> None:
    """Make the family exactly ``members``, in their order."""
    entering.write_families({student.pk: members}, acting=acting, reason=reason)


def write_sheet(
    *, student: Student, values: Mapping[str, object], acting: Acting, reason: str
) -> None:
    """Set further items of a locked pupil's national sheet; the first call makes the row."""
    entering.write_sheets({student.pk: values}, acting=acting, reason=reason)


class NotEditable(Exception):
    """Why this register is not edited now, a Chinese sentence."""


class Outdated(Exception):
    """Somebody saved since the form was opened; nothing was written."""


class Unfit(Exception):
    """What was typed cannot be saved; ``problems`` says everything that is wrong with it."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__()
        self.problems = problems


class Unchanged(Exception):
    """Nothing was typed that is not saved already."""


LONGEST_REASON = 80


@transaction.atomic
def edit(
    *, student_id: int, version: int, row: Mapping[str, str], reason: str, acting: Acting
) -> list[Problem]:
    """Save what a school's clerk typed about a pupil in reading; return what to look at again.

    ``row`` holds texts by the keys of the sheet (``students.editing``), ``version`` the row
    version that was on the screen. Every edit counts the version up, also one of the family alone.
    """
    student = lock([student_id])[student_id]
    access.require(acting, "students.edit", student.school_id or 0)
    school = lineage(student.school_id or 0)
    rules = rule_set(school.rule_set).at(acting.today)
    require_editable(student, rules)
    if student.version != version:
        raise Outdated
    saved = editing.load(student)
    found = editing.check(
        row,
        saved,
        rules=rules,
        today=acting.today,
        county=school.county.division_code,
        medical=access.sees_medical(acting, student.org_path),
    )
    if problems := [*found.problems, *_of_reason(reason)]:
        raise Unfit(problems)
    if found.is_empty:
        raise Unchanged
    signed = f"修改信息：{reason.strip()}"
    if found.sheet:
        write_sheet(student=student, values=found.sheet, acting=acting, reason=signed)
    _change_family(saved, found.family, acting, signed)
    for column, value in found.student.items():
        setattr(student, column, value)
    write([student], fields=tuple(found.student), acting=acting, reason=signed)
    return found.hints


def require_editable(student: Student, rules: Rules) -> None:
    """Raise NotEditable unless the register is in a state in which its school may edit it."""
    rule = rules.rule("register.edit_statuses")
    if student.status not in rule.value:
        names = "、".join(Status(code).label for code in rule.value)
        raise NotEditable(
            f"该生现在的学籍状态是“{student.get_status_display()}”，只有{names}的学生可以修改信息。"
            f"以后恢复学籍的，由就读学校修改。（{rule.citation}）"
        )


def _of_reason(reason: str) -> list[Problem]:
    if not reason.strip():
        remedy = "请写明为什么改、根据什么，如：家长来电换了手机号。"
        return [Problem("missing", "还没有填修改原因。", remedy, field="reason")]
    if len(reason.strip()) > LONGEST_REASON:
        message = f"修改原因超过 {LONGEST_REASON} 个字。"
        return [Problem("long", message, "请写短一些。", field="reason")]
    return []


def _change_family(
    saved: editing.Saved,
    changes: Mapping[int, Mapping[str, object] | None],
    acting: Acting,
    reason: str,
) -> None:
    """Add, change and take out members of a locked pupil, each at its position."""
    gone = [saved.family[n] for n, values in changes.items() if values is None]
    history.delete(gone, acting=acting, reason=reason)
    new = []
    for n, values in sorted(changes.items()):
        if values is None:
            continue
        member = saved.family.get(n) or FamilyMember(student=saved.student, position=n)
        for column, value in values.items():
            setattr(member, column, value)
        if member.pk:
            history.update([member], fields=sorted(values), acting=acting, reason=reason)
        else:
            new.append(member)
    history.create(new, acting=acting, reason=reason)


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

    def opened(self, student: Student, *, kind: PlacementKind, path: str) -> Placement:
        """The placement of the pupil there, at the school's present ``path``; not yet written."""
        return Placement(
            student=student,
            school=self.school,
            org_path=path,
            school_class=self.school_class,
            stage=self.stage,
            entry_year=self.entry_year,
            grade=self.grade,
            kind=kind,
            starts=self.starts,
            case_id=self.case_id,
        )


def place(
    places: Mapping[Student, Place], *, acting: Acting, reason: str, also: Sequence[str] = ()
) -> None:
    """Open the home placement of each pupil and copy it onto the pupil.

    Pupils must be locked and without an open home placement. ``also`` names further fields of
    the pupils, already set by the caller, to write in the same statement (status, entry day).
    """
    placements = []
    held = hold({where.school.pk for where in places.values()})
    for student, where in places.items():
        path = held[where.school.pk].path
        placements.append(where.opened(student, kind=PlacementKind.HOME, path=path))
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
