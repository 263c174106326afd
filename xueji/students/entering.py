"""Writing families and sheets of many pupils at once; one pupil is a batch of one."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Func

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.rows import one_of
from xueji.students.models import FamilyMember, Student, StudentSheet

Values = Mapping[str, object]


def write_families(
    families: Mapping[Student, Sequence[Values]], *, acting: Acting, reason: str
) -> None:
    """Make each pupil's family exactly these members, in their order."""
    rows = FamilyMember.objects.filter(_of(families))
    present = {(member.student_id, member.position): member for member in rows}
    new: list[Values] = []
    changed: list[FamilyMember] = []
    fields: set[str] = set()
    for student, members in families.items():
        for position, values in enumerate(members, start=1):
            member = present.pop((student.pk, position), None)
            if member is None:
                new.append({**values, "student_id": student.pk, "position": position})
                continue
            for field, value in values.items():
                setattr(member, field, value)
            fields |= values.keys()
            changed.append(member)
    history.add(FamilyMember, new, acting=acting, reason=reason)
    history.update(changed, fields=sorted(fields), acting=acting, reason=reason)
    history.delete(present.values(), acting=acting, reason=reason)


def write_sheets(sheets: Mapping[Student, Values], *, acting: Acting, reason: str) -> None:
    """Set further items of locked pupils' national sheets; the first call makes the row."""
    present = {row.student_id: row for row in StudentSheet.objects.filter(_of(sheets))}
    new: list[Values] = []
    fields: set[str] = set()
    for student, values in sheets.items():
        sheet = present.get(student.pk)
        if sheet is None:
            new.append({**values, "student_id": student.pk})
            continue
        for field, value in values.items():
            setattr(sheet, field, value)
        fields |= values.keys()
    history.add(StudentSheet, new, acting=acting, reason=reason)
    history.update(present.values(), fields=sorted(fields), acting=acting, reason=reason)


def _of(students: Iterable[Student]) -> Func:
    return one_of("student", [student.pk for student in students])
