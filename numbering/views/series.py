"""The page of one series: its serials, the proof, and the act of issuing."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from numbering import queries, services
from numbering.forms import FreezeForm, IssueForm, ReopenForm
from numbering.models import SeriesKind
from numbering.queries import CannotIssue, Waiting
from numbering.services import PreviewChanged
from numbering.views import series_freeze, series_page
from numbering.views.series_page import Place
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.organisations.models import StageName
from xueji.organisations.queries import lineages
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.once import Done, once


def place_of(request: HttpRequest, school_id: int, stage: str, year: int) -> Place:
    """The series asked for, ?kind= or as sent; 404 when out of reach or not a series at all."""
    sent = request.POST if request.method == "POST" else request.GET
    kind = sent.get("kind", SeriesKind.REGISTER.value)
    lineage = lineages({school_id}).get(school_id)
    if (
        lineage is None
        or not request.acting.reaches(lineage.school.organisation.path)
        or stage not in StageName
        or kind not in SeriesKind
    ):
        raise Http404(school_id)
    return Place(lineage=lineage, stage=StageName(stage), year=year, kind=SeriesKind(kind))


@access.act("numbering.read")
@require_GET
def series(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """?kind=temporary: the temporary numbers; ?from=: the serial the grid begins with."""
    return answer(request, place_of(request, school_id, stage, year))


@access.act("numbering.issue")
@require_http_methods(["GET", "POST"])
def issue(request: HttpRequest, school_id: int, stage: str, year: int) -> HttpResponse:
    """Issue the numbers of the preview that was on the screen, once, or say why not."""
    place = place_of(request, school_id, stage, year)
    if not series_page.may_issue(place, request.acting):
        raise PermissionDenied
    if request.method == "GET":
        return redirect(place.address)
    form = IssueForm(request.POST, without_class=_without_class(_waiting(place)))
    if not form.is_valid():
        return answer(request, place, form=form, status=422)

    def act() -> Done:
        issued = services.issue(
            acting=request.acting,
            lineage=place.lineage,
            token=form.cleaned_data["token"],
            **place.cohort,
        )
        told = f"已发 {len(issued)} 个号：{series_page.spans(issued)}"
        return Done(place.address, success=told)

    try:
        return once(request, act)
    except (PreviewChanged, CannotIssue) as refusal:
        messages.error(request, f"没有发号\n\n{refusal}")
        return answer(request, place, status=409)


def _waiting(place: Place) -> Waiting | None:
    groups = queries.awaiting([place.lineage.school.pk])
    return next((group for group in groups if group.is_of(place.cohort)), None)


def _without_class(waiting: Waiting | None) -> int:
    return waiting.without_class if waiting else 0


def answer(request: HttpRequest, place: Place, *, status: int = 200, **forms: Form) -> HttpResponse:
    """The page of a series; ``forms`` are those that came back with something wrong."""
    found = queries.find_series(school_id=place.lineage.school.pk, **place.cohort)
    waiting = _waiting(place)
    if found is None and waiting is None:
        raise Http404(place.address)
    context = series_page.context(
        place, found, waiting, acting=request.acting, start=request.GET.get("from", "")
    )
    if found:
        context |= series_freeze.addresses(place)
        context["freeze"] = series_freeze.context(
            place, found, context["proof"], waiting, acting=request.acting
        )
    if students := series_page.students_shown(context):
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="numbering",
            filter=place.title,
            students=students,
        )
    issue_form = IssueForm(without_class=_without_class(waiting))
    blank = {"form": issue_form, "freeze_form": FreezeForm(), "reopen_form": ReopenForm()}
    context |= blank | forms | {"form_key": new_key()}
    return render(request, "numbering/series.html", context, status=status)
