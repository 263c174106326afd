"""Rosters that were asked for: their list, one with its progress, its file, the second person."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from reports.forms import DecisionForm
from reports.models import ExportState, RosterExport
from reports.queries import exports
from reports.queries.columns import every
from reports.rules import PERSON
from reports.services import rosters
from reports.services.rosters import AlreadyDecided, Refused
from xueji.accounts import access
from xueji.accounts.models import Role
from xueji.audit.models import AccessKind
from xueji.documents import services as documents
from xueji.documents.services import FileGone
from xueji.jobs.models import JobState
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.pages.printed.purpose import WHOLE
from xueji.pages.record import shown

SIZE = 30
MOST_WAITING = 50
# state in words → the colour of its tag
TAGS = {
    "等待核准": "tag-open",
    "未核准": "tag-bad",
    "正在生成": "tag-now",
    "没做成": "tag-bad",
    "可以下载": "tag-ok",
    "已过期": "",
}


def _state(export: RosterExport) -> str:
    """What the row, its job and its file say together."""
    if export.state == ExportState.MAKING and export.job and export.job.state == JobState.FAILED:
        return "没做成"
    if export.document and export.document.removed_at:
        return "已过期"
    return str(export.get_state_display())


def told(export: RosterExport) -> dict[str, object]:
    """A roster with the word for where it stands, and that word's colour."""
    state = _state(export)
    return {"export": export, "state": state, "tag": TAGS[state]}


@access.act("reports.export")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for this post's word, then what it asked for, newest first."""
    acting = request.acting
    waiting = exports.waiting(acting).order_by("asked_at", "pk")
    found = page(
        request, exports.own(acting), order=("asked_at", "pk"), size=SIZE, newest_first=True
    )
    return render(
        request,
        "reports/rosters.html",
        {
            "waiting": list(waiting[:MOST_WAITING]),
            "page": found,
            "lines": [told(export) for export in found.rows],
        },
    )


def _seen(request: HttpRequest, pk: int) -> RosterExport:
    export = exports.seen(request.acting, pk)
    if export is None:
        raise Http404(pk)
    return export


@access.act("reports.export")
@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One roster: its progress while it is made, then the file; for the second person the form."""
    return _answer(request, _seen(request, pk), DecisionForm())


def _answer(
    request: HttpRequest, export: RosterExport, form: DecisionForm, *, status: int = 200
) -> HttpResponse:
    columns = every()
    is_own = export.post_id == request.acting.post.pk
    labels = [columns[key].label for key in export.columns if key in columns]
    return render(
        request,
        "reports/roster.html",
        {
            **told(export),
            "is_own": is_own,
            "labels": labels,
            "again": f"{reverse('reports_roster_new')}?{export.query}".removesuffix("?"),
            "decides": not is_own and export.state == ExportState.WAITING,
            "form": form,
            "form_key": new_key(),
            "approver": Role(export.approver_role).label if export.approver_role else "",
            "rule": request.acting.rules.rule(PERSON),
        },
        status=status,
    )


@access.act("reports.export")
@require_GET
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file, for whoever asked; each fetching is one row in the access log."""
    export = exports.own(request.acting).filter(pk=pk, document__isnull=False).first()
    if export is None:
        raise Http404(pk)
    try:
        pieces = documents.open_pieces(export.document)
    except FileGone as gone:
        messages.warning(request, f"文件已经不在了\n\n{gone}可以按同样的条件再导出一次。")
        return redirect("reports_roster", pk=pk)
    shown(
        request,
        kind=AccessKind.EXPORT,
        page="rosters",
        students=RosterExport.objects.values_list("students", flat=True).get(pk=pk),
        filter=export.words,
        field=WHOLE if export.whole else "",
        reason=export.purpose,
    )
    headers = {**documents.headers(export.document), "Content-Length": str(export.document.size)}
    return StreamingHttpResponse(pieces, headers=headers)


@access.act("reports.approve")
@posted_from("reports_roster", "pk")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """The second person's word, once."""
    export = _seen(request, pk)
    if export.post_id == request.acting.post.pk:
        raise Http404(pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _answer(request, export, form, status=422)

    def act() -> Done:
        agreed = form.cleaned_data["decision"] == "agreed"
        rosters.decide(
            export_id=pk, agreed=agreed, note=form.cleaned_data["note"], acting=request.acting
        )
        told = "已同意导出，文件只交给提出的人" if agreed else "已记下：不同意导出"
        return Done(reverse("reports_roster", args=[pk]), success=told)

    try:
        return once(request, act, back=reverse("reports_roster", args=[pk]))
    except AlreadyDecided:
        messages.warning(request, rosters.DECIDED)
        return redirect("reports_roster", pk=pk)
    except Refused as refusal:
        form.add_error("note", str(refusal))
        return _answer(request, export, form, status=422)
