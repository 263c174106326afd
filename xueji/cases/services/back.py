"""Sending a case back to an earlier stop of its route, not to its maker."""

from collections.abc import Sequence

from xueji.cases.models import Case, RuleException, Step


def send_back(case: Case, step: Step, steps: Sequence[Step]) -> Step:
    """Ask again for the signatures from ``step.returns_to`` on, in a round of their own.

    What was signed stands. Exceptions that hang on a signature asked for again are asked for
    again with it. Returns the step that the case waits for now; the caller saves the case.
    """
    case.round += 1
    repeated = [s for s in steps if s.round == step.round and s.position >= step.returns_to]
    shift = step.returns_to - 1
    again = Step.objects.bulk_create(
        Step(
            case=case,
            round=case.round,
            position=old.position - shift,
            organisation_id=old.organisation_id,
            role=old.role,
            days=old.days,
            returns_to=max(old.returns_to - shift, 1) if old.returns_to else None,
        )
        for old in repeated
    )
    new_of = {old.pk: new for old, new in zip(repeated, again, strict=True)}
    RuleException.objects.bulk_create(
        RuleException(
            step=new_of[asked.step_id],
            rule=asked.rule,
            message=asked.message,
            citation=asked.citation,
            reason=asked.reason,
        )
        for asked in RuleException.objects.filter(step__in=new_of)
    )
    return again[0]
