"""Every change of a case's state; one module per act.

Locks everywhere: Case by id first, then Student by id, then Series by id.
"""

from xueji.cases.services.attach import NoSuchPaper, attach, detach
from xueji.cases.services.decide import Outcome, OutcomeKind, decide
from xueji.cases.services.draft import Stale, discard, forget_drafts, open_draft, save_draft
from xueji.cases.services.end import close, lapse, reverse, withdraw
from xueji.cases.services.submit import ExceptionRequest, granting_stop, submit

__all__ = [
    "ExceptionRequest",
    "NoSuchPaper",
    "Outcome",
    "OutcomeKind",
    "Stale",
    "attach",
    "close",
    "decide",
    "detach",
    "discard",
    "forget_drafts",
    "granting_stop",
    "lapse",
    "open_draft",
    "reverse",
    "save_draft",
    "submit",
    "withdraw",
]
