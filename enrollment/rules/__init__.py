"""Who may be entered and how large a class may be: each clause judged by one function.

Pure: plain values in, findings out. A finding's ``field`` is the name of the fact it speaks of;
``id_number``, ``name`` and "" (the whole form) stand for what the facts only count.
"""

# admission before identity: findings come in the order in which the functions are registered
from enrollment.rules import admission, classes, exempt, family, identity, late, takeover
from enrollment.rules.classes import ClassFacts, most, stops
from enrollment.rules.exempt import AdmissionFacts, grounds
from enrollment.rules.facts import (
    EntryFacts,
    Late,
    Parent,
    cutoff,
    is_disabled,
    months_old,
    papers_demanded,
    papers_key,
    register_type,
    route_key,
)
from enrollment.rules.takeover import TakeoverFacts

__all__ = [
    "AdmissionFacts",
    "ClassFacts",
    "EntryFacts",
    "Late",
    "Parent",
    "TakeoverFacts",
    "admission",
    "classes",
    "cutoff",
    "exempt",
    "family",
    "grounds",
    "identity",
    "is_disabled",
    "late",
    "months_old",
    "most",
    "papers_demanded",
    "papers_key",
    "register_type",
    "route_key",
    "stops",
    "takeover",
]
