"""The case page shared by all parties, and the acts on a case."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse as url
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases import inbox as boxes
from xueji.cases import queries, services
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.services import Outcome, OutcomeKind
from xueji.pages import case_page, quota
from xueji.pages.forms import (
    NO_REASON,
    DecisionForm,
    ReasonForm,
    RevealForm,
    TypedReason,
    first_error,
    new_key,
    typed_reason,
)
from xueji.pages.ids import whole
from xueji.pages.kept import TYPED_AT, posted_from, typing
from xueji.pages.once import Done, NotDone, once
from xueji.pages.record import shown

NOT_DONE = "还没有办\n\n刚才登录已经结束，什么都没有写入。填的内容在下面，请核对后再按一次按钮。"


@access.act("cases.read")
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    """One case for every party to it: facts, papers, checks, route, what was said."""
    return _answer(request, case_page.find(request, number))


def _answer(
    request: HttpRequest,
    found: Case,
    *,
    form: DecisionForm | None = None,
    typed: TypedReason = NO_REASON,
    kind: str = AccessKind.VIEW,
    status: int = 200,
    **reveal: str,
) -> HttpResponse:
    """The page, and the record that it was shown; ``reveal`` names one field and the reason."""
    context = case_page.context(found, request.acting)
    students = [found.student_id, *context["named"]]
    shown(request, kind=kind, page="cases", students=students, **reveal)
    context |= {
        "decision_form": (form or DecisionForm()).returning(context["returns_to_approver"]),
        "typed_reason": typed,
        "reveal_form": RevealForm(),
        "revealed": reveal.get("field", ""),
        "form_key": new_key(),
    }
    return render(request, "cases/case.html", context, status=status)


@access.act("cases.sign")
@typing("case_resume", "number")
@posted_from("case", "number")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Take the verdict of the post whose turn it is; a refusal keeps what was written."""
    found = case_page.find(request, number)
    form = DecisionForm(request.POST)
    version = whole(request.POST.get("version", ""), digits=9)
    if not form.is_valid() or version is None:
        return _answer(request, found, form=form, status=422)
    following = "next" in request.POST

    def act() -> Done | NotDone:
        outcome = services.decide(
            seen={found.pk: version}, acting=request.acting, **form.cleaned_data
        )[found.pk]
        if outcome.kind == OutcomeKind.REFUSED:
            raise Refused(outcome.text)
        location = _next(request.acting) if following else url("case", args=[number])
        return _told(request.acting, location, found, outcome, form.cleaned_data["decision"])

    try:
        return once(request, act, back=url("case", args=[number]))
    except Refused as refusal:
        messages.error(request, f"没有签署\n\n{refusal}")
        return _answer(request, case_page.find(request, number), form=form, status=409)


def _told(
    acting: Acting, location: str, found: Case, outcome: Outcome, decision: str
) -> Done | NotDone:
    if outcome.kind == OutcomeKind.DECIDED:
        return NotDone(location, f"这一步刚由他人办理\n\n{outcome.text}")
    after = Case.objects.select_related("waiting_at").get(pk=found.pk)
    word = dict(DecisionForm.base_fields["decision"].choices)[decision]
    turn = case_page.turn(after, acting)
    return Done(location, success=f"已签署：{word}\n\n{found.title}　{turn}")


def _next(acting: Acting) -> str:
    case = boxes.waiting(acting).order_by("due_on", "pk").first()
    return url("case", args=[case.number]) if case else url("cases")


def _end(request: HttpRequest, number: str, act: Callable[..., None], done: str) -> HttpResponse:
    """One act with a reason on a case, answered on its page."""
    found = case_page.find(request, number)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        why = first_error(form)
        messages.error(request, f"没有办\n\n{why}")
        typed = typed_reason(request, why)
        return _answer(request, found, status=422, typed=typed)

    def run() -> Done:
        act(case_id=found.pk, note=form.cleaned_data["reason"], acting=request.acting)
        return Done(url("case", args=[number]), success=f"{done}：{found.title}")

    try:
        return once(request, run, back=url("case", args=[number]))
    except Refused as refusal:
        messages.error(request, f"没有办\n\n{refusal}")
        again = case_page.find(request, number)
        return _answer(request, again, status=409, typed=typed_reason(request))


@access.act("cases.withdraw")
@typing("case_resume", "number")
@posted_from("case", "number")
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    return _end(request, number, services.withdraw, "已撤回")


@access.act("cases.close")
@typing("case_resume", "number")
@posted_from("case", "number")
def close(request: HttpRequest, number: str) -> HttpResponse:
    return _end(request, number, services.close, "已关闭")


@access.act("cases.reverse")
@typing("case_resume", "number")
@posted_from("case", "number")
def reverse(request: HttpRequest, number: str) -> HttpResponse:
    return _end(request, number, services.reverse, "已撤销")


@access.act("students.reveal")
@posted_from("case", "number")
@quota.counted
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show one masked value of the case's pupil, for a recorded reason."""
    found = case_page.find(request, number)
    if used_up := quota.refusal(request):
        messages.error(request, used_up)
        return quota.over(request, _answer(request, found))
    form = RevealForm(request.POST)
    if not form.is_valid() or not queries.reaches_pupil(found, request.acting):
        messages.error(request, "没有显示\n\n请选择要看的项目和理由。")
        return _answer(request, found, status=422)
    return _answer(request, found, kind=AccessKind.REVEAL, **form.cleaned_data)


@csrf_exempt  # nothing happens: the case is shown again, with a token of this session
@access.act("cases.read")
@typing("case_resume", "number")
@posted_from("case", "number")
def resume(request: HttpRequest, number: str) -> HttpResponse:
    """The case again, with the opinion or reason that was sent after the session was over."""
    found = case_page.find(request, number)
    sent = request.POST
    decision = {"decision": sent.get("decision", ""), "note": sent.get("note", "")}
    messages.warning(request, NOT_DONE)
    return _answer(
        request,
        found,
        form=DecisionForm(initial=decision),
        typed=TypedReason(sent_to=sent.get(TYPED_AT, ""), text=sent.get("reason", "")),
    )
