"""Issuing and voiding register numbers. ``allocate`` is the only place where one is given out."""

from numbering.queries import CannotIssue
from numbering.services.allocate import allocate
from numbering.services.issue import PreviewChanged, issue
from numbering.services.void import CannotVoid, void

__all__ = ["CannotIssue", "CannotVoid", "PreviewChanged", "allocate", "issue", "void"]
