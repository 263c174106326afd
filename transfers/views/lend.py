"""The form by which the home school lends a pupil to a school outside the register (借出到外地)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from transfers import queries
from transfers.forms.borrowing import LendingForm
from transfers.queries import borrowing
from transfers.services.beforehand import of_lent
from transfers.services.borrow import keep
from transfers.services.borrow_sides import closed_to_lend
from transfers.services.lend import KIND, Lending, lend
from transfers.services.submit import at_work
from transfers.views import asking
from transfers.views.exceptions import kept_warnings
from transfers.views.typed import offered, posted_case
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.organisations.queries import Lineage
from xueji.pages import case_page
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.record import shown
from xueji.rules.engine import rule_set
from xueji.students.models import Student

GONE = "该生的学籍不在本校，不能由本校借出。请在名单上删除这份草稿，由就读学校办理。"


@dataclass(kw_only=True)
class Opened(asking.Opened):
    form: LendingForm
    pupil: Student
    refusals: Sequence[str] = ()


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """Look for the pupil first; with ``?student=`` the form."""
    named = request.GET.get("student", "")
    if not named:
        return _find(request)
    if (pupil := _pupil(request, named)) is None:
        raise Http404(named)
    return _answer(request, pupil, posted_case(request, None, KIND))


def mend(request: HttpRequest, case: Case) -> HttpResponse:
    """Go on with a draft, or with one that was returned."""
    pupil = _of_draft(request, case)
    if pupil is None:
        return asking.closed(request, Refused(GONE), what="借读", page="borrowing")
    return _answer(request, pupil, case)


def open_form(request: HttpRequest) -> Opened:
    """The form that is kept as one types; Refused where this pupil is not lent from here."""
    home = _open_school(request.acting)
    pupil = _pupil(request, request.POST.get("student", ""))
    if pupil is None:
        raise Refused(GONE)
    return _open(request, home, pupil, posted_case(request, None, KIND), is_draft=True)


def _of_draft(request: HttpRequest, case: Case) -> Student | None:
    if case.student_id:
        return queries.pupil(request.acting, case.student_id)
    typed = queries.typed(case)
    return _pupil(request, str(typed.values["row"].get("student", ""))) if typed else None


def _pupil(request: HttpRequest, named: str) -> Student | None:
    pk = whole(named)
    return queries.pupil(request.acting, pk) if pk else None


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
    is_draft = request.POST.get("save") == "draft"
    opened = _open(request, home, pupil, case, is_draft=is_draft)
    form = opened.form
    if request.method == "GET":
        opened.refusals = of_lent(pupil, case, request.acting)
        return _show(request, opened)
    if not form.is_valid():
        return _show(request, opened, 422)
    if is_draft:
        return asking.keep(request, opened, _show)
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


def _open(
    request: HttpRequest, home: Lineage, pupil: Student, case: Case | None, *, is_draft: bool
) -> Opened:
    posted = request.POST or None
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    rules = rule_set(home.rule_set).at(request.acting.today)
    papers = offered(rules, ("lending.papers",), posted or initial)
    form = LendingForm(posted, papers=papers, is_draft=is_draft, initial=initial)
    form.ask_exceptions(kept_warnings(posted or initial, rules, "borrowing"))
    return Opened(
        form=form,
        kind=KIND,
        case=case,
        keep=partial(keep, kind=KIND),
        title=pupil.name,
        also={"student": str(pupil.pk)},
        pupil=pupil,
    )


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="borrowing", students=[opened.pupil.pk])
    context = {
        **asking.context(request, opened),
        "pupil": opened.pupil,
        "refusals": opened.refusals,
    }
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
