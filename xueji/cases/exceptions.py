"""The exceptions asked for within a post's reach: by whom, and who granted or refused them."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, Decision, RuleException, Step
from xueji.days import end_of, midnight

# what became of a request → its word, and the condition
ANSWERS = {
    "granted": ("已批准", Q(step__decision=Decision.AGREED)),
    "refused": ("不同意", Q(step__decision=Decision.REFUSED)),
    "returned": ("退回补正", Q(step__decision=Decision.RETURNED)),
    "waiting": ("待决定", Q(step__decision=None, step__case__state__in=ALIVE)),
    "undecided": ("没有决定", Q(step__decision=None) & ~Q(step__case__state__in=ALIVE)),
}


def in_reach(acting: Acting) -> QuerySet:
    """Exceptions of every case to which the acting post is a party, with who asked and when."""
    asked = Step.objects.filter(
        case=OuterRef("step__case"),
        round=OuterRef("step__round"),
        decision=Decision.SUBMITTED,
    )
    return (
        RuleException.objects.filter(step__case__in=Case.objects.visible_to(acting.post))
        .select_related(
            "step__case__school__organisation", "step__organisation", "step__decided_by"
        )
        .annotate(
            asked_at=Subquery(asked.values("decided_at")[:1]),
            asked_by=Subquery(asked.values("decided_by__name")[:1]),
            asked_at_place=Subquery(asked.values("organisation__name")[:1]),
        )
    )


def asked_between(rows: QuerySet, *, first: date | None, last: date | None) -> QuerySet:
    """Those asked for on these days, both included."""
    if first:
        rows = rows.filter(asked_at__gte=midnight(first))
    if last:
        rows = rows.filter(asked_at__lt=end_of(last))
    return rows


def answer_of(exception: RuleException) -> str:
    """The word for what became of the request."""
    step = exception.step
    if step.decision is None:
        return ANSWERS["waiting" if step.case.state in ALIVE else "undecided"][0]
    return {
        Decision.AGREED: ANSWERS["granted"][0],
        Decision.REFUSED: ANSWERS["refused"][0],
    }.get(Decision(step.decision), step.get_decision_display())
