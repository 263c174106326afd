"""Scans of papers: added by whoever may edit the case, opened by whoever sees it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import services
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.pages import case_page
from xueji.pages.ids import whole
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.rules.papers import PAPERS


@access.act("cases.attach")
@require_POST
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Hang a scan on a paper of a case that this post may still edit."""
    case = case_page.find(request, number)
    paper_id, file = whole(request.POST.get("paper", "")), request.FILES.get("file")
    if paper_id is None or file is None:
        messages.error(request, "没有上传\n\n请先选择一个文件。")
        return redirect("case", number)

    page = reverse("case", args=[number])

    def act() -> Done:
        paper = services.attach(
            case_id=case.pk, paper_id=paper_id, name=file.name, data=file, acting=request.acting
        )
        name = PAPERS.get(paper.kind, paper.kind)
        return Done(page, success=f"已上传{name}")

    try:
        return once(request, act, back=page)
    except services.NoSuchPaper:
        raise Http404(paper_id) from None
    except (documents.BadFile, Refused) as refusal:
        messages.error(request, f"没有上传\n\n{refusal}")
        return redirect("case", number)


@access.act("cases.read")
@require_GET
def open_paper(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The scan itself, always as a download, for the parties to its case."""
    case = case_page.find(request, number)
    paper = case.papers.select_related("document").filter(pk=pk, document__isnull=False).first()
    if paper is None:
        raise Http404(pk)
    try:
        data = documents.open_bytes(paper.document)
    except documents.FileGone as gone:
        messages.error(request, f"没有打开\n\n{gone}")
        return redirect("case", number)
    students = [case.student_id]
    shown(request, kind=AccessKind.FILE, page="paper", students=students, field=paper.kind)
    return HttpResponse(data, headers=documents.headers(paper.document))
