"""编号: the list of schools, the page of one series with its acts, and re-numbering."""

from numbering.views.freeze import confirm, freeze, reopen
from numbering.views.overview import overview
from numbering.views.renumber import renumber, renumbered
from numbering.views.series import issue, series

__all__ = [
    "confirm",
    "freeze",
    "issue",
    "overview",
    "renumber",
    "renumbered",
    "reopen",
    "series",
]
