"""Schools in reach: who waits for numbers, how far each series has come, who holds a number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from numbering import queries
from numbering.queries import ToFreeze
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.pages import record
from xueji.pages.paging import page
from xueji.students.search import masked

SCHOOLS_PER_PAGE = 20
TO_FREEZE = {
    ToFreeze.OPEN: "待冻结",
    ToFreeze.CONFIRM: "待确认",
    ToFreeze.OVERDUE: "逾期未冻结、未确认",
}


@access.act("numbering.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """?waiting=1: only schools where somebody waits; ?year=: only that entry year; ?freeze=: what
    is to be frozen, confirmed or is overdue; ?number=: who holds or held it."""
    if typed := request.GET.get("number", "").strip():
        return _holders(request, typed)
    waiting_only = request.GET.get("waiting") == "1"
    year = request.GET.get("year", "")
    asked = request.GET.get("freeze", "")
    freeze = ToFreeze(asked) if asked in TO_FREEZE else None
    today = request.acting.today
    found = page(
        request,
        queries.schools(
            request.acting.post.organisation.path,
            on=today,
            waiting_only=waiting_only,
            freeze=freeze,
        ),
        order=("path", "pk"),
        size=SCHOOLS_PER_PAGE,
    )
    lines = queries.lines([school.pk for school in found.rows], on=today)
    years = sorted({line.entry_year for line in lines}, reverse=True)
    of_freeze = [line for line in lines if not freeze or line.is_to(freeze)]
    if year:
        shown = [line for line in of_freeze if str(line.entry_year) == year]
    elif freeze:
        shown = of_freeze
    else:
        newest = None if waiting_only else max(years, default=None)
        shown = [line for line in lines if line.waiting or line.entry_year == newest]
    context = {
        "lines": [
            (line, queries.may_issue(line.lineage, line.stage, request.acting)) for line in shown
        ],
        "ready": sum(line.ready for line in shown),
        "without_class": sum(line.without_class for line in shown),
        "years": years,
        "year": year,
        "waiting_only": waiting_only,
        "freeze": freeze,
        "to_freeze": TO_FREEZE.items(),
        "today": today,
        "page": found,
    }
    return render(request, "numbering/overview.html", context)


def _holders(request: HttpRequest, typed: str) -> HttpResponse:
    """Every pupil in reach who holds or held the number, with dates and why it ended."""
    acting = request.acting
    rows = queries.holders(typed, path=acting.post.organisation.path)
    if rows:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="numbering",
            filter=f"学籍号 {masked(typed)}",
            students=list(dict.fromkeys(row.holder_id for row in rows if row.holder_id)),
        )
    context = {
        "typed": typed,
        "rows": [
            (row, bool(row.holder and row.holder.org_path and acting.reaches(row.holder.org_path)))
            for row in rows
        ],
        "today": acting.today,
    }
    return render(request, "numbering/holders.html", context)
