"""The form by which the receiving school has a pupil taught again (恢复在校)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms.returning import ReturnForm
from transfers.services.reinstate import KIND, reinstate, why_not
from transfers.services.submit import at_work
from transfers.views import asking
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import busy
from xueji.pages.kept import typing_here
from xueji.pages.record import shown
from xueji.students.models import Student


@dataclass(kw_only=True)
class Opened(asking.Opened):
    form: ReturnForm
    pupil: Student
    refusals: Sequence[str] = ()


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Why this pupil of the own school is taught again, or why that cannot be."""
    return _answer(request, queries.pupil(request.acting, pk), None)


def mend(request: HttpRequest, case: Case) -> HttpResponse:
    """Go on with one that was returned."""
    return _answer(request, queries.pupil(request.acting, case.student_id or 0), case)


def _answer(request: HttpRequest, pupil: Student | None, case: Case | None) -> HttpResponse:
    if pupil is None:
        raise Http404(request.path)
    try:
        at_work(request.acting)
    except Refused as refusal:
        return asking.closed(request, refusal, what="恢复在校", page="transfers")
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    posted = request.POST or None
    opened = Opened(
        form=ReturnForm(posted, initial=initial, use_required_attribute=False),
        kind=KIND,
        case=case,
        pupil=pupil,
    )
    if request.method == "GET":
        told = (
            busy([pupil.pk], acting=request.acting, beside=case),
            why_not(pupil, request.acting.rules),
        )
        opened.refusals = [one for one in told if one]
        return _show(request, opened)
    if not opened.form.is_valid():
        return _show(request, opened, 422)
    why = opened.form.cleaned_data["reason_text"]
    return asking.send(
        request,
        opened,
        lambda typed: reinstate(
            typed=typed, student_id=pupil.pk, reason_text=why, acting=request.acting
        ),
        _show,
    )


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="transfers", students=[opened.pupil.pk])
    context = {
        **asking.context(request, opened),
        "pupil": opened.pupil,
        "refusals": opened.refusals,
        "rule": request.acting.rules.rule("transfer.status"),
    }
    return render(request, "transfers/return.html", context, status=status)
