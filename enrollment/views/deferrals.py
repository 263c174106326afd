"""缓学: who comes later and until when, and the application of a guardian."""

from collections.abc import Mapping

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from enrollment.forms.deferral import DeferralForm
from enrollment.models import Deferral
from enrollment.queries import deferrals, return_step, typed
from enrollment.queries.finding import entering, of_pupils
from enrollment.services import doubles
from enrollment.services.check import Context
from enrollment.services.deferral import apply_for, as_typed, check
from enrollment.services.submit import Rejected
from enrollment.views.aside import Judged, aside, derived
from enrollment.views.live import remarks
from enrollment.views.page import closed, is_editable, record, school_context, told
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import own, waiting_text
from xueji.cases.services import open_draft
from xueji.organisations.models import Level
from xueji.pages import finding
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.pages.record import shown
from xueji.students.search import masked

LISTS = {"due": "到期", "all": "缓学中"}
PASSES = {
    "entry.catchment": "现住址在本校服务范围",
    "entry.duplicate.exact": "证件号没有建过学籍",
    "entry.late.age": "到了入学年龄",
    "entry.late_papers": "缓学材料齐全",
    "entry.late.until": "缓学期限",
}


@access.act("enrollment.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Children in 缓学 in reach, those who end first in front; ?show=due has the ended ones."""
    acting = request.acting
    rows, due = deferrals.in_reach(acting), deferrals.due(acting)
    show = request.GET.get("show") or ("due" if due.exists() else "all")
    if show not in LISTS:
        raise Http404(show)
    typed = finding.read(request)
    asked = due if show == "due" else rows
    meant = of_pupils(asked, typed, student="case__student", among=entering())
    found = page(request, meant, order=("until", "pk"))
    students = [row.case.student_id for row in found.rows]
    if students:
        shown(
            request,
            kind=AccessKind.LIST,
            page="deferrals",
            students=students,
            filter=masked(typed),
        )
    alive = deferrals.on_their_way(students)
    return render(
        request,
        "enrollment/deferrals.html",
        {
            "page": found,
            "typed": typed,
            "search": finding.address(request.GET, ()),
            "lines": [(row, alive.get(row.case.student_id)) for row in found.rows],
            "shown": show,
            "tabs": [("due", LISTS["due"], due.count()), ("all", LISTS["all"], rows.count())],
            "notice_day": deferrals.notice_day(acting),
            "may_enter": acting.may("enrollment.enter"),
            "is_school": acting.post.organisation.level == Level.SCHOOL,
            "today": acting.today,
        },
    )


@access.act("enrollment.enter")
@require_http_methods(["GET", "POST"])
@typing_here(save="check")
def new(request: HttpRequest) -> HttpResponse:
    """An application; ``?deferred=`` continues what was granted to a child of the school."""
    return _answer(request, None)


@access.act("enrollment.enter")
@require_http_methods(["GET", "POST"])
@typing_here(save="check")
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """An application that came back, with what was typed and why."""
    case = own(request.acting, number, Deferral.KIND)
    if case is None:
        raise Http404(number)
    if not is_editable(case):
        return redirect("case", number=number)
    return _answer(request, case)


@access.act("enrollment.enter")
@posted_from("enrollment_deferral_new")
def live(request: HttpRequest) -> HttpResponse:
    """The aside for what stands in the application, and the parts of it that follow from it."""
    number = request.POST.get("case", "").replace("\0", "")
    try:
        context = school_context(
            request.acting, own(request.acting, number, Deferral.KIND) if number else None
        )
    except Refused as refusal:
        return HttpResponse(str(refusal), content_type="text/plain; charset=utf-8")
    form = DeferralForm(request.POST, context=context)
    judged = _judge(request, form, context)
    if judged.answer.doubles or judged.checked.deferral:
        record(request, judged)
    return render(
        request,
        "enrollment/_deferral_live.html",
        {
            "form": form,
            "was_refused": "refused" in request.POST,
            "told": remarks(request, form, judged),
            "oob": True,
            **_parts(form, context, judged),
        },
    )


def _parts(
    form: DeferralForm, context: Context, judged: Judged | None, *, is_sent: bool = False
) -> dict[str, object]:
    """Context of what follows from what is typed; the child's household is not filled in here."""
    said = derived(judged) if judged else None
    return {
        **aside(judged, is_submitted=is_sent),
        "derived": said and {**said, "region": ""},
        "waiver": None,
        "paper_groups": form.papers(context.rules),
        "papers_citation": context.rules.rule("entry.late_papers").citation,
    }


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    try:
        context = school_context(request.acting, case)
    except Refused as refusal:
        return closed(request, str(refusal))
    if request.method == "POST":
        return _post(request, context, case)
    row = _known(request, case)
    form = DeferralForm(context=context, row=row)
    return _show(
        request, form, context, case, judged=_judge(request, form, context) if row else None
    )


def _known(request: HttpRequest, case: Case | None) -> Mapping[str, str] | None:
    """What the form begins with: what was typed before, or what is registered of the child."""
    if case:
        kept = typed(case)
        return kept.values.get("row") if kept else None
    granted = deferrals.of_own(request.acting, request.GET.get("deferred", ""))
    return as_typed(granted.case.student) if granted else None


def _post(request: HttpRequest, context: Context, case: Case | None) -> HttpResponse:
    form = DeferralForm(request.POST, context=context)
    if request.POST.get("save") != "open":
        return _show(request, form, context, case, judged=_judge(request, form, context))

    def act() -> Done:
        acting, row = request.acting, form.row
        mine = case or open_draft(
            kind=Deferral.KIND,
            school=context.lineage.school,
            acting=acting,
            values={"row": row},
            title=row["name"].strip()[:50],
        )
        sent = apply_for(case_id=mine.pk, row=row, reasons=form.reasons, acting=acting)
        return Done(
            reverse("case", args=[sent.number]),
            success=f"已提交缓学申请，轮到{waiting_text(sent)}\n\n业务件 {sent.number}",
        )

    try:
        return once(request, act)
    except Rejected as rejected:
        form.tell(rejected.checked)
        answer = doubles.answer(rejected.checked, rejected.context, request.acting)
        judged = Judged(form, rejected.context, rejected.checked, answer, PASSES)
        return _show(request, form, context, case, judged=judged, is_sent=True, status=422)
    except Refused as refusal:
        judged = _judge(request, form, context)
        return _show(request, form, context, case, judged=judged, refusal=str(refusal), status=409)


def _judge(request: HttpRequest, form: DeferralForm, context: Context) -> Judged:
    checked = check(form.row, context)
    return Judged(form, context, checked, doubles.answer(checked, context, request.acting), PASSES)


def _show(
    request: HttpRequest,
    form: DeferralForm,
    context: Context,
    case: Case | None,
    *,
    judged: Judged | None,
    refusal: str = "",
    is_sent: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Answer with the form, filled; one Access row when it shows anybody's data."""
    if judged or case:
        mine = [case.student_id] if case and case.student_id else []
        record(request, judged, students=mine)
    return render(
        request,
        "enrollment/deferral.html",
        {
            "form": form,
            "form_key": new_key(),
            "case": case,
            "context": context,
            "returned": return_step(case) if case else None,
            "refusal": refusal,
            "is_submitted": is_sent,
            "today": request.acting.today,
            "told": told(form) if is_sent else "",
            **_parts(form, context, judged, is_sent=is_sent),
        },
        status=status,
    )
