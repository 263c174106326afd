"""Editing an approved pupil: the form of the whole sheet, and what two windows typed at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.models import ALIVE, Case, State
from xueji.cases.queries import waiting_text
from xueji.organisations.queries import lineage
from xueji.pages import ids, record
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from, typing
from xueji.pages.once import Done, once
from xueji.pages.pupil.edit_form import Difference, EditForm, merged
from xueji.pages.pupil.scope import find, own
from xueji.rules.engine import Rules, rule_set
from xueji.students import editing
from xueji.students.models import UNREGISTERED, Student
from xueji.students.services import (
    NotEditable,
    Outdated,
    Unchanged,
    Unfit,
    require_editable,
)
from xueji.students.services import (
    edit as save,
)

PAGE = "student_edit"
GONE = "该生已不在本校就读，学生信息由现在就读的学校修改。您仍可以查看在本校就读期间的记录。"
USED = "这张表已经提交过，这次的内容和上次不同，还没有保存。核对后请再保存一次。"
UNCHANGED = "没有改动，没有保存。号码空着就是不改；要改的请填新的内容。"


@dataclass
class Opened:
    """One form of one pupil, and what became of it."""

    student: Student
    form: EditForm
    rules: Rules
    version: int  # that was on the screen
    refusal: str = ""
    differences: Sequence[Difference] = field(default_factory=list)


@access.act("students.edit")
@typing("student_edit_resume", "pk")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """All items of the sheet but key data; what is typed survives every refusal."""
    scope = find(request.acting, pk)
    if scope is None:
        return _unbuilt(request, pk)
    if scope.is_past:
        return _closed(request, GONE, reverse("student", args=[pk]), "看就读期间的记录")
    try:
        opened = _open(request, scope.student)
    except NotEditable as why:
        return _closed(request, str(why), reverse("student", args=[pk]), "回到学生页")
    if request.method == "GET":
        return _show(request, opened)
    return _post(request, opened)


@csrf_exempt  # nothing happens: the form is shown again, filled, with a token of this session
@access.act("students.edit")
@typing("student_edit_resume", "pk")
@posted_from("student_edit", "pk")
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """The way back to a form that could not be sent because the session was over."""
    scope = own(request.acting, pk)
    try:
        opened = _open(request, scope.student)
    except NotEditable as why:
        return _closed(request, str(why), reverse("student", args=[pk]), "回到学生页")
    return _show(request, opened)


def _open(request: HttpRequest, student: Student) -> Opened:
    access.require(request.acting, "students.edit", student.school_id or 0)
    rules = rule_set(lineage(student.school_id or 0).rule_set).at(request.acting.today)
    require_editable(student, rules)
    form = EditForm(
        request.POST if request.method == "POST" else None,
        saved=editing.load(student),
        rules=rules,
        medical=access.sees_medical(request.acting, student.org_path),
    )
    return Opened(student, form, rules, _version(request, student))


def _version(request: HttpRequest, student: Student) -> int:
    if request.method == "GET":
        return student.version
    return ids.whole(request.POST.get("version", ""), digits=9) or 0


def _post(request: HttpRequest, opened: Opened) -> HttpResponse:
    def act() -> Done:
        hints = save(
            student_id=opened.student.pk,
            version=opened.version,
            row=opened.form.row,
            reason=opened.form.row.get("reason", ""),
            acting=request.acting,
        )
        return Done(
            f"{reverse('student', args=[opened.student.pk])}?tab=history",
            success=f"已保存 {opened.student.name} 的信息\n\n改动记在履历最上面一条。",
            warning="\n\n".join(["请再核对", *map(str, hints)]) if hints else "",
        )

    try:
        return once(request, act, changed=lambda: _again(request, opened, USED))
    except Unfit as unfit:
        opened.form.tell(unfit.problems)
        return _show(request, opened, status=422)
    except Unchanged:
        return _again(request, opened, UNCHANGED)
    except Outdated:
        return _both(request, opened)
    except NotEditable as why:  # since the form was opened
        return _again(request, opened, str(why))


def _again(request: HttpRequest, opened: Opened, why: str) -> HttpResponse:
    opened.refusal = why
    return _show(request, opened, status=409)


def _both(request: HttpRequest, opened: Opened) -> HttpResponse:
    """Both versions side by side and together in the form; saving again decides."""
    scope = find(request.acting, opened.student.pk)
    if scope is None or scope.is_past:
        return _closed(request, GONE, reverse("students"), "回到学生名册")
    now = _open(request, scope.student)
    base = editing.at_version(now.student.pk, opened.version)
    data, now.differences = merged(now.form, base)
    now.form = EditForm(data, saved=now.form.saved, rules=now.rules, medical=now.form.medical)
    now.version = now.student.version
    return _show(request, now, status=409)


def _show(request: HttpRequest, opened: Opened, *, status: int = 200) -> HttpResponse:
    student = opened.student
    record.shown(request, kind=AccessKind.VIEW, page=PAGE, students=[student.pk])
    context = {
        "student": student,
        "form": opened.form,
        "version": opened.version,
        "form_key": new_key(),
        "refusal": opened.refusal,
        "differences": opened.differences,
    }
    return render(request, "students/edit.html", context, status=status)


def _closed(request: HttpRequest, why: str, url: str, action: str) -> HttpResponse:
    context = {"why": why, "url": url, "action": action}
    return render(request, "students/not_editable.html", context, status=409)


def _unbuilt(request: HttpRequest, pk: int) -> HttpResponse:
    """A pupil whose entry is still under way is corrected in the form of its case.

    To the other party of a case the register of a pupil of another school does not exist.
    """
    unbuilt = {"student": pk, "student__status__in": UNREGISTERED, "state__in": ALIVE}
    cases = Case.objects.visible_to(request.acting.post).filter(**unbuilt)
    case = cases.select_related("waiting_at").order_by("-pk").first()
    if case is None:
        raise Http404(pk)
    if case.state == State.RETURNED:
        todo = "业务件已经退回，请打开业务件，在原来的录入表里改正，再重新提交。"
    else:
        todo = f"现在轮到{waiting_text(case)}。请签署人退回补正，或由经手人撤回，再在录入表里改正。"
    why = f"这份学籍还没有核准，不在这里修改。{todo}"
    return _closed(request, why, reverse("case", args=[case.number]), f"打开业务件 {case.number}")
