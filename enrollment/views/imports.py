"""Importing an intake: the template, the upload, what was found, confirming and throwing away."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment.excel import template
from enrollment.models import BatchState, ImportBatch
from enrollment.queries import imports as queries
from enrollment.services.batch import keeping, undo
from enrollment.views.page import closed, school_context
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases.acts import Act, allowed
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, State
from xueji.cases.queries import steps_of
from xueji.documents import names
from xueji.documents import services as documents
from xueji.documents.refusals import BadFile, FileGone
from xueji.excel import gate
from xueji.excel.refusals import EMPTY, TOO_LARGE, Unreadable
from xueji.jobs.models import JobState
from xueji.pages.forms import NO_REASON, TypedReason, new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, NotDone, once, posted_key
from xueji.pages.paging import page
from xueji.pages.record import shown

PAGE = "enrollment_import"
RUNNING = (BatchState.CHECKING, BatchState.STORING, BatchState.UNDOING)
NO_FILE = "还没有选文件。请选填好的 Excel 文件（.xlsx 或 .xls），再上传。"


@access.act("enrollment.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """The intakes in reach, the newest first; a clerk uploads the next one here."""
    return _overview(request)


def _overview(request: HttpRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    rows = queries.in_reach(request.acting)
    here = reverse("enrollment_import")
    found = page(request, rows, order=("pk",), newest_first=True, at=here)
    return render(
        request,
        "enrollment/imports.html",
        {
            "page": found,
            "may_enter": request.acting.may("enrollment.enter"),
            "refusal": refusal,
            "form_key": new_key(),
            "today": request.acting.today,
        },
        status=status,
    )


@access.act("enrollment.enter")
@require_GET
def blank(request: HttpRequest) -> HttpResponse:
    """The template for the clerk's own school."""
    try:
        context = school_context(request.acting)
    except Refused as refusal:
        return closed(request, str(refusal))
    response = HttpResponse(template.workbook(context), content_type=gate.XLSX)
    name = f"新生信息导入表 {context.lineage.school.organisation} {context.entry_year}.xlsx"
    response["Content-Disposition"] = names.disposition(name)
    response["Cache-Control"] = "no-store"
    return response


@access.act("enrollment.enter")
@posted_from("enrollment_import")
def upload(request: HttpRequest) -> HttpResponse:
    """Take a workbook: only its first bytes are looked at here, a worker parses it."""
    try:
        sent = sent_workbook(request)
    except Unreadable as error:
        return _overview(request, refusal=str(error), status=422)

    def act() -> Done:
        batch = keeping.take(
            name=sent.name,
            data=sent.data,
            is_xls=sent.is_xls,
            key=posted_key(request),
            acting=request.acting,
        )
        return Done(reverse("enrollment_batch", args=[batch.pk]))

    try:
        return once(request, act, back=reverse("enrollment_import"))
    except (Refused, BadFile) as refusal:
        return _overview(request, refusal=str(refusal), status=409)


class Sent(NamedTuple):
    """A workbook as it came."""

    name: str
    data: bytes
    is_xls: bool


def sent_workbook(request: HttpRequest) -> Sent:
    """The uploaded file, of which only the first bytes were looked at; Unreadable for none."""
    sent = request.FILES.get("file")
    if sent is None:
        raise Unreadable(NO_FILE)
    if sent.size == 0:
        raise Unreadable(EMPTY)
    if sent.size > gate.MOST_BYTES:
        raise Unreadable(TOO_LARGE.format(limit=gate.MOST_BYTES / gate.MEGABYTE))
    data = sent.read()
    sent.seek(0)
    return Sent(sent.name, data, gate.claimed(data) == gate.Form.XLS)


def find(request: HttpRequest, pk: int) -> ImportBatch:
    batch = queries.in_reach(request.acting).filter(pk=pk).first()
    if batch is None:
        raise Http404(pk)
    return batch


@access.act("enrollment.read")
@require_GET
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """How far the job is, what was found, or where the pupils of the batch stand."""
    return show(request, find(request, pk))


def show(
    request: HttpRequest,
    found: ImportBatch,
    *,
    typed: TypedReason = NO_REASON,
    status: int = 200,
) -> HttpResponse:
    """The page of a batch; ``typed`` is the reason for which it was not undone."""
    has_failed = found.job is not None and found.job.state == JobState.FAILED
    is_running = found.state in RUNNING and not has_failed
    if request.htmx and not is_running:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {
        "batch": found,
        "job": found.job,
        "is_running": is_running,
        "has_failed": has_failed and found.state in RUNNING,
        "typed_reason": typed,
        "today": request.acting.today,
    }
    if is_running:
        if request.htmx:
            return render(request, "enrollment/_batch_running.html", context)
        return render(request, "enrollment/batch_running.html", context, status=status)
    if found.state in queries.SENT:
        return stored(request, found, context, status=status)
    context["form_key"] = new_key()
    return render(request, "enrollment/batch.html", context, status=status)


def stored(
    request: HttpRequest, found: ImportBatch, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """The pupils of a confirmed batch, and what this post can do with all of them."""
    acting = request.acting
    rows = page(request, queries.cases(found), order=("pk",))
    seen = queries.seen(found, acting) if acting.may("cases.sign") else {}
    students = [case.student_id for case in rows.rows]
    if any(students):
        shown(request, kind=AccessKind.LIST, page=PAGE, students=students)
    counted = undo.tally(found)
    return render(
        request,
        "enrollment/batch_stored.html",
        {
            "page": rows,
            "progress": queries.progress(found),
            "counted": counted,
            "waiting": len(seen),
            "token": queries.token(seen),
            "undo": _undo(found, acting, counted),
            "form_key": new_key(),
            **context,
        },
        status=status,
    )


def _undo(found: ImportBatch, acting: Acting, counted: Mapping[str, int]) -> str:
    """What undoing the whole batch is for this post: withdraw, reverse, or "" for nothing."""
    if found.state != BatchState.STORED or (counted["open"] and counted["done"]):
        return ""
    states, act = ((State.DONE,), Act.REVERSE) if counted["done"] else (ALIVE, Act.WITHDRAW)
    rows = queries.cases(found).filter(state__in=states).select_related("opened_post")
    first = rows.order_by("pk").first()
    if first is None:
        is_own = acting.may("cases.withdraw") and acting.acts_at(found.school_id)
        return "withdraw" if counted["draft"] and is_own else ""
    steps = steps_of([first.pk])[first.pk]
    return str(act) if act in allowed(first, steps, acting) else ""


@access.act("enrollment.enter")
@require_GET
def workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """The sender's workbook with its faults marked."""
    found = find(request, pk)
    if found.marked is None:
        raise Http404(pk)
    try:
        data = documents.open_bytes(found.marked)
    except FileGone as gone:
        messages.error(request, f"文件已经没有了\n\n{gone}")
        return redirect("enrollment_batch", pk)
    shown(request, kind=AccessKind.EXPORT, page=PAGE, students=[], filter=f"导入批次 {pk} 标注文件")
    return HttpResponse(data, headers=documents.headers(found.marked))


@access.act("enrollment.enter")
@posted_from("enrollment_batch", "pk")
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what was found fit, all or none."""
    found = find(request, pk)

    def act() -> Done:
        keeping.confirm(batch_id=found.pk, key=posted_key(request), acting=request.acting)
        return Done(reverse("enrollment_batch", args=[pk]))

    return acted(request, act, pk, "没有确认")


@access.act("enrollment.enter")
@posted_from("enrollment_batch", "pk")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw an intake away that was not stored."""
    found = find(request, pk)

    def act() -> Done:
        keeping.discard(batch_id=found.pk, acting=request.acting)
        return Done(reverse("enrollment_import"), success=f"已放弃导入 {found.file_name}")

    return acted(request, act, pk, "没有放弃")


def acted(
    request: HttpRequest, act: Callable[[], Done | NotDone], pk: int, failed: str
) -> HttpResponse:
    try:
        return once(request, act, back=reverse("enrollment_batch", args=[pk]))
    except Refused as refusal:
        messages.error(request, f"{failed}\n\n{refusal}")
        return redirect("enrollment_batch", pk)
