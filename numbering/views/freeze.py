"""Freezing a series from its page, confirming that, and taking it back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from numbering import services
from numbering.forms import FreezeForm, ReopenForm
from numbering.models import SeriesAct
from numbering.services import CannotFreeze, ProofChanged
from numbering.views import series_freeze
from numbering.views.series import answer, place_of
from numbering.views.series_page import Place
from xueji.accounts import access
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once

Act = Callable[[], SeriesAct]


@access.act("numbering.freeze")
@posted_from("numbering_series", "school_id", "stage", "year")
def freeze(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Freeze the series as its proof was on the screen."""
    place = place_of(request, school_id, stage, year)
    if not series_freeze.may_freeze(place, request.acting):
        raise PermissionDenied
    return _checked(
        request, place, services.freeze, f"号段已冻结，待{place.confirmer(request.acting)}确认"
    )


@access.act("numbering.confirm")
@posted_from("numbering_series", "school_id", "stage", "year")
def confirm(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Confirm a freeze, by a second person."""
    place = place_of(request, school_id, stage, year)
    if not place.confirmer(request.acting).is_played_by(request.acting):
        raise PermissionDenied
    return _checked(request, place, services.confirm, "已确认冻结，以后只往后编")


@access.act("numbering.reopen")
@posted_from("numbering_series", "school_id", "stage", "year")
def reopen(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Open a frozen series again, with a reason."""
    place = place_of(request, school_id, stage, year)
    if not series_freeze.may_reopen(place, request.acting):
        raise PermissionDenied
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return answer(request, place, reopen_form=form, status=422)
    return _act(
        request,
        place,
        lambda: services.reopen(
            acting=request.acting,
            lineage=place.lineage,
            cohort=place.cohort,
            reason=form.cleaned_data["reason"],
        ),
        "号段已重开，空号可以再补",
    )


def _checked(
    request: HttpRequest, place: Place, service: Callable[..., SeriesAct], done: str
) -> HttpResponse:
    form = FreezeForm(request.POST)
    if not form.is_valid():
        return answer(request, place, freeze_form=form, status=422)
    return _act(
        request,
        place,
        lambda: service(
            acting=request.acting,
            lineage=place.lineage,
            cohort=place.cohort,
            token=form.cleaned_data["token"],
        ),
        done,
    )


def _act(request: HttpRequest, place: Place, act: Act, done: str) -> HttpResponse:
    """Act once and go to the page; or show it as it is now, with what stood in the way."""

    def run() -> Done:
        act()
        return Done(place.address, success=done)

    try:
        return once(request, run, back=place.address)
    except (CannotFreeze, ProofChanged) as refusal:
        messages.error(request, f"没有办成\n\n{refusal}")
        return answer(request, place, status=409)
