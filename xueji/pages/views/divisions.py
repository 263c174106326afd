"""Choosing a village, community or county by typing its name or initials."""

from django.db.models import BooleanField, Case, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.organisations.addresses import NOWHERE, Place, is_village, known_part, resolve
from xueji.organisations.models import Division, Level, Organisation

SHOWN, LARGER = 12, 3
LONGEST = 120  # characters of an address
WORDS, LETTERS = 4, 20  # of what was typed, so much is looked at


@access.act("divisions.read")
@require_GET
def choose(request: HttpRequest) -> HttpResponse:
    """Options for what was typed: what it says as an address, then what its words may mean.

    Of the latter the acting post's own county first, the smallest place first.
    """
    typed = request.GET.get("q", "")[:LONGEST].replace("\0", "").strip()
    words = [word[:LETTERS] for word in typed.split()[:WORDS]]
    if not words:
        return render(request, "pages/_divisions.html", {"options": []})
    place = resolve([typed], _county(request.acting))[typed]
    sure, larger = _said(place)
    told = [division.pk for division in (*sure, *larger)]
    found = _best_first(_named(words) | _below(place), words, request.acting)
    rows = [*sure, *found.exclude(pk__in=told)[:SHOWN]][: SHOWN - len(larger)] + larger
    options = [(row, _text(row, place if row.pk in told else Place())) for row in rows]
    return render(request, "pages/_divisions.html", {"options": options})


def _said(place: Place) -> tuple[list[Division], list[Division]]:
    """The places an address names: those it goes no further than, and the larger ones."""
    named = Division.objects.filter(pk__in=[place.code, *place.choices]).order_by("pk")
    sure = [row for row in named if is_village(row.pk) or not place.rest]
    return sure, [row for row in named if row not in sure][:LARGER]


def _below(place: Place) -> Q:
    """Villages whose name has been begun behind a township or county."""
    if not place.code or not place.rest:
        return Q(pk__in=[])
    return Q(code__startswith=known_part(place.code), name__startswith=place.rest)


def _text(division: Division, place: Place) -> str:
    """What stands in the field once it is chosen: the door stays behind."""
    return f"{division.full_name} {place.rest}".strip()


def _named(words: list[str]) -> Q:
    """Each word stands in the full name or begins the initials of one of its parts."""
    condition = Q()
    for word in words:
        if word.isascii() and word.isalpha():
            condition &= Q(initials__regex=rf"\m{word.lower()}")
        else:
            condition &= Q(full_name__contains=word)
    return condition


def _best_first(condition: Q, words: list[str], acting: Acting) -> QuerySet[Division]:
    """A place of that very name, then the smaller before the larger, in the order of the codes."""
    exact = Q(name__startswith=words[-1])
    return (
        Division.objects.filter(condition)
        .annotate(own=_flag(Q(code__startswith=_county(acting))), exact=_flag(exact))
        .order_by("-own", "-exact", "-level", "code")  # village > township > county
    )


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(True)), default=False, output_field=BooleanField())


def _county(acting: Acting) -> str:
    """Six digits of the county the post works in; what no code begins with above counties."""
    path = acting.post.organisation.path
    county = Organisation.objects.above(path).filter(level=Level.COUNTY).first()
    return (county.division_code[:6] if county else "") or NOWHERE
