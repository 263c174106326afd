"""奖惩 of a pupil: recorded, revoked and undone by the pupil's school, its proofs opened."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.cases.kinds import Refused
from xueji.conduct import services
from xueji.documents.refusals import BadFile
from xueji.identity.problems import Problem
from xueji.pages.forms import SEE_FIELD
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.pupil import conduct
from xueji.pages.pupil.conduct import Sent
from xueji.pages.pupil.conduct_form import ConductForm, Judged
from xueji.pages.pupil.scope import Scope, own, visible
from xueji.pages.views.students import file, pupil
from xueji.pages.views.students.locked import act_once
from xueji.students.models import Student

TAB = "conduct"


@access.act("students.conduct")
@posted_from("student", "pk")
@typing_here()
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a reward or a sanction with its proof."""
    scope = _own(request, pk)
    form = ConductForm(request.POST, request.FILES, rules=conduct.rules_of(scope))
    sent = Sent(form=form)
    if request.method == "GET":
        return pupil.answer(request, scope, conduct=sent, tab=TAB)
    if not form.is_valid():
        return _again(request, scope, sent)
    scan = form.cleaned_data["file"]

    def act(student: Student) -> str:
        row = services.record(
            student=student,
            entry=form.entry,
            file_name=scan.name if scan else "",
            data=scan,
            acting=request.acting,
        )
        return f"已登记{row.get_kind_display()}：{row.title}"

    return _acted(request, scope, act, form, sent)


@access.act("students.conduct")
@posted_from("student", "pk")
@typing_here()
def revoke(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """End a sanction by the paper that says so."""
    scope = _own(request, pk)
    in_force = conduct.rules_of(scope)
    form = conduct.revoke_form(entry, in_force, request.POST, request.FILES)
    sent = Sent(revoking=form, pk=entry)
    if request.method == "GET":
        return pupil.answer(request, scope, conduct=sent, tab=TAB)
    if not form.is_valid():
        return _again(request, scope, sent)
    scan = form.cleaned_data["file"]

    def act(student: Student) -> str:
        row = services.revoke(
            student=student,
            pk=entry,
            said=form.said,
            file_name=scan.name if scan else "",
            data=scan,
            acting=request.acting,
        )
        return f"处分已于 {row.revoked_on} 撤销：{row.title}"

    return _acted(request, scope, act, form, sent)


@access.act("students.conduct")
@posted_from("student", "pk")
def undo(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    """Undo an entry that was recorded by mistake; it stays in the history."""
    scope, reason = _own(request, pk), request.POST.get("reason", "")

    def act(student: Student) -> str:
        row = services.undo(student=student, pk=entry, reason=reason, acting=request.acting)
        return f"已作废{row.get_kind_display()}：{row.title}"

    try:
        return act_once(request, scope, act, tab=TAB)
    except services.NoSuchEntry:
        raise Http404(entry) from None
    except Refused as refusal:
        return pupil.not_done(request, scope, refusal, failed="没有作废", tab=TAB)


@access.act("students.read")
@require_GET
def paper(request: HttpRequest, pk: int, entry: int, which: str) -> HttpResponse:
    """The scan that proves a reward, a sanction or its end, always as a download."""
    document = conduct.document(visible(request.acting, pk), entry, which)
    if document is None:
        raise Http404(entry)
    return file.answer(request, pk, document, f"conduct_{which}")


def _own(request: HttpRequest, pk: int) -> Scope:
    """The pupil of this very school: the forms are made of its rules."""
    scope = own(request.acting, pk)
    school = scope.student.school
    if school is None or not request.acting.acts_at(school.organisation_id):
        raise Http404(pk)
    return scope


def _acted(
    request: HttpRequest,
    scope: Scope,
    act: Callable[[Student], str],
    form: Judged,
    sent: Sent,
) -> HttpResponse:
    """Act once; what is wrong is shown beside what was typed."""
    try:
        return act_once(request, scope, act, tab=TAB)
    except services.NoSuchEntry:
        raise Http404(scope.student.pk) from None
    except services.Unfit as unfit:
        form.tell(unfit.problems)
    except BadFile as bad:
        form.tell([Problem("file", str(bad), "", field="file")])
    except Refused as refusal:
        messages.error(request, f"没有保存\n\n{refusal}")
    return _again(request, scope, sent)


def _again(request: HttpRequest, scope: Scope, sent: Sent) -> HttpResponse:
    """The tab with what was typed; a browser never sends a file back, it is chosen once more."""
    chosen = "选过的文件要重新选择。" if request.FILES else ""
    if sent.form and sent.form.errors or sent.revoking and sent.revoking.errors:
        messages.error(request, f"没有保存\n\n{SEE_FIELD}{chosen}")
    return pupil.answer(request, scope, status=422, conduct=sent, tab=TAB)
