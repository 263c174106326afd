"""Signing the current step of cases: the only implementation, for one as for many."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import groupby

from django.db import transaction
from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.cases import acts, kinds, queries, veil
from xueji.cases.models import Case, CaseForm, Decision, RuleException, State, Step
from xueji.cases.services.back import send_back
from xueji.cases.services.common import finish, hand_to, write
from xueji.cases.services.telling import tell_of
from xueji.organisations.queries import working_days_after


class OutcomeKind(StrEnum):
    SIGNED = "signed"
    DECIDED = "decided"
    REFUSED = "refused"


@dataclass(frozen=True)
class Outcome:
    """What became of one case of a decision; ``text`` says by whom it was decided, or why not."""

    case: Case
    kind: OutcomeKind
    text: str = ""


@transaction.atomic
def decide(
    *,
    seen: Mapping[int, int],
    decision: Decision,
    note: str,
    acting: Acting,
    from_list: bool = False,
) -> dict[int, Outcome]:
    """Agree to, return or refuse cases; one outcome per case.

    ``seen`` maps case id to the row version that was on the screen: a case that has moved on is
    reported as decided, one out of reach is passed over. ``from_list``: nobody has opened them,
    so what asks for a person's judgement is not agreed to. An exception is granted with a note.
    The last yes applies the kind's effect in this transaction; a case whose effect is refused
    stays unsigned, with the reason. Queries do not grow with the number of cases.
    """
    cases = queries.lock(queries.within_reach(seen, acting))
    steps = queries.steps_of(cases)
    outcomes: dict[int, Outcome] = {}
    turns: dict[int, Step] = {}
    for pk, case in cases.items():
        step = queries.current(case, steps[pk])
        allowed = acts.allowed(case, steps[pk], acting)
        if step and case.version == seen[pk] and acts.DECISIONS[decision] in allowed:
            turns[pk] = step
    others = [case for pk, case in cases.items() if pk not in turns]
    veil.draw(others, acting, steps)
    for case in others:
        if case.version != seen[case.pk]:
            said, why = OutcomeKind.DECIDED, queries.last_word(steps[case.pk])
        else:
            said, why = OutcomeKind.REFUSED, queries.why_not(case, steps[case.pk], acting)
        outcomes[case.pk] = Outcome(case, said, why)
    if decision == Decision.AGREED:
        for pk, why in _unconsidered(cases, turns, note, from_list=from_list).items():
            del turns[pk]
            outcomes[pk] = Outcome(cases[pk], OutcomeKind.REFUSED, why)
        last = [cases[pk] for pk, step in turns.items() if not queries.following(step, steps[pk])]
        for pk, why in _apply(last, acting).items():
            del turns[pk]
            outcomes[pk] = Outcome(cases[pk], OutcomeKind.REFUSED, why)

    _sign(turns.values(), decision, note, acting)
    due = cache(lambda days: working_days_after(localdate(acting.at), days))
    for pk, step in turns.items():
        _move(cases[pk], step, steps[pk], decision, due, acting)
        outcomes[pk] = Outcome(cases[pk], OutcomeKind.SIGNED)
    signed = [cases[pk] for pk in turns]
    write(signed)
    tell_of(signed, at=acting.at, by_id=acting.user.pk)
    CaseForm.objects.filter(case__in=[case for case in signed if case.closed_at]).delete()
    return outcomes


def _unconsidered(
    cases: Mapping[int, Case], turns: Mapping[int, Step], note: str, *, from_list: bool
) -> dict[int, str]:
    """Why a yes does not suffice: nobody opened the case, or it grants an exception."""
    if from_list:
        return {pk: why for pk in turns if (why := _why_open(cases[pk]))}
    if note.strip():
        return {}
    granting = RuleException.objects.filter(step__in=list(turns.values())).select_related("step")
    return {
        asked.step.case_id: f"同意本件就是同意例外：{asked.message}（{asked.citation}）。"
        "请在意见中写明为什么可以例外，再签署。"
        for asked in granting
    }


def _why_open(case: Case) -> str:
    found = [*case.warnings, *case.unproven]
    if not found:
        return ""
    first = found[0]
    what = "申请了例外" if case.warnings else f"有 {len(found)} 项待核"
    return f"{what}：{first['message']}（{first['citation']}）。请打开本件看过后单独签署。"


def _apply(cases: Sequence[Case], acting: Acting) -> dict[int, str]:
    refusals: dict[int, str] = {}
    for name, batch in groupby(sorted(cases, key=lambda c: (c.kind, c.pk)), lambda c: c.kind):
        refusals.update(kinds.get(name).apply(list(batch), acting))
    return refusals


def _sign(steps: Iterable[Step], decision: Decision, note: str, acting: Acting) -> None:
    """One statement: everybody's signature of this moment says the same."""
    steps = list(steps)
    signature = {
        "decision": decision,
        "note": note,
        "decided_by": acting.user,
        "decided_post": acting.post,
        "decided_at": acting.at,
    }
    for step in steps:
        for field, value in signature.items():
            setattr(step, field, value)
    Step.objects.filter(pk__in=[step.pk for step in steps]).update(**signature)


def _move(
    case: Case,
    step: Step,
    steps: Sequence[Step],
    decision: Decision,
    due: Callable[[int], date],
    acting: Acting,
) -> None:
    case.version += 1
    rules = queries.rules_of(case)
    following = queries.following(step, steps)
    if decision == Decision.REFUSED:
        finish(case, State.REFUSED, acting.at)
    elif decision == Decision.RETURNED and step.returns_to:
        again = send_back(case, step, steps)
        due_on = due(again.days or rules.value("case.step_days"))
        hand_to(case, again, due=due_on, at=acting.at)
    elif decision == Decision.RETURNED:
        case.state = State.RETURNED
        days = rules.value("case.lapse_days")
        hand_to(case, case.opened_post, due=due(days), at=acting.at)
    elif following:
        if following.days == 0:
            due_on = case.due_on
        else:
            due_on = due(following.days or rules.value("case.step_days"))
        hand_to(case, following, due=due_on, at=acting.at)
    else:
        finish(case, State.DONE, acting.at)
