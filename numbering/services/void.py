"""Void the number of an entry that is undone; the hole goes to the next entrant of the series."""

from datetime import date

from django.db.models import Exists, OuterRef
from django.utils.timezone import localdate

from numbering.models import NumberState, RegisterNumber
from numbering.queries.codes import rules_of
from numbering.services import sql
from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case
from xueji.ledger.models import AcceptedMonth, RegisterEvent
from xueji.organisations.queries import lineage
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
    _require_loose(held, case, on=acting.today)
    held.state, held.ends, held.ended_case = NumberState.VOID, acting.today, case
    held.reason = reason[:100]
    held.save(update_fields=["state", "ends", "ended_case", "reason"])
    student.number = None
    students.write(
        [student], fields=["number"], acting=acting, reason=f"空出学籍号：{reason}"[:100]
    )


def _citation(held: RegisterNumber, on: date) -> str:
    return rules_of(lineage(held.series.unit_id), on).rule("number.continuous").citation


def _require_loose(held: RegisterNumber, case: Case, *, on: date) -> None:
    if held.series.frozen_at:
        raise CannotVoid(
            f"学籍号 {held.number} 所在号段已于 {localdate(held.series.frozen_at)} 冻结，"
            "不能再空出。"
            "确属未报到、重复建籍、录错学校的，请先由冻结或确认的岗位在编号页重开号段，再来撤销；"
            f"该生不再就读的，学籍号停用而不空出。{_citation(held, on)}"
        )
    accepted = AcceptedMonth.objects.filter(
        unit=OuterRef("unit_id"), month=OuterRef("booked_month")
    )
    told = RegisterEvent.objects.filter(student=held.holder_id, number=held.number)
    event = told.filter(Exists(accepted)).first()
    if event:
        raise CannotVoid(
            f"学籍号 {held.number} 已列入 {event.booked_month:%Y 年 %-m 月}的月报，"
            f"月报已经接受，不能再空出。该生不再就读的，学籍号停用而不空出。{_citation(held, on)}"
        )
    other = Case.objects.filter(student=held.holder_id, state__in=ALIVE).exclude(pk=case.pk).first()
    if other:
        raise CannotVoid(f"该生有业务件 {other.number} 在办，学籍号 {held.number} 不能空出。")
