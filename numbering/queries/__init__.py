"""Reading numbers: who waits for one, what would be issued, what a series holds, and its proof."""

from numbering.queries.allocator import allocator_of, may_issue, who_issues
from numbering.queries.codes import CannotIssue, rules_of
from numbering.queries.overview import Line, lines, schools
from numbering.queries.preview import Planned, Preview, find_series, preview, token_of
from numbering.queries.series import SERIALS_PER_PAGE, Cell, Hole, Proof, cells, holes, proof
from numbering.queries.waiting import Cohort, Waiting, awaiting

__all__ = [
    "SERIALS_PER_PAGE",
    "CannotIssue",
    "Cell",
    "Cohort",
    "Hole",
    "Line",
    "Planned",
    "Preview",
    "Proof",
    "Waiting",
    "allocator_of",
    "awaiting",
    "cells",
    "find_series",
    "holes",
    "lines",
    "may_issue",
    "preview",
    "proof",
    "rules_of",
    "schools",
    "token_of",
    "who_issues",
]
