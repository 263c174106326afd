"""编号: the list of schools, and the page of one series from which the allocator issues."""

from numbering.views.overview import overview
from numbering.views.series import issue, series

__all__ = ["issue", "overview", "series"]
