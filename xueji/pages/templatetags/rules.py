"""A citation that leads to its rule, in the set and on the day by which was judged."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from xueji.cases.models import Case
from xueji.rules.clauses import UNWRITTEN

register = template.Library()


def rule_url(key: str, case: Case | None = None) -> str:
    """Address of the rule; of a submitted case's as it was when the case was judged."""
    return f"{rules_url(case)}#{key}"


@register.simple_tag
def rules_url(case: Case | None = None) -> str:
    """Address of the rules that a submitted case was judged by; of one's own without a case."""
    if case is None or case.rule_date is None:
        return reverse("rules")
    judged_by = {"set": case.rule_set, "on": case.rule_date.isoformat()}
    return f"{reverse('rules')}?{urlencode(judged_by)}"


@register.inclusion_tag("parts/cite.html")
def cite(
    citation: str, key: str = "", case: Case | None = None, *, apart: bool = False
) -> dict[str, object]:
    """Clause and words, linked where the key is known; ``apart`` in a window of its own."""
    return {
        "citation": citation,
        "is_local": citation.startswith(UNWRITTEN),
        "url": rule_url(key, case) if key else "",
        "apart": apart,
    }
