"""The effect of the last yes to a 缓学, and its exact inverse."""

from collections.abc import Mapping, Sequence

from enrollment.models import Deferral
from enrollment.queries import deferrals
from enrollment.services.check import FIRST_GRADE
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, State
from xueji.cases.services.common import require_alone
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import StageName
from xueji.organisations.queries import lineages
from xueji.students import services as students
from xueji.students.models import UNREGISTERED, Status


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Register children as 缓学: known by name and number, in no school, class or count.

    Returns why single cases cannot be granted.
    """
    facts = {row.case_id: row for row in Deferral.objects.filter(case__in=cases)}
    pupils = students.lock([case.student_id for case in cases])
    schools = lineages({case.school_id for case in cases})
    refusals = {
        case.pk: f"{student}已经建籍（{student.get_status_display()}），不能再缓学。"
        for case in cases
        if (student := pupils[case.student_id]).status not in UNREGISTERED
    }
    granted = [case for case in cases if case.pk not in refusals]
    for case in granted:
        pupils[case.student_id].status = Status.DEFERRED
    students.write(
        [pupils[case.student_id] for case in granted],
        fields=["status"],
        acting=acting,
        reason="缓学核准",
    )
    ledger.write(
        (
            ledger.Fact(
                kind=EventKind.DEFERRED,
                student=pupils[case.student_id],
                lineage=schools[case.school_id],
                effective_on=acting.today,
                stage=StageName.PRIMARY,
                grade=FIRST_GRADE,
                text=f"缓学到 {facts[case.pk].until}",
                case_id=case.pk,
            )
            for case in granted
        ),
        acting=acting,
    )
    return refusals


def reverse(case: Case, acting: Acting, note: str) -> None:
    """Undo a 缓学: the child is what it was before, in an earlier 缓学 or 待建籍.

    Raises Refused when something later builds on it.
    """
    (student,) = students.lock([case.student_id]).values()
    last = deferrals.standing([student.pk]).get(student.pk)
    if student.status != Status.DEFERRED or last is None or last.case_id != case.pk:
        raise Refused("缓学以后又办了入学或续缓，不能直接撤销；请先撤销后来的业务。")
    require_alone(case, acting)
    before = Deferral.objects.filter(case__student=student, case__state=State.DONE)
    is_deferred = before.exclude(case=case).exists()
    student.status = Status.DEFERRED if is_deferred else Status.PENDING
    students.write([student], fields=["status"], acting=acting, reason=f"撤销缓学：{note}")
    events = list(RegisterEvent.objects.filter(case=case, kind=EventKind.DEFERRED))
    ledger.reverse(events, acting=acting, text=note[:200])
