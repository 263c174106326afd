"""Schools in reach: who waits for numbers, and how far each series has come."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from numbering import queries
from numbering.queries import Line
from xueji.accounts import access
from xueji.pages.paging import page

SCHOOLS_PER_PAGE = 20


@access.act("numbering.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """?waiting=1: only schools where somebody waits; ?year=: only that entry year."""
    waiting_only = request.GET.get("waiting") == "1"
    year = request.GET.get("year", "")
    found = page(
        request,
        queries.schools(request.acting.post.organisation.path, waiting_only=waiting_only),
        order=("path", "pk"),
        size=SCHOOLS_PER_PAGE,
    )
    lines = queries.lines([school.pk for school in found.rows])
    years = sorted({line.entry_year for line in lines}, reverse=True)

    def fits(line: Line) -> bool:
        if year:
            return str(line.entry_year) == year
        return line.waiting is not None or (not waiting_only and line.entry_year == years[0])

    shown = [line for line in lines if fits(line)]
    context = {
        "lines": [
            (line, queries.may_issue(line.lineage, line.stage, request.acting)) for line in shown
        ],
        "ready": sum(line.ready for line in shown),
        "without_class": sum(line.without_class for line in shown),
        "years": years,
        "year": year,
        "waiting_only": waiting_only,
        "page": found,
    }
    return render(request, "numbering/overview.html", context)
