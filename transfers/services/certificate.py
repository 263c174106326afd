"""When the certificate (转学证明) may be printed: not before every exception is decided."""

from collections.abc import Sequence

from transfers.models import Transfer
from xueji.cases.acts import submitted_in
from xueji.cases.models import Decision, RuleException, State, Step

NO_CERTIFICATE = "外地转入的，转学证明由外地的学校和主管部门开具。"


def why_not(row: Transfer, steps: Sequence[Step]) -> str:
    """Chinese sentence: why not yet, or not at all; "" when it may be printed."""
    case = row.case
    if row.certifier_id is None:
        return NO_CERTIFICATE
    if case.state == State.RETURNED:
        return f"本件退回补正，重新提交、{row.certifier}签署同意以后再打印。"
    if case.state not in (State.OPEN, State.DONE):
        return f"本件已了结（{case.get_state_display()}），转学证明不能开具。"
    since = submitted_in(steps)  # what was signed before a case came back was another request
    if not any(_is_signed_by(row.certifier_id, step) for step in steps if step.round >= since):
        return f"转出方还没有核准，转学证明不能开具。{row.certifier}签署同意以后再打印。"
    waiting = [step.pk for step in steps if step.round == case.round and not step.decision]
    asked = RuleException.objects.filter(step__in=waiting).select_related("step__organisation")
    if exception := asked.first():
        step = exception.step
        who = f"{step.organisation} {step.get_role_display()}"
        return (
            f"申请的例外还没有决定：{exception.message}（{exception.citation}）。"
            f"转学证明要等{who}同意以后再打印。"
        )
    return ""


def _is_signed_by(office_id: int, step: Step) -> bool:
    return step.organisation_id == office_id and step.decision == Decision.AGREED
