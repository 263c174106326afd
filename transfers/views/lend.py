"""The form by which the home school lends a pupil to a school outside the register (借出到外地)."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from transfers import queries
from transfers.forms.borrowing import LendingForm
from transfers.queries import borrowing
from transfers.services.borrow_sides import closed_to_lend
from transfers.services.lend import KIND, Lending, lend
from transfers.services.submit import at_work
from transfers.views import asking
from transfers.views.exceptions import kept_warnings
from transfers.views.typed import offered
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.organisations.queries import Lineage
from xueji.pages import case_page
from xueji.pages.ids import whole
from xueji.pages.record import shown
from xueji.rules.engine import rule_set
from xueji.students.models import Student


@dataclass(kw_only=True)
class Opened(asking.Opened):
    form: LendingForm
    pupil: Student


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Look for the pupil first; with ``?student=`` the form."""
    named = request.GET.get("student", "")
    return _answer(request, _pupil(request, whole(named)), None) if named else _find(request)


def mend(request: HttpRequest, case: Case) -> HttpResponse:
    """Go on with one that was returned."""
    return _answer(request, _pupil(request, case.student_id), case)


def _pupil(request: HttpRequest, pk: int | None) -> Student:
    pupil = queries.pupil(request.acting, pk) if pk else None
    if pupil is None:
        raise Http404(pk)
    return pupil


def _open_school(acting: Acting) -> Lineage:
    """The acting school; Refused while it lends nobody, with the clause."""
    home = at_work(acting)
    if found := closed_to_lend(home, acting):
        raise Refused(f"{found.message}（{found.citation}）。{found.remedy}。")
    return home


def _find(request: HttpRequest) -> HttpResponse:
    try:
        _open_school(request.acting)
    except Refused as refusal:
        return asking.closed(request, refusal, what="借读", page="borrowing")
    typed = request.GET.get("q", "").strip()
    found = list(queries.find_pupils(request.acting, typed)) if typed else []
    if found:
        seen = [pupil.pk for pupil in found]
        shown(request, kind=AccessKind.LIST, page="borrowing", students=seen)
    return render(request, "borrowing/lend_whom.html", {"q": typed, "pupils": found})


def _answer(request: HttpRequest, pupil: Student, case: Case | None) -> HttpResponse:
    try:
        home = _open_school(request.acting)
    except Refused as refusal:
        return asking.closed(request, refusal, what="借读", page="borrowing")
    opened = _open(request, home, pupil, case)
    form = opened.form
    if request.method == "GET":
        return _show(request, opened)
    if not form.is_valid():
        return _show(request, opened, 422)
    data = form.cleaned_data
    lending = Lending(
        student_id=pupil.pk,
        outside_school=data["outside_school"],
        outside_office=data["outside_office"],
        reason=data["reason"],
        reason_text=data["reason_text"],
        until=data["until"],
        papers=frozenset(data.get("papers", ())),
    )
    reasons = form.reasons()
    return asking.send(
        request,
        opened,
        lambda typed: lend(typed=typed, lending=lending, reasons=reasons, acting=request.acting),
        _show,
    )


def _open(request: HttpRequest, home: Lineage, pupil: Student, case: Case | None) -> Opened:
    posted = request.POST if request.method == "POST" else None
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    rules = rule_set(home.rule_set).at(request.acting.today)
    papers = offered(rules, ("lending.papers",), posted or initial)
    form = LendingForm(posted, papers=papers, initial=initial)
    form.ask_exceptions(kept_warnings(posted or initial, rules, "borrowing"))
    return Opened(form=form, kind=KIND, case=case, pupil=pupil)


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="borrowing", students=[opened.pupil.pk])
    context = {**asking.context(request, opened), "pupil": opened.pupil}
    return render(request, "borrowing/lend.html", context, status=status)


@access.act("borrowing.print")
@require_GET
def letter(request: HttpRequest, number: str) -> HttpResponse:
    """借读证明信 of the home school, for the school outside that takes its pupil."""
    case = case_page.find(request, number)
    if case.kind != KIND or case.student is None:
        raise Http404(number)
    if not request.acting.reaches(case.student.org_path):
        raise Http404(number)
    row = borrowing.of_case(case)
    shown(request, kind=AccessKind.PRINT, page="borrowing", students=[case.student_id])
    context = {
        "case": case,
        "borrowing": row,
        "student": case.student,
        "guardian": case.student.family.filter(is_guardian=True).order_by("position").first(),
    }
    return render(request, "print/borrowing_letter.html", context)
