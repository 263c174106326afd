"""What the case page shows, gathered in a fixed number of queries."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest

from xueji.accounts.access import Acting
from xueji.cases import acts, kinds, queries, veil
from xueji.cases.acts import Act
from xueji.cases.models import ALIVE, Case, Decision, RuleException, State, Step
from xueji.rules.papers import PAPERS

STATES = {
    Decision.RETURNED: "back",
    Decision.REFUSED: "back",
    Decision.LAPSED: "back",
    Decision.CLOSED: "back",
    Decision.WITHDRAWN: "back",
    Decision.REVERSED: "back",
}

ELSEWHERE: tuple[str, dict[str, object]] = ("cases/_elsewhere.html", {})


def find(request: HttpRequest, number: str) -> Case:
    """The case of that number for a party to it; anybody else finds nothing."""
    case = queries.find(request.acting, number)
    if case is None:
        raise Http404(number)
    return case


def context(case: Case, acting: Acting) -> dict[str, Any]:
    """Context of cases/case.html; the acts are those this person may do now."""
    steps_of = queries.steps_of([case.pk])
    veil.draw([case], acting, steps_of)
    steps = steps_of[case.pk]
    allowed = acts.allowed(case, steps, acting)
    kind = kinds.get(case.kind)
    is_shown = queries.reaches_pupil(case, acting)
    panel, facts = _panel(case, kind, acting, is_shown=is_shown)
    exceptions = [
        asked
        for asked in RuleException.objects.filter(step__case=case).select_related(
            "step__organisation"
        )
        if _stands(asked.step, case, steps)
    ]
    turn = queries.current(case, steps)
    return {
        "case": case,
        "kind": kind,
        "panel": panel,
        "named": [],
        **facts,
        "student": case.student if is_shown else None,
        "route": _route(case, steps),
        "opinions": _opinions(steps),
        "findings": case.findings,
        "exceptions": exceptions,
        "grants": turn is not None and any(asked.step_id == turn.pk for asked in exceptions),
        "papers": _papers(case),
        "turn": queries.waiting_text(case) if case.state in ALIVE else "",
        "may_decide": Act.AGREE in allowed,
        "returns_to_approver": acts.returns_to_approver(case, steps),
        "turn_url": kind.turn_url(case, turn) if kind.turn_url and turn else "",
        "may_attach": acts.may_attach(case, acting),
        "may_exchange": acts.may_exchange(case, steps, acting),
        "may_edit": Act.SUBMIT in allowed,
        "may_withdraw": Act.WITHDRAW in allowed,
        "may_close": Act.CLOSE in allowed,
        "may_reverse": Act.REVERSE in allowed,
        "is_maker": acts.is_maker(case, steps, acting),
        "today": acting.today,
    }


def turn(case: Case, acting: Acting) -> str:
    """Who comes next, or what the last signature has brought about."""
    veil.draw([case], acting)
    if case.waiting_at:
        return f"现在轮到{queries.waiting_text(case)}。"
    then = kinds.get(case.kind).then if case.state == State.DONE else ""
    return f"本件已了结。{then}"


def _panel(
    case: Case, kind: kinds.Kind, acting: Acting, *, is_shown: bool
) -> tuple[str, dict[str, object]]:
    """The facts as far as this post may see them."""
    if case.student is None or is_shown:
        return kind.panel(case, acting)
    return kind.outside(case, acting) if kind.outside else ELSEWHERE


def _stands(step: Step, case: Case, steps: Sequence[Step]) -> bool:
    """Whether the step is of the last submission, and signed or still to be signed."""
    if step.round < acts.submitted_in(steps):
        return False
    last = max((other.round for other in steps if other.position), default=0)
    return step.decision is not None or step.round == last


def _route(case: Case, steps: Sequence[Step]) -> list[dict[str, object]]:
    turn = queries.current(case, steps) if case.state == State.OPEN else None
    route = [
        {
            "title": step.organisation.name,
            "who": _who(step),
            "state": _state(step, turn),
            "when": queries.moment(step.decided_at) if step.decided_at else "",
            "due": case.due_on if step is turn else None,
        }
        for step in steps
        if _stands(step, case, steps) and (step.decided_at or not case.closed_at)
    ]
    if case.state == State.RETURNED:
        back = next(i for i, step in enumerate(route) if step["state"] == "back")
        mending = {"title": str(case.waiting_at), "who": "改正后重新提交", "state": "now"}
        route.insert(back + 1, {**mending, "due": case.due_on})
    return route


def _who(step: Step) -> str:
    role = step.get_role_display()
    if step.decision is None:
        return role
    person = step.decided_by.name if step.decided_by else "系统"
    return f"{person}（{role}）{step.get_decision_display()}"


def _state(step: Step, turn: Step | None) -> str:
    if step is turn:
        return "now"
    if step.decision is None:
        return "todo"
    return STATES.get(Decision(step.decision), "done")


def _opinions(steps: Sequence[Step]) -> list[dict[str, object]]:
    signed = [step for step in steps if step.decided_at]
    return [
        {
            "who": step.decided_by.name if step.decided_by else "系统",
            "place": f"{step.organisation} {step.get_role_display()}",
            "when": step.decided_at,
            "decision": step.get_decision_display(),
            "note": step.note,
        }
        for step in sorted(signed, key=lambda step: step.decided_at, reverse=True)
    ]


def _papers(case: Case) -> list[dict[str, object]]:
    rows = case.papers.select_related("seen_by__user", "document").order_by("pk")
    return [
        {
            "pk": paper.pk,
            "name": PAPERS.get(paper.kind, paper.kind),
            "seen_by": paper.seen_by and paper.seen_by.user.name,
            "seen_at": paper.seen_at,
            "document": paper.document,
        }
        for paper in rows
    ]
