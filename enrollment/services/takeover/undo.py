"""Undoing a takeover as a whole, while nothing has happened to any of its pupils since."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef

from enrollment.models import Takeover, TakeoverState
from enrollment.services.takeover.keeping import is_stuck, lock
from numbering.models import SeriesAct
from numbering.services import CannotIssue, take_back
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.jobs import services as jobs
from xueji.ledger import services as ledger
from xueji.ledger.models import AcceptedMonth, EventKind, RegisterEvent
from xueji.students import services as students
from xueji.students.models import ForeignNumber, Placement, PlacementKind, Status, Student

UNDO = "enrollment.takeover_undo"
LONGEST_NOTE = 200
OWN = (EventKind.OPENING, EventKind.NUMBERED, EventKind.BORROWED)


@transaction.atomic
def ask(*, takeover_id: int, note: str, key: UUID, acting: Acting) -> None:
    """Queue the undoing; whether it can be is asked when it is done."""
    takeover = lock(takeover_id, acting)
    is_failed = takeover.state == TakeoverState.UNDOING and is_stuck(takeover)
    if takeover.state != TakeoverState.STORED and not is_failed:
        raise Refused(f"这次建库现在是“{takeover.get_state_display()}”，不能撤销。请刷新后再看。")
    takeover.state = TakeoverState.UNDOING
    takeover.summary = {"note": note.strip()[:LONGEST_NOTE]}
    takeover.job = jobs.enqueue(
        kind=UNDO,
        key=f"{UNDO}:{key}",
        parameters={"takeover": takeover.pk},
        post=acting.post,
    )
    takeover.save(update_fields=["state", "summary", "job"])


@transaction.atomic
def undo(*, takeover_id: int, acting: Acting) -> None:
    """Every pupil, place, number and count is as before; raises Refused where one has gone on."""
    takeover = lock(takeover_id, acting)
    pupils = students.lock(takeover.taken.values_list("student", flat=True))
    events = list(
        RegisterEvent.objects.filter(
            student__in=pupils, reversed_by__isnull=True, recorded_at__gte=takeover.stored_at
        ).order_by("-pk")
    )
    _require_untouched(takeover, pupils, events)
    note = takeover.summary.get("note", "")
    reason = f"撤销建库 {takeover.pk}：{note}"[:100]
    acts = SeriesAct.objects.filter(pk__in=takeover.series.values("act")).select_related("series")
    try:
        take_back(acts=acts, acting=acting, reason=reason)
    except CannotIssue as error:
        raise Refused(str(error)) from error
    _end_loans(pupils, acting, reason)
    _forget_foreign(pupils, takeover, acting, reason)
    for student in pupils.values():
        student.status, student.number = Status.PENDING, None
    # to the very day: the reversing events take the opening back to it as well
    students.leave(
        pupils.values(), on=takeover.as_on, acting=acting, reason=reason, also=("status", "number")
    )
    ledger.reverse(events, acting=acting, text=reason)
    takeover.state, takeover.summary = TakeoverState.UNDONE, {"note": note}
    takeover.save(update_fields=["state", "summary"])


@transaction.atomic
def refuse(*, takeover_id: int, why: str) -> None:
    """It stays as it was; its page says why."""
    takeover = lock(takeover_id)
    takeover.state, takeover.summary = TakeoverState.STORED, {"refused": why}
    takeover.save(update_fields=["state", "summary"])


def _require_untouched(
    takeover: Takeover, pupils: Mapping[int, Student], events: list[RegisterEvent]
) -> None:
    """Raise Refused at the first pupil of whom anything has been written since."""
    case = Case.objects.filter(student__in=pupils, opened_at__gte=takeover.stored_at).first()
    if case:
        raise Refused(f"{pupils[case.student_id]}建库以后有业务件 {case.number}，不能整批撤销。")
    later = next((event for event in events if not _is_own(event, takeover)), None)
    if later:
        what = later.get_kind_display()
        raise Refused(f"{pupils[later.student_id]}建库以后办过{what}，不能整批撤销。")
    accepted = AcceptedMonth.objects.filter(
        unit=OuterRef("unit_id"), month=OuterRef("booked_month")
    )
    own = RegisterEvent.objects.filter(Exists(accepted), pk__in=[event.pk for event in events])
    if told := own.first():
        raise Refused(
            f"这次建库的人数已列入 {told.booked_month:%Y 年 %-m 月}的月报，月报已经接受，"
            "不能整批撤销。请逐名办理更正。"
        )


def _is_own(event: RegisterEvent, takeover: Takeover) -> bool:
    return event.recorded_at == takeover.stored_at and event.kind in OWN


def _forget_foreign(
    pupils: Mapping[int, Student], takeover: Takeover, acting: Acting, reason: str
) -> None:
    """Numbers of other registers that came with it find nobody any more."""
    came = ForeignNumber.history.filter(
        student__in=pupils, history_type="+", history_date=takeover.stored_at
    )
    rows = ForeignNumber.objects.select_for_update(of=("self",)).filter(pk__in=came.values("id"))
    history.delete(rows, acting=acting, reason=reason)


def _end_loans(pupils: Mapping[int, Student], acting: Acting, reason: str) -> None:
    lent = Placement.objects.select_for_update(of=("self",)).filter(
        student__in=pupils, kind=PlacementKind.BORROWED, ends__isnull=True
    )
    loans = list(lent.order_by("pk"))
    for loan in loans:
        loan.ends = loan.starts
    history.update(loans, fields=["ends"], acting=acting, reason=reason)
