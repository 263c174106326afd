"""Choosing a village, community or county by typing its name or initials."""

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.organisations.models import Division, Level, Organisation

SHOWN = 12
WORDS, LETTERS = 4, 20  # of what was typed, so much is looked at


@access.act("divisions.read")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Options for what was typed: the acting post's own county first, the smallest place first."""
    words = [word[:LETTERS] for word in request.GET.get("q", "").split()[:WORDS]]
    found = _best_first(_named(words), words, request.acting) if words else []
    return render(request, "pages/_divisions.html", {"divisions": found})


def _named(words: list[str]) -> QuerySet[Division]:
    """Each word stands in the full name or begins the initials of one of its parts."""
    condition = Q()
    for word in words:
        if word.isascii() and word.isalpha():
            condition &= Q(initials__regex=rf"\m{word.lower()}")
        else:
            condition &= Q(full_name__contains=word.replace("\0", ""))
    return Division.objects.filter(condition)


def _best_first(found: QuerySet[Division], words: list[str], acting: Acting) -> QuerySet[Division]:
    """A place of that very name, then the smaller before the larger, in the order of the codes."""
    exact = Q(name__startswith=words[-1].replace("\0", ""))
    return found.annotate(
        own=_flag(Q(code__startswith=_county(acting))), exact=_flag(exact)
    ).order_by("-own", "-exact", "-level", "code")[:SHOWN]  # village > township > county


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())


def _county(acting: Acting) -> str:
    """Six digits of the county the post works in; what no code begins with above counties."""
    path = acting.post.organisation.path
    county = Organisation.objects.above(path).filter(level=Level.COUNTY).first()
    return (county.division_code[:6] if county else "") or "-"
