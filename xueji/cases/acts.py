"""Which act is possible in which state, and for whom: the whole case machine in one table."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, Decision, State, Step
from xueji.organisations.models import Level


class Act(StrEnum):
    SUBMIT = "submit"
    DISCARD = "discard"
    AGREE = "agree"
    RETURN = "return"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    LAPSE = "lapse"
    CLOSE = "close"
    REVERSE = "reverse"


class Who(StrEnum):
    MAKER = "maker"  # the post that opened the case: same role, same organisation
    TURN = "turn"  # the post the case waits for
    COUNTY = "county"  # a post of the county above, for stuck cases
    SIGNER = "signer"  # an office that signed this case and still is above a school of it
    CLOCK = "clock"  # nobody: the daily job


@dataclass(frozen=True)
class Transition:
    to: frozenset[State]
    by: Who


def _go(by: Who, *to: State) -> Transition:
    return Transition(frozenset(to), by)


TRANSITIONS: dict[tuple[State, Act], Transition] = {
    (State.DRAFT, Act.SUBMIT): _go(Who.MAKER, State.OPEN),
    (State.DRAFT, Act.DISCARD): _go(Who.MAKER, State.WITHDRAWN),
    (State.OPEN, Act.AGREE): _go(Who.TURN, State.OPEN, State.DONE),
    (State.OPEN, Act.RETURN): _go(Who.TURN, State.RETURNED),
    (State.OPEN, Act.REFUSE): _go(Who.TURN, State.REFUSED),
    (State.OPEN, Act.WITHDRAW): _go(Who.MAKER, State.WITHDRAWN),
    (State.OPEN, Act.CLOSE): _go(Who.COUNTY, State.WITHDRAWN),
    (State.RETURNED, Act.SUBMIT): _go(Who.MAKER, State.OPEN),
    (State.RETURNED, Act.WITHDRAW): _go(Who.MAKER, State.WITHDRAWN),
    (State.RETURNED, Act.LAPSE): _go(Who.CLOCK, State.WITHDRAWN),
    (State.RETURNED, Act.CLOSE): _go(Who.COUNTY, State.WITHDRAWN),
    (State.DONE, Act.REVERSE): _go(Who.SIGNER, State.REVERSED),
}

DECISIONS = {
    Decision.AGREED: Act.AGREE,
    Decision.RETURNED: Act.RETURN,
    Decision.REFUSED: Act.REFUSE,
}


def allowed(case: Case, steps: Sequence[Step], acting: Acting) -> frozenset[Act]:
    """Acts that this person may do on the case now. ``steps``: all steps of the case.

    Whose step returns the case to an earlier one cannot end it: that is for who approved.
    """
    possible = frozenset(
        act
        for (state, act), transition in TRANSITIONS.items()
        if state == case.state and _may(transition.by, case, steps, acting)
    )
    return possible - {Act.REFUSE} if returns_to_approver(case, steps) else possible


def returns_to_approver(case: Case, steps: Sequence[Step]) -> bool:
    """Whether the step that waits sends the case back on its route and not to its maker."""
    turn = next((step for step in steps if step.round == case.round and not step.decision), None)
    return turn is not None and turn.returns_to is not None


def may_attach(case: Case, acting: Acting) -> bool:
    """Whether this post may hang a scan on a paper: the maker's, while the case is alive."""
    return case.state in (State.DRAFT, *ALIVE) and _may(Who.MAKER, case, (), acting)


def may_exchange(case: Case, steps: Sequence[Step], acting: Acting) -> bool:
    """Whether this post may take a scan away again: not while one who saw it has signed."""
    first = submitted_in(steps)
    signed = any(step.round >= first and step.position and step.decision for step in steps)
    return may_attach(case, acting) and not (case.state == State.OPEN and signed)


def submitted_in(steps: Sequence[Step]) -> int:
    """The round of the last submission; later ones go on from it."""
    return max((step.round for step in steps if step.decision == Decision.SUBMITTED), default=0)


def is_maker(case: Case, steps: Sequence[Step], acting: Acting) -> bool:
    """Whether this person opened or submitted the case, under whatever post."""
    return acting.user.pk == case.opener_id or any(
        step.decision == Decision.SUBMITTED and step.decided_by_id == acting.user.pk
        for step in steps
    )


def _may(who: Who, case: Case, steps: Sequence[Step], acting: Acting) -> bool:
    post = acting.post
    if who == Who.MAKER:
        opened = case.opened_post
        return (post.organisation_id, post.role) == (opened.organisation_id, opened.role)
    if is_maker(case, steps, acting):
        return False
    if who == Who.TURN:
        return (post.organisation_id, post.role) == (case.waiting_at_id, case.waiting_role)
    if who == Who.COUNTY:
        return acting.may("cases.close") and acting.reaches(case.org_path)
    if who == Who.SIGNER:
        return acting.may("cases.reverse") and _has_signed(case, steps, acting)
    return False


def _has_signed(case: Case, steps: Sequence[Step], acting: Acting) -> bool:
    """Whether this office signed the case, and any of its schools is below it still."""
    schools = {case.org_path}
    schools |= {step.organisation.path for step in steps if step.organisation.level == Level.SCHOOL}
    return any(map(acting.reaches, schools)) and any(
        step.decision == Decision.AGREED and acting.acts_at(step.organisation_id) for step in steps
    )
