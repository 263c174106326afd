"""The proofs of the register, for who watches over it: when, of how many, what was found."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.ledger.models import Examination
from xueji.pages import examined
from xueji.pages.check_words import PROVED

SHOWN = 30


@access.act("checks.read")
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """The last of each proof with what to do, and those before; totals where all is in reach."""
    acting = request.acting
    lines = examined.lines(acting)
    before = Examination.objects.order_by("-ended_at", "-pk")[:SHOWN]
    return render(
        request,
        "audit/checks.html",
        {
            "lines": lines,
            "is_whole": all(line.is_whole for line in lines),
            "before": [(row, *PROVED[row.name][:2]) for row in before if row.name in PROVED],
            "today": acting.today,
        },
    )
