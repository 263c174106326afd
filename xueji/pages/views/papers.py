"""Scans of papers: added and exchanged by whoever made the case, opened by whoever sees it."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import services
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Paper
from xueji.documents import services as documents
from xueji.pages import case_page
from xueji.pages.ids import whole
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.rules.papers import PAPERS


@access.act("cases.attach")
@posted_from("case", "number")
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Hang a scan on a paper of a case that this post may still edit."""
    case = case_page.find(request, number)
    paper_id, file = whole(request.POST.get("paper", "")), request.FILES.get("file")
    if paper_id is None or file is None:
        messages.error(request, "没有上传\n\n请先选择一个文件。")
        return redirect("case", number)

    page, replaces = reverse("case", args=[number]), "replaces" in request.POST

    def act() -> Done:
        paper = services.attach(
            case_id=case.pk,
            paper_id=paper_id,
            name=file.name,
            data=file,
            acting=request.acting,
            replaces=replaces,
        )
        if replaces:
            _let_go(request, case, paper, "更换扫描件")
        return Done(page, success=f"已{'更换' if replaces else '上传'}{_name(paper)}")

    try:
        return once(request, act, back=page)
    except services.NoSuchPaper:
        raise Http404(paper_id) from None
    except (documents.BadFile, Refused) as refusal:
        messages.error(request, f"没有上传\n\n{refusal}")
        return redirect("case", number)


@access.act("cases.attach")
@posted_from("case", "number")
def remove(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take a wrong scan off its paper, while nobody has signed who saw it."""
    case = case_page.find(request, number)
    page = reverse("case", args=[number])

    def act() -> Done:
        paper = services.detach(case_id=case.pk, paper_id=pk, acting=request.acting)
        _let_go(request, case, paper, "移除扫描件")
        return Done(page, success=f"已移除{_name(paper)}的扫描件")

    try:
        return once(request, act, back=page)
    except services.NoSuchPaper:
        raise Http404(pk) from None
    except Refused as refusal:
        messages.error(request, f"没有移除\n\n{refusal}")
        return redirect("case", number)


def _name(paper: Paper) -> str:
    return PAPERS.get(paper.kind, paper.kind)


def _let_go(request: HttpRequest, case: Case, paper: Paper, why: str) -> None:
    """Write down who took a scan away; it shows nobody. The file's own row says who hung it."""
    more = {"filter": case.number, "field": paper.kind, "reason": why}
    shown(request, kind=AccessKind.FILE, page="paper", students=[], **more)


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
