"""The form by which a school asks for the transfer of one of its pupils."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import EXCEPTION, INSIDE, TransferForm
from transfers.rules.papers import OF_LEAVER
from transfers.services import Rejected, keep_draft, submit
from transfers.services.submit import at_work
from transfers.views import take
from transfers.views.exceptions import kept_warnings, tell
from transfers.views.typed import APART, offered, posted_case, reasons, shown_with, typed_of
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.acts import TRANSITIONS, Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import waiting_text
from xueji.cases.services import Stale
from xueji.organisations.models import School
from xueji.organisations.queries import Lineage
from xueji.pages.ids import whole
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.rules.engine import Finding, Rules, rule_set
from xueji.students.models import Student

NOBODY = "本校没有找到这名学生。请核对；不在本校的，由就读学校办理。"
MANY = "找到不止一名，请在下面选定。"


@dataclass
class Opened:
    """One form of the acting school, and what became of it."""

    form: TransferForm
    school: Lineage
    rules: Rules
    case: Case | None = None
    pupils: Sequence[Student] = ()
    warnings: Sequence[Finding] = field(default_factory=list)
    refusal: str = ""
    other: Mapping[str, object] | None = None  # what another window saved meanwhile


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """An empty form, or that of the pupil named by ``?student=``."""
    return _answer(request, None)


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """A draft or a case that came back, with what was typed."""
    case = queries.own(request.acting, number)
    if case is None:
        raise Http404(number)
    if request.method == "GET" and (case.state, Act.SUBMIT) not in TRANSITIONS:
        return redirect("case", number=number)
    typed = queries.typed(case)
    if typed and typed.values.get("row", {}).get("mode") == "take":
        return take.answer(request, case)
    return _answer(request, case)


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    case = posted_case(request, case)
    try:
        school = at_work(request.acting)
    except Refused as refusal:
        return render(request, "transfers/closed.html", {"why": str(refusal)}, status=409)
    opened = open_form(request, case, school)
    form = opened.form
    if request.method == "GET":
        return _show(request, opened)
    save = request.POST.get("save")
    if not form.is_valid():
        return _show(request, opened, status=422)
    if save == "draft":
        return _keep(request, opened)
    student = _chosen(opened)
    if save == "find":
        return _show(request, opened, status=422 if form.errors else 200)
    to_school = _to_school(request, form)
    if form.errors or student is None:
        return _show(request, opened, status=422)
    return _send(request, opened, student, to_school)


def open_form(request: HttpRequest, case: Case | None, school: Lineage) -> Opened:
    """The form as it was posted or kept; nothing has to be filled in unless it is sent."""
    rules = rule_set(school.rule_set).at(request.acting.today)
    only = None if request.POST.get("save") == "send" else ()
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    posted = request.POST if request.method == "POST" else None
    named = posted.get("student") if posted else initial.get("student")
    named = named or request.GET.get("student", "")
    form = TransferForm(
        posted,
        papers=offered(rules, OF_LEAVER, posted or initial),
        reasons=reasons(rules),
        only=only,
        initial=initial,
    )
    opened = Opened(form, school, rules, case)
    pk = whole(str(named))
    pupil = queries.pupil(request.acting, pk) if pk else None
    typed_now = (posted or initial).get("pupil", "")
    found = list(queries.find_pupils(request.acting, typed_now)) if typed_now else []
    if pupil and pupil not in found:
        found.insert(0, pupil)
    opened.pupils = found
    form.offer(found)
    if pupil:
        form.initial["student"] = pupil.pk
    form.ask_exceptions(kept_warnings(posted or initial, rules))
    return opened


def _chosen(opened: Opened) -> Student | None:
    """The one pupil that is meant; says in the form why there is none."""
    form = opened.form
    chosen = form.cleaned_data.get("student")
    if chosen:
        return next((row for row in opened.pupils if row.pk == chosen), None)
    if len(opened.pupils) == 1 and form.cleaned_data["pupil"]:
        return opened.pupils[0]
    if not form.cleaned_data["pupil"]:
        form.add_error("pupil", "请填学生的姓名、学籍号或证件号，再按查找。")
    else:
        form.add_error("pupil", MANY if opened.pupils else NOBODY)
    return None


def _to_school(request: HttpRequest, form: TransferForm) -> School | None:
    """The receiving school in the register; None outside it, or with an error in the form."""
    data = form.cleaned_data
    if data["to_where"] != INSIDE:
        if not data["outside_school"].strip():
            form.add_error("outside_school", "请照接收证明填写学校全称。")
        if not data["outside_office"].strip():
            form.add_error("outside_office", "请填写该校的主管部门，转学证明要写明。")
        return None
    found = queries.schools_named(request.acting, data["to_school"])
    if len(found) == 1:
        return found[0]
    if not data["to_school"].strip():
        form.add_error("to_school", "请填写转入学校。")
    elif found:
        names = "、".join(f"{row.organisation}（标识码 {row.identifier}）" for row in found[:5])
        form.add_error("to_school", f"有不止一所学校：{names}。请填学校标识码。")
    else:
        told = "没有这所学校。请核对全称或标识码；不在本系统的，选“系统以外的学校”。"
        form.add_error("to_school", told)
    return None


def _keep(request: HttpRequest, opened: Opened) -> HttpResponse:
    case, form = opened.case, opened.form

    def act() -> Done:
        kept = keep_draft(
            typed=typed_of(request, case, form.row()),
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
    """What the draft is called in lists: the pupil, or what was typed to find one."""
    row = opened.form.row()
    named = next((one.name for one in opened.pupils if str(one.pk) == row["student"]), "")
    return named or str(row["pupil"]) or "转学"


def _stale(request: HttpRequest, opened: Opened, stale: Stale) -> HttpResponse:
    """Both versions: the typed one in the form, the other beside it. Sending again decides."""
    opened.other = stale.values.get("row", {})  # type: ignore[assignment]
    return _show(request, opened, status=409)


def _send(
    request: HttpRequest, opened: Opened, student: Student, to_school: School | None
) -> HttpResponse:
    form, back = opened.form, opened.case

    def act() -> Done:
        case = submit(
            typed=typed_of(request, back, {**form.row(), "student": str(student.pk)}),
            asked=form.asked(student.pk, to_school),
            reasons=form.reasons(),
            acting=request.acting,
        )
        told = f"已提交 {case.title}，轮到{waiting_text(case)}\n\n业务件 {case.number}"
        return Done(reverse("case", args=[case.number]), success=told)

    try:
        return once(request, act, apart=APART)
    except Stale as stale:
        return _stale(request, opened, stale)
    except Rejected as rejected:
        opened.warnings = tell(form, rejected)
        return _show(request, opened, status=422)
    except Refused as refusal:
        opened.refusal = str(refusal)
        return _show(request, opened, status=409)


def _show(request: HttpRequest, opened: Opened, *, status: int = 200) -> HttpResponse:
    """The form; one Access row when it shows anybody's data."""
    form = opened.form
    seen = [row.pk for row in opened.pupils]
    if opened.case and opened.case.student_id:
        seen.append(opened.case.student_id)
    if seen:
        shown(request, kind=AccessKind.VIEW, page="transfers", students=dict.fromkeys(seen))
    asked = {found.key: found for found in opened.warnings}
    context = {
        "form": form,
        **shown_with(request, opened.case, form, opened.other),
        "pupils": opened.pupils,
        "returned": queries.return_step(opened.case) if opened.case else None,
        "refusal": opened.refusal,
        "exceptions": [
            (asked.get(name.removeprefix(EXCEPTION)), form[name])
            for name in form.fields
            if name.startswith(EXCEPTION)
        ],
        "rules": opened.rules,
        "today": request.acting.today,
    }
    return render(request, "transfers/new.html", context, status=status)
