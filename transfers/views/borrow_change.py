"""What becomes of a guest: the end of borrowed study, and a regular register."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms.borrowing import ConversionForm, EndForm
from transfers.queries import borrowing
from transfers.services import Rejected
from transfers.services.borrow_change import CONVERSION, END, Change, ask
from transfers.views.typed import APART, shown_with, typed_of
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import waiting_text
from xueji.cases.services import Stale
from xueji.organisations.queries import rule_set_of
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.rules.engine import rule_set
from xueji.rules.papers import PAPERS
from xueji.students.models import Placement


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the end of a guest's borrowed study."""
    return _answer(request, END, _guest(request, pk), None)


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
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


def _form(request: HttpRequest, kind: str, case: Case | None) -> EndForm | ConversionForm:
    posted = request.POST if request.method == "POST" else None
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    if kind == END:
        return EndForm(posted, initial=initial, use_required_attribute=False)
    rules = rule_set(rule_set_of(request.acting.post.organisation)).at(request.acting.today)
    codes = [code for group in rules.value("conversion.papers") for code in group]
    return ConversionForm(posted, papers=[(code, PAPERS[code]) for code in codes], initial=initial)


def _answer(request: HttpRequest, kind: str, place: Placement, case: Case | None) -> HttpResponse:
    form = _form(request, kind, case)
    if request.method == "GET":
        return _show(request, kind, place, case, form)
    if not form.is_valid():
        return _show(request, kind, place, case, form, status=422)

    def act() -> Done:
        row = form.row()
        change = Change(
            kind=kind,
            placement_id=place.pk,
            reason=str(row.get("reason", "")),
            reason_text=str(row.get("reason_text", "")),
            papers=frozenset(row.get("papers", ())),  # type: ignore[call-overload]
        )
        asked = ask(typed=typed_of(request, case, row), change=change, acting=request.acting)
        told = f"已提交 {asked.title}，轮到{waiting_text(asked)}\n\n业务件 {asked.number}"
        return Done(reverse("case", args=[asked.number]), success=told)

    try:
        return once(request, act, apart=APART)
    except Stale as stale:
        other: dict[str, object] = stale.values["row"]  # type: ignore[assignment]
        return _show(request, kind, place, case, form, other=other, status=409)
    except Rejected as rejected:
        for found in rejected.findings:
            form.add_error("papers", f"{found.message}。{found.remedy}（{found.citation}）。")
        return _show(request, kind, place, case, form, status=422)
    except Refused as refusal:
        return _show(request, kind, place, case, form, refusal=str(refusal), status=409)


def _show(
    request: HttpRequest,
    kind: str,
    place: Placement,
    case: Case | None,
    form: EndForm | ConversionForm,
    *,
    refusal: str = "",
    other: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="borrowing", students=[place.student_id])
    context = {
        "form": form,
        "guest": borrowing.lines([place])[0],
        "is_end": kind == END,
        **shown_with(request, case, form, other),
        "returned": queries.return_step(case) if case else None,
        "refusal": refusal,
        "today": request.acting.today,
    }
    return render(request, "borrowing/change.html", context, status=status)
