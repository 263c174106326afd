"""Numbers that are no longer used: retired when the pupil leaves the series, revived by undoing.

A retired number is never issued again; it stands for its serial, so that the series has no gap.
"""

from collections.abc import Iterable, Mapping

from numbering.models import NumberState, RegisterNumber
from xueji.accounts.access import Acting
from xueji.students import services as students
from xueji.students.models import Student


def retire(
    cases: Mapping[Student, int], *, acting: Acting, reason: str
) -> dict[int, RegisterNumber]:
    """Retire the live number of locked pupils by the case of each; pupils without one have none.

    Runs inside the caller's transaction. Returns the numbers by pupil.
    """
    held = _of(cases, NumberState.LIVE)
    for student, case_id in cases.items():
        if student.pk not in held:
            continue
        row = held[student.pk]
        row.state, row.ends, row.ended_case_id = NumberState.RETIRED, acting.today, case_id
        row.reason = reason[:100]
        student.number = None
    RegisterNumber.objects.bulk_update(held.values(), ["state", "ends", "ended_case", "reason"])
    changed = [student for student in cases if student.pk in held]
    students.write(changed, fields=["number"], acting=acting, reason=f"停用学籍号：{reason}"[:100])
    return held


def revive(student: Student, *, case_id: int, acting: Acting, reason: str) -> None:
    """Put the number that a case had retired into use again; nothing where it retired none."""
    row = (
        RegisterNumber.objects.select_for_update()
        .filter(holder=student, state=NumberState.RETIRED, ended_case=case_id)
        # a number that the case itself brought was retired by undoing it, and stays so
        .exclude(case=case_id)
        .first()
    )
    if row is None:
        return
    row.state, row.ends, row.ended_case, row.reason = NumberState.LIVE, None, None, ""
    row.save(update_fields=["state", "ends", "ended_case", "reason"])
    student.number = row.number
    students.write(
        [student], fields=["number"], acting=acting, reason=f"恢复学籍号：{reason}"[:100]
    )


def _of(holders: Iterable[Student], state: NumberState) -> dict[int, RegisterNumber]:
    rows = RegisterNumber.objects.select_for_update().filter(holder__in=list(holders), state=state)
    return {row.holder_id: row for row in rows.order_by("pk")}
