"""Writing families and sheets of many pupils at once, by their keys; one is a batch of one."""

from collections.abc import Mapping, Sequence

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.rows import one_of
from xueji.students.models import FamilyMember, StudentSheet

Values = Mapping[str, object]


def write_families(
    families: Mapping[int, Sequence[Values]], *, acting: Acting, reason: str
) -> None:
    """Make each pupil's family exactly these members, in their order."""
    rows = FamilyMember.objects.filter(one_of("student", families))
    present = {(member.student_id, member.position): member for member in rows}
    new: list[Values] = []
    changed: list[FamilyMember] = []
    fields: set[str] = set()
    for student_id, members in families.items():
        for position, values in enumerate(members, start=1):
            member = present.pop((student_id, position), None)
            if member is None:
                new.append({**values, "student_id": student_id, "position": position})
                continue
            for field, value in values.items():
                setattr(member, field, value)
            fields |= values.keys()
            changed.append(member)
    history.add(FamilyMember, new, acting=acting, reason=reason)
    history.update(changed, fields=sorted(fields), acting=acting, reason=reason)
    history.delete(present.values(), acting=acting, reason=reason)


def write_sheets(sheets: Mapping[int, Values], *, acting: Acting, reason: str) -> None:
    """Set further items of locked pupils' national sheets; the first call makes the row."""
    present = {
        row.student_id: row for row in StudentSheet.objects.filter(one_of("student", sheets))
    }
    new: list[Values] = []
    fields: set[str] = set()
    for student_id, values in sheets.items():
        sheet = present.get(student_id)
        if sheet is None:
            new.append({**values, "student_id": student_id})
            continue
        for field, value in values.items():
            setattr(sheet, field, value)
        fields |= values.keys()
    history.add(StudentSheet, new, acting=acting, reason=reason)
    history.update(present.values(), fields=sorted(fields), acting=acting, reason=reason)
