"""Writing families and sheets of many pupils at once; one pupil is a batch of one."""

from collections.abc import Mapping, Sequence

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.students.models import FamilyMember, Student, StudentSheet

Values = Mapping[str, object]


def write_families(
    families: Mapping[Student, Sequence[Values]], *, acting: Acting, reason: str
) -> None:
    """Make each pupil's family exactly these members, in their order."""
    rows = FamilyMember.objects.filter(student__in=families)
    present = {(member.student_id, member.position): member for member in rows}
    new: list[FamilyMember] = []
    changed: list[FamilyMember] = []
    fields: set[str] = set()
    for student, members in families.items():
        for position, values in enumerate(members, start=1):
            member = present.pop((student.pk, position), None) or FamilyMember(
                student=student, position=position
            )
            for field, value in values.items():
                setattr(member, field, value)
            fields |= values.keys()
            (changed if member.pk else new).append(member)
    history.create(new, acting=acting, reason=reason)
    history.update(changed, fields=sorted(fields), acting=acting, reason=reason)
    history.delete(present.values(), acting=acting, reason=reason)


def write_sheets(
    sheets: Mapping[Student, Values], *, acting: Acting, reason: str
) -> dict[Student, StudentSheet]:
    """Set further items of locked pupils' national sheets; the first call makes the row."""
    present = {row.student_id: row for row in StudentSheet.objects.filter(student__in=sheets)}
    written: dict[Student, StudentSheet] = {}
    fields: set[str] = set()
    for student, values in sheets.items():
        sheet = present.get(student.pk) or StudentSheet(student=student)
        for field, value in values.items():
            setattr(sheet, field, value)
        fields |= values.keys()
        written[student] = sheet
    new = [sheet for student, sheet in written.items() if student.pk not in present]
    history.create(new, acting=acting, reason=reason)
    history.update(present.values(), fields=sorted(fields), acting=acting, reason=reason)
    return written
