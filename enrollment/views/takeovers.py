"""Taking a school over: opening, the workbook and its check, confirming, closing, undoing."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment.excel import takeover as workbooks
from enrollment.forms.takeover import TakeoverForm
from enrollment.models import Takeover, TakeoverState
from enrollment.queries import takeovers as queries
from enrollment.services.batch.keeping import XLSX
from enrollment.services.takeover import context as contexts
from enrollment.services.takeover import keeping, undo
from enrollment.views.imports import sent_workbook
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.documents import names
from xueji.documents import services as documents
from xueji.documents.refusals import BadFile, FileGone
from xueji.excel.refusals import Unreadable
from xueji.pages.forms import (
    NO_REASON,
    ReasonForm,
    TypedReason,
    first_error,
    new_key,
    typed_reason,
)
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once, posted_key
from xueji.pages.paging import page
from xueji.pages.record import shown

ACT, PAGE = "enrollment.takeover", "enrollment_takeover"
RUNNING = (TakeoverState.CHECKING, TakeoverState.STORING, TakeoverState.UNDOING)


@access.act(ACT)
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The takeovers of the county, the newest first; the next school is opened here."""
    return _overview(request, _form(request))


def _form(request: HttpRequest) -> TakeoverForm:
    acting = request.acting
    return TakeoverForm(
        request.POST or None, path=acting.post.organisation.path, today=acting.today
    )


def _overview(
    request: HttpRequest, form: TakeoverForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    here = reverse("enrollment_takeovers")
    found = page(
        request, queries.of_county(request.acting), order=("pk",), newest_first=True, at=here
    )
    return render(
        request,
        "enrollment/takeovers.html",
        {
            "page": found,
            "form": form,
            "refusal": refusal,
            "form_key": new_key(),
            "today": request.acting.today,
        },
        status=status,
    )


@access.act(ACT)
@posted_from("enrollment_takeovers")
def open_for(request: HttpRequest) -> HttpResponse:
    """Let a school be taken over."""
    form = _form(request)
    if not form.is_valid():
        return _overview(request, form, status=422)

    def act() -> Done:
        opened = keeping.open_for(acting=request.acting, **form.cleaned_data)
        return Done(reverse(PAGE, args=[opened.pk]))

    try:
        return once(request, act, back=reverse("enrollment_takeovers"))
    except Refused as refusal:
        return _overview(request, form, refusal=str(refusal), status=409)


def find(request: HttpRequest, pk: int) -> Takeover:
    found = queries.of_county(request.acting).filter(pk=pk).first()
    if found is None:
        raise Http404(pk)
    return found


@access.act(ACT)
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be done next, how far the job is, what was found, or the pupils there are."""
    return _show(request, find(request, pk))


def _show(
    request: HttpRequest,
    found: Takeover,
    *,
    refusal: str = "",
    typed: TypedReason = NO_REASON,
    status: int = 200,
) -> HttpResponse:
    has_failed = keeping.is_stuck(found)
    is_running = found.state in RUNNING and not has_failed
    if request.htmx and not is_running:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "takeover": found,
        "job": found.job,
        "has_failed": has_failed,
        "refusal": refusal,
        "typed_reason": typed,
        "form_key": new_key(),
        "today": request.acting.today,
    }
    if is_running:
        if request.htmx:
            return render(request, "enrollment/_takeover_running.html", context)
        return render(request, "enrollment/takeover_running.html", context, status=status)
    if found.state in queries.SENT:
        return _stored(request, found, context, status=status)
    rules = keeping.rules_of(found, request.acting)
    context["why_not"] = keeping.why_not(found, rules, request.acting)
    return render(request, "enrollment/takeover.html", context, status=status)


def _stored(
    request: HttpRequest, found: Takeover, context: dict[str, object], *, status: int
) -> HttpResponse:
    """The pupils who came by it, and undoing them all."""
    rows = page(request, queries.pupils(found), order=("pk",))
    paths = [(row, row.student.org_path) for row in rows.rows]
    lines = [(row, path is None or request.acting.reaches(path)) for row, path in paths]
    students = [row.student_id for row in rows.rows]
    if students:
        shown(request, kind=AccessKind.LIST, page=PAGE, students=students)
    return render(
        request,
        "enrollment/takeover_stored.html",
        context | {"page": rows, "lines": lines},
        status=status,
    )


@access.act(ACT)
@require_GET
def blank(request: HttpRequest, pk: int) -> HttpResponse:
    """The workbook to be filled for this very school and day."""
    found = find(request, pk)
    try:
        context = contexts.load(found, today=request.acting.today)
    except Refused as refusal:
        messages.error(request, f"没有模板\n\n{refusal}")
        return redirect(PAGE, pk)
    response = HttpResponse(workbooks.workbook(context), content_type=XLSX)
    name = f"在校学生建库表 {found.school.organisation} {found.as_on:%Y-%m-%d}.xlsx"
    response["Content-Disposition"] = names.disposition(name)
    response["Cache-Control"] = "no-store"
    return response


@access.act(ACT)
@posted_from(PAGE, "pk")
def upload(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the filled workbook: only its first bytes are looked at here, a worker parses it."""
    found = find(request, pk)
    try:
        sent = sent_workbook(request)
    except Unreadable as error:
        return _show(request, found, refusal=str(error), status=422)

    def act() -> Done:
        keeping.take(
            takeover_id=pk,
            name=sent.name,
            data=sent.data,
            is_xls=sent.is_xls,
            key=posted_key(request),
            acting=request.acting,
        )
        return Done(reverse(PAGE, args=[pk]))

    return _acted(request, act, pk, "没有上传")


@access.act(ACT)
@require_GET
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender's workbook with its faults marked."""
    found = find(request, pk)
    if found.marked is None or found.state not in keeping.FILLED:
        raise Http404(pk)
    try:
        data = documents.open_bytes(found.marked)
    except FileGone as gone:
        messages.error(request, f"文件已经没有了\n\n{gone}")
        return redirect(PAGE, pk)
    shown(request, kind=AccessKind.EXPORT, page=PAGE, students=[], filter=f"建库 {pk} 标注文件")
    return HttpResponse(data, headers=documents.headers(found.marked))


@access.act(ACT)
@posted_from(PAGE, "pk")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what was found fit be stored, all or none."""
    find(request, pk)

    def act() -> Done:
        keeping.confirm(takeover_id=pk, key=posted_key(request), acting=request.acting)
        return Done(reverse(PAGE, args=[pk]))

    return _acted(request, act, pk, "没有确认")


@access.act(ACT)
@posted_from(PAGE, "pk")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the order up before anything is stored."""
    found = find(request, pk)

    def act() -> Done:
        keeping.close(takeover_id=pk, acting=request.acting)
        said = f"{found.school.organisation}的建库已作废"
        return Done(reverse("enrollment_takeovers"), success=said)

    return _acted(request, act, pk, "没有作废")


@access.act(ACT)
@posted_from(PAGE, "pk")
def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the whole takeover while nothing depends on it."""
    found = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        why = first_error(form)
        messages.error(request, f"没有撤销\n\n{why}")
        typed = typed_reason(request, why)
        return _show(request, found, typed=typed, status=422)

    def act() -> Done:
        note, key = form.cleaned_data["reason"], posted_key(request)
        undo.ask(takeover_id=pk, note=note, key=key, acting=request.acting)
        return Done(reverse(PAGE, args=[pk]))

    return _acted(request, act, pk, "没有撤销")


def _acted(request: HttpRequest, act: Callable[[], Done], pk: int, failed: str) -> HttpResponse:
    try:
        return once(request, act, back=reverse(PAGE, args=[pk]))
    except (Refused, BadFile) as refusal:
        messages.error(request, f"{failed}\n\n{refusal}")
        return redirect(PAGE, pk)
