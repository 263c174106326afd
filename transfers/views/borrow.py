"""The form by which the host school asks for a guest (借读)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import EXCEPTION
from transfers.forms.borrowing import BorrowingForm
from transfers.queries import borrowing
from transfers.services import Looked, NotTaken, Rejected, look
from transfers.services.borrow import KIND, borrow, keep
from transfers.services.borrow_sides import hosting
from transfers.views import borrow_change
from transfers.views.exceptions import kept_warnings, tell
from transfers.views.typed import APART, shown_with, typed_of
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.acts import TRANSITIONS, Act
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
from xueji.rules.papers import PAPERS

LOOK = ("id_number", "name")
NEW = (
    "本系统没有这个证件号的学籍。借读期间在本校建临时借读学籍，"
    "请照借读证明信填写原学校和学生的基本信息。"
)
LEFT = "该生以前从本系统转往外地。借读期间在本校建临时借读学籍，不用再填基本信息。"


@dataclass
class Opened:
    """One form of the acting school, and what became of it."""

    form: BorrowingForm
    school: Lineage
    rules: Rules
    case: Case | None = None
    looked: Looked | None = None
    warnings: Sequence[Finding] = field(default_factory=list)
    refusal: str = ""
    other: Mapping[str, object] | None = None  # what another window saved meanwhile


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; 查找 tells of the number what it may."""
    return _answer(request, None)


@access.act("borrowing.start")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Go on with a draft or a returned case of this post."""
    case = borrowing.own(request.acting, number)
    if case is None:
        raise Http404(number)
    if (case.state, Act.SUBMIT) not in TRANSITIONS:
        return redirect("case", number=number)
    if case.kind != KIND:
        return borrow_change.mend(request, case)
    return _answer(request, case)


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    try:
        school = hosting(request.acting)
    except Refused as refusal:
        return render(request, "borrowing/closed.html", {"why": str(refusal)}, status=409)
    opened = _open(request, case, school)
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


def _open(request: HttpRequest, case: Case | None, school: Lineage) -> Opened:
    rules = rule_set(school.rule_set).at(request.acting.today)
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    demands = [rules.get(key, ()) for key in ("borrowing.papers", "borrowing.letter_papers")]
    codes = [code for groups in demands for group in groups for code in group]
    classes = SchoolClass.objects.filter(school=school.school, closed_on__isnull=True)
    posted = request.POST if request.method == "POST" else None
    form = BorrowingForm(
        posted,
        papers=[(code, PAPERS[code]) for code in codes],
        classes=list(classes.order_by("grade", "number")),
        grades=queries.grades(school.school),
        only={"find": LOOK, "draft": ()}.get(request.POST.get("save", "")),
        initial=initial,
    )
    form.ask_exceptions(kept_warnings(posted or initial, rules, KIND))
    return Opened(form, school, rules, case)


def _look(request: HttpRequest, opened: Opened, id_number: str, name: str) -> None:
    found = look(id_number=id_number, name=name, case=opened.case, acting=request.acting)
    if found.is_outside and not found.problems:
        found = replace(found, told=NEW if found.is_new else LEFT)
    opened.looked = found
    if opened.form.is_bound:
        _tell(opened, found.problems)


def _tell(opened: Opened, problems: Sequence[Problem]) -> None:
    for problem in problems:
        name = problem.field if problem.field in opened.form.fields else None
        told = str(problem)
        if name is None or told not in opened.form.errors.get(name, []):
            opened.form.add_error(name, told)


def _keep(request: HttpRequest, opened: Opened) -> HttpResponse:
    case, form = opened.case, opened.form

    def act() -> Done:
        kept = keep(
            kind=KIND,
            typed=typed_of(request, case, form.row()),
            title=form.cleaned_data.get("name") or "借读",
            acting=request.acting,
        )
        return Done(reverse("borrowing_edit", args=[kept.case.number]), success="草稿已存")

    try:
        return once(request, act, apart=APART)
    except Stale as stale:
        return _stale(request, opened, stale)
    except Refused as refusal:
        opened.refusal = str(refusal)
        return _show(request, opened, status=409)


def _stale(request: HttpRequest, opened: Opened, stale: Stale) -> HttpResponse:
    """Both versions: the typed one in the form, the other beside it. Sending again decides."""
    opened.other = stale.values.get("row", {})  # type: ignore[assignment]
    return _show(request, opened, status=409)


def _send(request: HttpRequest, opened: Opened) -> HttpResponse:
    form, back = opened.form, opened.case

    def act() -> Done:
        case = borrow(
            typed=typed_of(request, back, form.row()),
            wanted=form.taken(),
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
        shown(request, kind=kind, page="borrowing", students=dict.fromkeys(seen), filter=filter_)
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
    return render(request, "borrowing/new.html", context, status=status)
