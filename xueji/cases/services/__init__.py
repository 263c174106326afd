"""Every change of a case's state; one module per act.

Locks everywhere: Case by id first, then Student by id, then Series by id.
"""

from xueji.cases.services.attach import NoSuchPaper, attach, detach
from xueji.cases.services.decide import Outcome, OutcomeKind, decide
from xueji.cases.services.draft import (
    Stale,
    discard,
    forget_drafts,
    new_cases,
    open_draft,
    save_draft,
)
from xueji.cases.services.end import (
    close,
    lapse,
    remind,
    reverse,
    reverse_all,
    withdraw,
    withdraw_all,
)
from xueji.cases.services.keep import Kept, Typed, keep
from xueji.cases.services.papers import write_papers
from xueji.cases.services.submit import (
    ExceptionRequest,
    Submission,
    granting_stop,
    requests_of,
    submit,
    submit_all,
)

__all__ = [
    "ExceptionRequest",
    "Kept",
    "NoSuchPaper",
    "Outcome",
    "OutcomeKind",
    "Stale",
    "Submission",
    "Typed",
    "attach",
    "close",
    "decide",
    "detach",
    "discard",
    "forget_drafts",
    "granting_stop",
    "keep",
    "lapse",
    "new_cases",
    "open_draft",
    "remind",
    "requests_of",
    "reverse",
    "reverse_all",
    "save_draft",
    "submit",
    "submit_all",
    "withdraw",
    "withdraw_all",
    "write_papers",
]
