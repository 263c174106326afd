"""The form by which a school asks for a pupil of another school, or of outside the register."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import EXCEPTION, TakeForm
from transfers.rules.papers import OF_TAKER
from transfers.services import Looked, NotTaken, Rejected, keep_draft, look, take
from transfers.services.submit import at_work
from transfers.views.exceptions import kept_warnings, tell
from transfers.views.typed import APART, MODE, offered, posted_case, reasons, shown_with, typed_of
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import waiting_text
from xueji.cases.services import Stale
from xueji.identity import masking
from xueji.identity.problems import Problem
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.rules.engine import Finding, Rules, rule_set

LOOK = ("id_number", "name")


@dataclass
class Opened:
    """One form of the acting school, and what became of it."""

    form: TakeForm
    school: Lineage
    rules: Rules
    case: Case | None = None
    looked: Looked | None = None
    warnings: Sequence[Finding] = field(default_factory=list)
    refusal: str = ""
    other: Mapping[str, object] | None = None  # what another window saved meanwhile


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; 查找 tells of the number what it may."""
    return answer(request, None)


def answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    case = posted_case(request, case)
    try:
        school = at_work(request.acting)
    except Refused as refusal:
        return render(request, "transfers/closed.html", {"why": str(refusal)}, status=409)
    opened = open_form(request, case, school)
    form = opened.form
    if request.method == "GET":
        if case and form.initial.get("id_number"):
            _look(request, opened, str(form.initial["id_number"]), str(form.initial["name"]))
        return _show(request, opened)
    save = request.POST.get("save")
    if not form.is_valid():
        return _show(request, opened, status=422)
    if save == "draft":
        return _keep(request, opened)
    _look(request, opened, form.cleaned_data["id_number"], form.cleaned_data["name"])
    if save == "find":
        return _show(request, opened, status=422 if form.errors else 200)
    return _send(request, opened)


def open_form(request: HttpRequest, case: Case | None, school: Lineage) -> Opened:
    """The form as it was posted or kept; to look for a pupil, number and name have to be there."""
    rules = rule_set(school.rule_set).at(request.acting.today)
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    classes = SchoolClass.objects.filter(school=school.school, closed_on__isnull=True)
    posted = request.POST if request.method == "POST" else None
    form = TakeForm(
        posted,
        papers=offered(rules, OF_TAKER, posted or initial),
        classes=list(classes.order_by("grade", "number")),
        grades=queries.grades(school.school),
        reasons=reasons(rules),
        only={"send": None, "find": LOOK}.get(request.POST.get("save", ""), ()),
        initial=initial,
    )
    form.ask_exceptions(kept_warnings(posted or initial, rules))
    return Opened(form, school, rules, case)


def _look(request: HttpRequest, opened: Opened, id_number: str, name: str) -> None:
    opened.looked = look(id_number=id_number, name=name, case=opened.case, acting=request.acting)
    if opened.form.is_bound:
        _tell(opened, opened.looked.problems)


def _tell(opened: Opened, problems: Sequence[Problem]) -> None:
    for problem in problems:
        name = problem.field if problem.field in opened.form.fields else None
        told = str(problem)
        if name is None or told not in opened.form.errors.get(name, []):
            opened.form.add_error(name, told)


def _keep(request: HttpRequest, opened: Opened) -> HttpResponse:
    case, form = opened.case, opened.form

    def act() -> Done:
        kept = keep_draft(
            typed=typed_of(request, case, {**form.row(), **MODE}),
            title=title_of(opened),
            acting=request.acting,
        )
        return Done(reverse("transfer_edit", args=[kept.case.number]), success="草稿已存")

    try:
        return once(request, act, apart=APART)
    except Stale as stale:
        return _stale(request, opened, stale)
    except Refused as refusal:
        opened.refusal = str(refusal)
        return _show(request, opened, status=409)


def title_of(opened: Opened) -> str:
    """What the draft is called in lists: who comes."""
    return str(opened.form.row()["name"]) or "转入"


def _stale(request: HttpRequest, opened: Opened, stale: Stale) -> HttpResponse:
    """Both versions: the typed one in the form, the other beside it. Sending again decides."""
    opened.other = stale.values.get("row", {})  # type: ignore[assignment]
    return _show(request, opened, status=409)


def _send(request: HttpRequest, opened: Opened) -> HttpResponse:
    form, back = opened.form, opened.case

    def act() -> Done:
        case = take(
            typed=typed_of(request, back, {**form.row(), **MODE}),
            taken=form.taken(),
            reasons=form.reasons(),
            acting=request.acting,
        )
        told = f"已提交 {case.title}，轮到{waiting_text(case)}\n\n业务件 {case.number}"
        return Done(reverse("case", args=[case.number]), success=told)

    try:
        return once(request, act, apart=APART)
    except Stale as stale:
        return _stale(request, opened, stale)
    except NotTaken as wrong:
        opened.looked = wrong.looked
        _tell(opened, wrong.problems)
        return _show(request, opened, status=422)
    except Rejected as rejected:
        opened.warnings = tell(form, rejected)
        return _show(request, opened, status=422)
    except Refused as refusal:
        opened.refusal = str(refusal)
        return _show(request, opened, status=409)


def _show(request: HttpRequest, opened: Opened, *, status: int = 200) -> HttpResponse:
    """The form; one Access row when anybody's data was shown or looked for."""
    form, looked = opened.form, opened.looked
    number = getattr(form, "cleaned_data", {}).get("id_number", "")
    seen = [opened.case.student_id] if opened.case else []
    if looked and looked.student:
        seen.append(looked.student.pk)
    if any(seen) or number:
        kind = AccessKind.LOOKUP if looked and looked.is_foreign else AccessKind.VIEW
        filter_ = masking.mask_id(number)
        shown(request, kind=kind, page="transfers", students=dict.fromkeys(seen), filter=filter_)
    asked = {found.key: found for found in opened.warnings}
    context = {
        "form": form,
        **shown_with(request, opened.case, form, opened.other),
        "looked": looked,
        "returned": queries.return_step(opened.case) if opened.case else None,
        "refusal": opened.refusal,
        "exceptions": [
            (asked.get(name.removeprefix(EXCEPTION)), form[name])
            for name in form.fields
            if name.startswith(EXCEPTION)
        ],
        "today": request.acting.today,
    }
    return render(request, "transfers/take.html", context, status=status)
