"""Closing holes from the end of a series, and the list of papers to reprint for it."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from numbering import queries, services
from numbering.forms import RenumberForm
from numbering.models import Series
from numbering.queries import CannotRenumber, Plan, Refusal
from numbering.services import PreviewChanged
from numbering.views import series_freeze
from numbering.views.series import place_of
from numbering.views.series_page import Place
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.once import Done, once


@access.act("numbering.renumber")
@require_http_methods(["GET", "POST"])
def renumber(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Show who would change from which number to which; do exactly that, once."""
    place = place_of(request, school_id, stage, year)
    if not series_freeze.may_renumber(place, request.acting):
        raise PermissionDenied
    if request.method == "GET":
        return _preview(request, place, RenumberForm())
    form = RenumberForm(request.POST)
    if not form.is_valid():
        return _preview(request, place, form, status=422)

    def act() -> Done:
        done = services.renumber(
            acting=request.acting,
            lineage=place.lineage,
            cohort=place.cohort,
            token=form.cleaned_data["token"],
        )
        told = f"已改号，现在发到 {done.last:04d}\n\n请按下面的名单收回、重印。"
        return Done(_listed(place), success=told)

    try:
        return once(request, act)
    except (PreviewChanged, Refusal) as refusal:
        messages.error(request, f"没有改号\n\n{refusal}")
        return _preview(request, place, RenumberForm(), status=409)


def _preview(
    request: HttpRequest, place: Place, form: RenumberForm, status: int = 200
) -> HttpResponse:
    series = _series(place)
    plan, blocked = queries.plan(series), None
    try:
        queries.require_possible(series, plan, lineage=place.lineage, cohort=place.cohort)
    except CannotRenumber as refusal:
        plan, blocked = Plan(last=series.last), refusal
    _record(request, place, [move.old.holder_id for move in plan.moves])
    context = {
        "place": place,
        "series": series,
        "plan": plan,
        "blocked": blocked,
        "listed": _listed(place),
        "form": form,
        "form_key": new_key(),
    }
    return render(request, "numbering/renumber.html", context, status=status)


@access.act("numbering.read")
@require_GET
def renumbered(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Every pupil of a series who changed number, with the papers to take back; to be printed."""
    place = place_of(request, school_id, stage, year)
    rows = queries.pairs(_series(place))
    _record(request, place, [row.taken.holder_id for row in rows if row.taken])
    acts = []
    for act, found in groupby(rows, key=lambda row: row.act):
        pairs = list(found)
        acts.append(
            {
                "act": act,
                "moved": [row for row in pairs if row.taken],
                "dropped": [row.given_back for row in pairs if not row.taken],
            }
        )
    context = {"place": place, "acts": acts}
    return render(request, "numbering/renumbered.html", context)


def _series(place: Place) -> Series:
    found = queries.find_series(school_id=place.lineage.school.pk, **place.cohort)
    if found is None:
        raise Http404(place.address)
    return found


def _listed(place: Place) -> str:
    return place.path("numbering_renumbered")


def _record(request: HttpRequest, place: Place, students: list[int]) -> None:
    if students:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="numbering_renumber",
            filter=place.title,
            students=students,
        )
