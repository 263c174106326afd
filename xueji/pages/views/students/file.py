"""What the pupil's school keeps of the pupil: photograph, former documents and numbers, papers."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.models import Document
from xueji.dossiers import queries
from xueji.dossiers import services as dossiers
from xueji.pages.forms import SEE_FIELD, FormerDocumentForm
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.pupil import dossier, past
from xueji.pages.pupil.foreign import ForeignNumberForm
from xueji.pages.pupil.scope import Scope, own, visible
from xueji.pages.record import shown
from xueji.pages.views.students import pupil
from xueji.pages.views.students.locked import act_once
from xueji.rules.papers import PAPERS
from xueji.students import foreign_numbers, identity_documents, photos
from xueji.students.foreign_numbers import Given
from xueji.students.models import Student

TAB = "file"
REFUSALS = (
    documents.BadFile,
    Refused,
    identity_documents.NotAFormer,
    foreign_numbers.NotForeign,
)


@access.act("students.read")
@require_GET
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    """The photograph, for whoever may see the pupil; a former school sees that of leaving."""
    document = past.photo(visible(request.acting, pk))
    if document is None:
        raise Http404(pk)
    return answer(request, pk, document, "photo")


@access.act("students.read")
@require_GET
def paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """A scan in the file, always as a download."""
    found = visible(request.acting, pk)
    closed = found.windows[0].closed if found.is_past else None
    rows = queries.filed(pk, until=closed).filter(pk=paper, document__isnull=False)
    filed = rows.select_related("document").first()
    if filed is None or not dossier.shown_to(found, filed.kind):
        raise Http404(paper)
    return answer(request, pk, filed.document, filed.kind)


def answer(request: HttpRequest, pk: int, document: Document, field: str) -> HttpResponse:
    """A private file of the pupil, and the record that it was opened."""
    try:
        data = documents.open_bytes(document)
    except documents.FileGone:
        raise Http404(pk) from None
    shown(request, kind=AccessKind.FILE, page="student_file", students=[pk], field=field)
    return HttpResponse(data, headers=documents.headers(document))


@access.act("students.photo")
@posted_from("student", "pk")
def upload_photo(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the pupil a photograph, or another one."""
    scope, file = own(request.acting, pk), request.FILES.get("file")
    if file is None:
        return _refused(request, scope, "请先选择一张照片。", at="photo")

    def act(student: Student) -> str:
        photos.replace(student=student, data=file, acting=request.acting)
        return "照片已保存，已裁成规定的尺寸"

    return _kept(request, scope, act, at="photo")


@access.act("students.file")
@posted_from("student", "pk")
def add_paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a paper into the file: a scan, or the paper itself in the school's cabinet."""
    scope, file = own(request.acting, pk), request.FILES.get("file")
    kind = request.POST.get("kind", "")
    if file is None and not request.POST.get("on_paper"):
        why = "请先选择扫描件；只存纸质件的，请勾选「纸质件已放入档案，不扫描」。"
        return _refused(request, scope, why, at="paper", filing=kind)

    def act(student: Student) -> str:
        name = file.name if file else ""
        dossiers.add(student=student, kind=kind, name=name, data=file, acting=request.acting)
        return f"{PAPERS[kind]}已入档"

    return _kept(request, scope, act, at="paper", filing=kind)


@access.act("students.file")
@posted_from("student", "pk")
def remove_paper(request: HttpRequest, pk: int, paper: int) -> HttpResponse:
    """Take a paper out of the file that does not belong there; who, when and why stays."""
    scope, reason = own(request.acting, pk), request.POST.get("reason", "")

    def act(student: Student) -> str:
        gone = dossiers.remove(student=student, pk=paper, reason=reason, acting=request.acting)
        return f"已移除{PAPERS[gone.kind]}，谁也不能再打开"

    try:
        return act_once(request, scope, act, tab=TAB)
    except dossiers.NoSuchPaper:
        raise Http404(paper) from None
    except Refused as refusal:
        return pupil.not_done(request, scope, refusal, failed="没有移除", tab=TAB)


@access.act("students.document")
@posted_from("student", "pk")
@typing_here()
def add_former(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep an identity document that the pupil used before, so that it finds the pupil."""
    scope = own(request.acting, pk)
    form = FormerDocumentForm(request.POST, today=request.acting.today)
    if request.method == "GET":
        return pupil.answer(request, scope, former=form, tab=TAB)
    if not form.is_valid():
        return pupil.answer(request, scope, status=422, former=form, tab=TAB)
    typed = form.cleaned_data

    def act(student: Student) -> str:
        identity_documents.add_former(
            student=student,
            id_type=typed["id_type"],
            number=typed["id_number"],
            used_until=typed["used_until"],
            acting=request.acting,
            reason=f"补录以前的证件：{typed['reason']}",
        )
        return "已登记以前的证件，按这个号码也能查到该生"

    return _kept(request, scope, act, former=form)


@access.act("students.document")
@posted_from("student", "pk")
@typing_here()
def add_number(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a number by which another register knew the pupil, so that it finds the pupil."""
    scope = own(request.acting, pk)
    born, today = scope.student.birth_date, request.acting.today
    form = ForeignNumberForm(request.POST, born=born, today=today)
    if request.method == "GET":
        return pupil.answer(request, scope, foreign=form, tab=TAB)
    if not form.is_valid():
        return pupil.answer(request, scope, status=422, foreign=form, tab=TAB)

    def act(student: Student) -> str:
        given = Given(**form.cleaned_data)
        reason = f"登记外来学号：{given.paper}"
        foreign_numbers.keep([(student, given)], acting=request.acting, reason=reason)
        return "已登记外来学号，按这个号码也能查到该生"

    return _kept(request, scope, act, foreign=form)


def _kept(
    request: HttpRequest, scope: Scope, act: Callable[[Student], str], **typed: Any
) -> HttpResponse:
    """Act once; what is refused is shown again with everything that was ``typed``."""
    try:
        return act_once(request, scope, act, tab=TAB)
    except REFUSALS as refusal:
        return _refused(request, scope, str(refusal), **typed)


def _refused(
    request: HttpRequest, scope: Scope, why: str, /, *, at: str = "", **typed: Any
) -> HttpResponse:
    """``at`` names the upload beside which it is told; a file itself is chosen once more."""
    chosen = "改好以后，文件要重新选择。" if request.FILES else ""
    messages.error(request, f"没有保存\n\n{SEE_FIELD if at else why}{chosen}")
    if at:
        typed["wrong"] = {at: why}
    return pupil.answer(request, scope, status=422, tab=TAB, **typed)
