"""Rosters that were taken out, for the auditor: who, what for, who agreed. Never changed here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from reports.queries import exports
from reports.views.rosters import told
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.pages import record
from xueji.pages.paging import page
from xueji.pages.span import asked_span, shortened, unread
from xueji.pages.views.audit import TABS

WHOLE = "whole"


@access.act("audit.read")
@require_GET
def taken(request: HttpRequest) -> HttpResponse:
    """What was asked for at or below the auditor's office, the newest first; none of the files."""
    acting = request.acting
    first, last = asked_span(request, acting.today)
    only_whole = request.GET.get("only") == WHOLE
    rows = exports.asked_for(acting, first, last)
    if only_whole:
        rows = exports.with_whole_numbers(rows)
    found = page(request, rows, order=("asked_at", "pk"), newest_first=True)
    record.shown(
        request,
        kind=AccessKind.LIST,
        page="rosters_taken",
        students=[],
        filter=f"{first} 至 {last}",
    )
    return render(
        request,
        "reports/taken.html",
        {
            "page": found,
            "lines": [told(export) for export in found.rows],
            "tabs": TABS.items(),
            "unread": unread(request, first, last),
            "shortened": shortened(request, first, last),
            "first": first,
            "last": last,
            "only_whole": only_whole,
            "today": acting.today,
        },
    )
