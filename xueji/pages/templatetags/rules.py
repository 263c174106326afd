"""A citation that leads to its rule, in the set and on the day by which was judged."""

import datetime as dt
from urllib.parse import urlencode

from django import template
from django.urls import reverse

from xueji.rules.clauses import UNWRITTEN

register = template.Library()


def rule_url(key: str, case=None) -> str:
    """Address of the rule; of a submitted case's as it was when the case was judged."""
    return f"{rules_url(case)}#{key}"


@register.simple_tag
def rules_url(case=None) -> str:
    """Address of the rules that a submitted case was judged by; of one's own without a case."""
    if not getattr(case, "rule_set", ""):
        return reverse("rules")
    on: dt.date = case.rule_date
    return f"{reverse('rules')}?{urlencode({'set': case.rule_set, 'on': on.isoformat()})}"


@register.inclusion_tag("parts/cite.html")
def cite(citation: str, key: str = "", case=None, *, apart: bool = False):
    """Clause and words, linked where the key is known; ``apart`` in a window of its own."""
    return {
        "citation": citation,
        "is_local": citation.startswith(UNWRITTEN),
        "url": rule_url(key, case) if key else "",
        "apart": apart,
    }
