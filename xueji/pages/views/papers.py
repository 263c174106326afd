"""Scans of papers: added by whoever may edit the case, opened by whoever sees it."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from xueji.accounts import access
from xueji.audit import services as audit
from xueji.audit.models import AccessKind
from xueji.cases import acts, queries
from xueji.cases.models import Case, Paper
from xueji.documents import services as documents
from xueji.pages.ids import whole


def _case(request: HttpRequest, number: str) -> Case:
    case = queries.find(request.acting, number)
    if case is None:
        raise Http404(number)
    return case


@access.act("enrollment.enter")
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Hang a scan on a paper of a case that this post may still edit."""
    case = _case(request, number)
    chosen, file = request.POST.get("paper", ""), request.FILES.get("file")
    paper_id = whole(chosen)
    if paper_id is None or file is None:
        messages.error(request, "没有上传\n\n请先选择一个文件。")
        return redirect("case", number)
    try:
        with transaction.atomic():
            locked = queries.lock([case.pk])[case.pk]
            paper = Paper.objects.filter(
                case=locked, pk=paper_id, document__isnull=True
            ).first()
            if paper is None or not acts.may_attach(locked, request.acting):
                raise Http404(chosen)
            paper.document = documents.store(
                name=file.name, data=file.read(), acting=request.acting
            )
            paper.save(update_fields=["document"])
    except documents.BadFile as refusal:
        messages.error(request, f"没有上传\n\n{refusal}")
    else:
        messages.success(request, "已上传")
    return redirect("case", number)


@access.act("cases.read")
@require_GET
def open_paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The scan itself, always as a download, for the parties to its case."""
    case = _case(request, number)
    paper = case.papers.select_related("document").filter(pk=pk, document__isnull=False).first()
    if paper is None:
        raise Http404(pk)
    try:
        data = documents.open_bytes(paper.document)
    except documents.FileGone as gone:
        messages.error(request, f"没有打开\n\n{gone}")
        return redirect("case", number)
    audit.shown(
        acting=request.acting,
        kind=AccessKind.FILE,
        page="paper",
        students=[case.student_id] if case.student_id else [],
        field=paper.kind,
        address=request.META.get("REMOTE_ADDR", ""),
    )
    return HttpResponse(data, headers=documents.headers(paper.document))
