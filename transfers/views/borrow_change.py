"""What becomes of a guest: the end of borrowed study, and a regular register."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms.borrowing import ConversionForm, EndForm
from transfers.queries import borrowing
from transfers.services.borrow_change import CONVERSION, END, Change, ask
from transfers.views import asking
from transfers.views.typed import offered
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.models import Case
from xueji.pages.kept import typing_here
from xueji.pages.record import shown
from xueji.students.models import Placement


@dataclass(kw_only=True)
class Opened(asking.Opened):
    place: Placement


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the end of a guest's borrowed study."""
    return _answer(request, END, _guest(request, pk), None)


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask that a temporary register become a regular one."""
    place = _guest(request, pk)
    if not borrowing.lines([place])[0].is_temporary:
        raise Http404(pk)
    return _answer(request, CONVERSION, place, None)


def mend(request: HttpRequest, case: Case) -> HttpResponse:
    """Go on with one that was returned; the guest may have gone meanwhile."""
    place = borrowing.change_of(case).placement
    return _answer(request, case.kind, _guest(request, place.pk), case)


def _guest(request: HttpRequest, pk: int) -> Placement:
    place = borrowing.guest(request.acting, pk)
    if place is None:
        raise Http404(pk)
    return place


def _open(request: HttpRequest, kind: str, place: Placement, case: Case | None) -> Opened:
    posted = request.POST or None
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    form: EndForm | ConversionForm
    if kind == END:
        form = EndForm(posted, initial=initial, use_required_attribute=False)
    else:
        papers = offered(request.acting.rules, ("conversion.papers",), posted or initial)
        form = ConversionForm(posted, papers=papers, initial=initial)
    return Opened(form=form, kind=kind, case=case, place=place)


def _answer(request: HttpRequest, kind: str, place: Placement, case: Case | None) -> HttpResponse:
    opened = _open(request, kind, place, case)
    form = opened.form
    if request.method == "GET":
        return _show(request, opened)
    if not form.is_valid():
        return _show(request, opened, 422)
    change = Change(
        kind=kind,
        placement_id=place.pk,
        reason=form.cleaned_data.get("reason", ""),
        reason_text=form.cleaned_data.get("reason_text", ""),
        papers=frozenset(form.cleaned_data.get("papers", ())),
    )
    return asking.send(
        request, opened, lambda typed: ask(typed=typed, change=change, acting=request.acting), _show
    )


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    place = opened.place
    shown(request, kind=AccessKind.VIEW, page="borrowing", students=[place.student_id])
    context = {
        **asking.context(request, opened),
        "guest": borrowing.lines([place])[0],
        "is_end": opened.kind == END,
    }
    return render(request, "borrowing/change.html", context, status=status)
