"""Text in, text out, and words for what is wrong; nothing here saves or judges."""

from enrollment.forms.classes import AssignForm, ClassForm
from enrollment.forms.entry import (
    LABELS,
    NEXT_TO_IT,
    OPTIONAL,
    PAPER,
    REASON,
    VAGUE,
    EntryForm,
    defaults,
    warnings_of,
)

__all__ = [
    "LABELS",
    "NEXT_TO_IT",
    "OPTIONAL",
    "PAPER",
    "REASON",
    "VAGUE",
    "AssignForm",
    "ClassForm",
    "EntryForm",
    "defaults",
    "warnings_of",
]
