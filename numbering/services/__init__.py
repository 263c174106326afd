"""Acts on register numbers. ``allocate`` is the only place where a new one is given out."""

from numbering.queries import CannotFreeze, CannotIssue, CannotRenumber
from numbering.services.allocate import allocate
from numbering.services.freeze import ProofChanged, confirm, freeze, reopen
from numbering.services.issue import PreviewChanged, issue
from numbering.services.renumber import renumber
from numbering.services.retire import retire, revive
from numbering.services.takeover import Brought, take_back, take_over, taken
from numbering.services.void import CannotVoid, void

__all__ = [
    "Brought",
    "CannotFreeze",
    "CannotIssue",
    "CannotRenumber",
    "CannotVoid",
    "PreviewChanged",
    "ProofChanged",
    "allocate",
    "confirm",
    "freeze",
    "issue",
    "renumber",
    "reopen",
    "retire",
    "revive",
    "take_back",
    "take_over",
    "taken",
    "void",
]
