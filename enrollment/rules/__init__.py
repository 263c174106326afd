"""Who may be entered in the register: each clause of the rule sets judged by one function.

Pure: plain values in, findings out. A finding's ``field`` is the name of the fact it speaks of;
``id_number``, ``name`` and "" (the whole form) stand for what the facts only count.
"""

# admission before identity: findings come in the order in which the functions are registered
from enrollment.rules import admission, family, identity
from enrollment.rules.facts import (
    PARENTS,
    EntryFacts,
    Parent,
    cutoff,
    months_old,
    papers_demanded,
    register_type,
    route_key,
)

__all__ = [
    "PARENTS",
    "EntryFacts",
    "Parent",
    "admission",
    "cutoff",
    "family",
    "identity",
    "months_old",
    "papers_demanded",
    "register_type",
    "route_key",
]
