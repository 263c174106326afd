"""Void the number of an entry that is undone; the hole goes to the next entrant of the series."""

from django.db.models import Exists, OuterRef

from numbering.models import NumberState, RegisterNumber
from numbering.services import sql
from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case
from xueji.ledger.models import AcceptedMonth, RegisterEvent
from xueji.students import services as students
from xueji.students.models import Student


class CannotVoid(Exception):
    """The number stands somewhere already; the text is a Chinese sentence."""


def void(*, student: Student, case: Case, acting: Acting, reason: str) -> None:
    """Make the live number of a locked pupil a hole and clear it from the pupil.

    Runs inside the transaction that undoes the entry by ``case``. Raises CannotVoid when the
    series is frozen, or the number stands in an accepted monthly report or another case.
    """
    held = RegisterNumber.objects.select_related("series").get(
        holder=student, state=NumberState.LIVE
    )
    sql.wait_for(held.series)
    held.series.refresh_from_db(fields=["frozen_at"])
    _require_loose(held, case)
    held.state, held.ends, held.ended_case = NumberState.VOID, acting.today, case
    held.reason = reason[:100]
    held.save(update_fields=["state", "ends", "ended_case", "reason"])
    student.number = None
    students.write(
        [student], fields=["number"], acting=acting, reason=f"空出学籍号：{reason}"[:100]
    )


def _require_loose(held: RegisterNumber, case: Case) -> None:
    if held.series.frozen_at:
        raise CannotVoid(
            f"学籍号 {held.number} 所在号段已于 {held.series.frozen_at:%Y-%m-%d} 冻结，不能再空出。"
            "该生不再就读的，请办理离校或转出，学籍号停用。"
        )
    accepted = AcceptedMonth.objects.filter(
        unit=OuterRef("unit_id"), month=OuterRef("booked_month")
    )
    told = RegisterEvent.objects.filter(student=held.holder_id, number=held.number)
    event = told.filter(Exists(accepted)).first()
    if event:
        raise CannotVoid(
            f"学籍号 {held.number} 已列入 {event.booked_month:%Y 年 %-m 月}的月报，"
            "月报已经接受，不能再空出。该生不再就读的，请办理离校或转出，学籍号停用。"
        )
    other = Case.objects.filter(student=held.holder_id, state__in=ALIVE).exclude(pk=case.pk).first()
    if other:
        raise CannotVoid(f"该生有业务件 {other.number} 在办，学籍号 {held.number} 不能空出。")
