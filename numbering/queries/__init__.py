"""Reading numbers: who waits for one, what would be issued, what a series holds, and its proof."""

from numbering.queries.allocator import allocator_of, may_issue, who_issues
from numbering.queries.codes import rules_of
from numbering.queries.freeze import (
    Confirmer,
    Progress,
    acts,
    confirmer,
    due_on,
    obstacles,
    progress,
)
from numbering.queries.holders import holders
from numbering.queries.overview import Line, ToFreeze, lines, schools
from numbering.queries.preview import Planned, Preview, find_series, preview, token_of
from numbering.queries.refusal import CannotFreeze, CannotIssue, CannotRenumber, Refusal
from numbering.queries.renumber import Move, Plan, pairs, plan, require_possible
from numbering.queries.series import SERIALS_PER_PAGE, Cell, Hole, Proof, cells, holes, proof
from numbering.queries.waiting import Cohort, Waiting, awaiting

__all__ = [
    "SERIALS_PER_PAGE",
    "CannotFreeze",
    "CannotIssue",
    "CannotRenumber",
    "Cell",
    "Cohort",
    "Confirmer",
    "Hole",
    "Line",
    "Move",
    "Plan",
    "Planned",
    "Preview",
    "Progress",
    "Proof",
    "Refusal",
    "ToFreeze",
    "Waiting",
    "acts",
    "allocator_of",
    "awaiting",
    "cells",
    "confirmer",
    "due_on",
    "find_series",
    "holders",
    "holes",
    "lines",
    "may_issue",
    "obstacles",
    "pairs",
    "plan",
    "preview",
    "progress",
    "proof",
    "require_possible",
    "rules_of",
    "schools",
    "token_of",
    "who_issues",
]
