"""免转学手续接收: who came and who went, and the form by which a school takes a pupil."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from enrollment import queries
from enrollment.forms.admission import AdmissionForm
from enrollment.models import Admission
from enrollment.queries.admissions import came, went
from enrollment.queries.finding import of_pupils
from enrollment.rules import grounds
from enrollment.rules.exempt import INCLUSION
from enrollment.services import admission, doubles
from enrollment.views.page import closed, is_editable
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import own, waiting_text
from xueji.identity import masking
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage
from xueji.pages import finding, record
from xueji.pages.forms import new_key
from xueji.pages.kept import typing_here
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.rules.engine import Rules
from xueji.rules.papers import PAPERS
from xueji.students.models import Student
from xueji.students.search import masked

LISTS = {"came": "接收", "went": "被接收"}
LOOK = ("id_number", "name")


@access.act("enrollment.read")
@require_GET
def admissions(request: HttpRequest) -> HttpResponse:
    """Pupils taken by the schools in reach, or taken from them."""
    acting = request.acting
    lists = {"came": came(acting), "went": went(acting)}
    shown = request.GET.get("show", "came")
    if shown not in lists:
        raise Http404(shown)
    typed = finding.read(request)
    everybody = Student.objects.all()
    rows = of_pupils(lists[shown], typed, student="case__student", among=everybody)
    found = page(request, rows, order=("pk",), newest_first=True)
    if found.rows:
        record.shown(
            request,
            kind=AccessKind.LIST,
            page="admissions",
            students=[row.case.student_id for row in found.rows],
            filter=f"{LISTS[shown]} {masked(typed)}".rstrip(),
        )
    context = {
        "shown": shown,
        "tabs": LISTS.items(),
        "page": found,
        "typed": typed,
        "search": finding.address(request.GET, ()),
        "may_admit": acting.may("enrollment.admit"),
        "today": acting.today,
    }
    return render(request, "enrollment/admissions.html", context)


@dataclass
class Opened:
    """One form of the acting school, and what became of it."""

    form: AdmissionForm
    rules: Rules
    case: Case | None = None
    answer: doubles.Answer = field(default_factory=doubles.Answer)
    refusal: str = ""


@access.act("enrollment.admit")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """An empty form; 查找 tells of the number what it may, 提交 sends it to the principal."""
    return _answer(request, None)


@access.act("enrollment.admit")
@require_http_methods(["GET", "POST"])
@typing_here()
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """A case that came back, with what was typed."""
    case = own(request.acting, number, Admission.KIND)
    if case is None:
        raise Http404(number)
    if request.method == "GET" and not is_editable(case):
        return redirect("case", number=number)
    return _answer(request, case)


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    try:
        school, rules = admission.at_work(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    is_look = request.POST.get("save") == "find"
    form = _form(request, case, school, rules, only=LOOK if is_look else ())
    opened = Opened(form, rules, case)
    if request.method == "GET":
        return _show(request, opened)
    if not form.is_valid():
        return _show(request, opened, status=422)
    return _look(request, opened) if is_look else _send(request, opened)


def _form(
    request: HttpRequest, case: Case | None, school: Lineage, rules: Rules, *, only: Sequence[str]
) -> AdmissionForm:
    kinds = grounds(rules)
    own = INCLUSION if school.school.kind == "ordinary" else school.school.kind
    codes = [code for group in rules.get(f"admission.{own}.papers", ()) for code in group]
    typed = queries.typed(case) if case else None
    row = dict(typed.values.get("row", {})) if typed else {}
    if row:
        row["papers"] = row["papers"].split()
    rows = SchoolClass.objects.filter(school=school.school, closed_on__isnull=True)
    return AdmissionForm(
        request.POST or None,
        grounds=kinds,
        classes=list(rows.order_by("grade", "number")),
        papers=[(code, PAPERS[code]) for code in codes],
        today=request.acting.today,
        only=only,
        initial={"ground": own, **row},
    )


def _look(request: HttpRequest, opened: Opened) -> HttpResponse:
    data = opened.form.cleaned_data
    looked = admission.look(
        id_number=data["id_number"], name=data["name"], rules=opened.rules, acting=request.acting
    )
    opened.answer = looked.answer
    for problem in looked.problems:
        opened.form.add_error(problem.field, f"{problem.message}{problem.remedy}")
    return _show(request, opened, status=422 if looked.problems else 200)


def _send(request: HttpRequest, opened: Opened) -> HttpResponse:
    form, back = opened.form, opened.case

    def act() -> Done:
        case = admission.submit(
            case_id=back.pk if back else None,
            asked=form.asked(),
            row=form.row(),
            acting=request.acting,
        )
        told = f"已提交 {case.title}，轮到{waiting_text(case)}\n\n业务件 {case.number}"
        return Done(reverse("case", args=[case.number]), success=told)

    try:
        return once(request, act)
    except admission.Rejected as rejected:
        opened.answer = rejected.looked.answer
        for problem in rejected.problems:
            form.add_error(problem.field, f"{problem.message}{problem.remedy}")
        for finding in rejected.findings:
            if finding.effect == "block":
                told = f"{finding.message}。{finding.remedy}（{finding.citation}）。"
                form.add_error(finding.field, told)
        return _show(request, opened, status=422)
    except Refused as refusal:
        opened.refusal = str(refusal)
        return _show(request, opened, status=409)


def _show(request: HttpRequest, opened: Opened, *, status: int = 200) -> HttpResponse:
    """The form; one Access row when anybody's data was shown or looked for."""
    number = getattr(opened.form, "cleaned_data", {}).get("id_number", "")
    students = [opened.case.student_id] if opened.case else []
    students += opened.answer.student_ids
    if students or number:
        record.shown(
            request,
            kind=opened.answer.kind,
            page=doubles.PAGE,
            students=dict.fromkeys(students),
            filter=masking.mask_id(number),
        )
    context = {
        "form": opened.form,
        "case": opened.case,
        "returned": queries.return_step(opened.case) if opened.case else None,
        "answer": opened.answer,
        "refusal": opened.refusal,
        "rule": opened.rules.rule("admission.ground"),
        "form_key": new_key(),
        "today": request.acting.today,
    }
    return render(request, "enrollment/admission.html", context, status=status)
