"""Undoing a transfer: pupil, place and number are what they were; nothing is removed."""

from numbering.models import NumberState, RegisterNumber
from numbering.services import retire, revive
from transfers.models import Transfer
from transfers.services.later import TAKEN_BACK, require_nothing, standing
from xueji.accounts.access import SCHOOL_ROLES, Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision, Step
from xueji.cases.seats import Room
from xueji.cases.services.common import require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.queries import idle
from xueji.students import moving
from xueji.students import services as students
from xueji.students.models import Placement, PlacementKind, Status, Student

LATER = "转学以后学籍又有变动，不能直接撤销；请先撤销后来的业务。"


def reverse(case: Case, acting: Acting, note: str) -> None:
    """Let the register go back. Raises Refused when something later builds on it.

    The number given by the new school is retired with it, the former one is in use again.
    """
    (student,) = students.lock([case.student_id]).values()
    row = Transfer.objects.select_related(
        "former__school__organisation", "former__school_class"
    ).get(pk=case.pk)
    _require_approver(case, acting)
    events = _to_reverse(case, student, acting)
    _require_untouched(case, row, student, acting)
    row.receipt_open = row.file_open = False
    row.save(update_fields=["receipt_open", "file_open"])
    former = row.former
    reason = f"撤销转学：{note}"
    if former is None:
        _retire_new(case, student, acting)
        student.status = row.former_status
        if row.former_status == Status.PENDING:
            student.entered_on = None
        also = ("status", "entered_on")
        students.leave([student], on=acting.today, acting=acting, reason=reason, also=also)
        ledger.reverse(events, acting=acting, text=note[:200])
        return
    _require_open(former, acting)
    if row.to_school_id is None:
        student.status = row.former_status
        moving.come_back(student, to=former, acting=acting, reason=reason, also=("status",))
    else:
        _retire_new(case, student, acting)
        moving.move_back(student, to=former, on=acting.today, acting=acting, reason=reason)
    revive(student, case_id=case.pk, acting=acting, reason=reason)
    ledger.reverse(events, acting=acting, text=note[:200])


def _retire_new(case: Case, student: Student, acting: Acting) -> None:
    new = RegisterNumber.objects.filter(holder=student, state=NumberState.LIVE, case=case.pk)
    if new.exists():
        retire({student: case.pk}, acting=acting, reason="撤销转学")


def _require_approver(case: Case, acting: Acting) -> None:
    """Only the office that approved undoes: the last one that signed."""
    last = (
        Step.objects.filter(case=case, decision=Decision.AGREED)
        .exclude(role__in=SCHOOL_ROLES)
        .select_related("organisation")
        .order_by("-round", "-position")
        .first()
    )
    if last and last.organisation_id != acting.post.organisation_id:
        raise Refused(f"转学由核准的单位撤销。请与{last.organisation}联系。")


def _to_reverse(case: Case, student: Student, acting: Acting) -> list[RegisterEvent]:
    """The events of the case and the class and number since, the last first."""
    moved = (EventKind.TRANSFERRED_OUT, EventKind.TRANSFERRED_IN)
    own = list(standing(student, after=0).filter(case=case, kind__in=moved))
    if not own:
        raise Refused(LATER)
    since = standing(student, after=own[0].pk)
    require_nothing(since, "转学以后", acting)
    return [*since.filter(kind__in=TAKEN_BACK), *own]


def _require_untouched(case: Case, row: Transfer, student: Student, acting: Acting) -> None:
    if row.receipt_on:
        raise Refused("已登记接收学校的回执，不能撤销。该生转回来的，请办外地转入。")
    home = Placement.objects.filter(
        student=student, kind=PlacementKind.HOME, ends__isnull=True
    ).first()
    if (home.case_id if home else None) != (case.pk if row.to_school_id else None):
        raise Refused(LATER)
    require_alone(case, acting)


def _require_open(former: Placement, acting: Acting) -> None:
    if found := idle(former.school, acting.today):
        raise Refused(f"原学校{found.why}，学籍不能退回去。{found.remedy}。")
    if former.school_class_id and former.school_class_id not in Room([former.school_class_id]):
        raise Refused("该生原来的班已撤销，学籍不能退回去。请另办转学。")
