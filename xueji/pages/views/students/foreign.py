"""A county's list of numbers that other registers gave its pupils, kept whole or not at all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.documents import names
from xueji.excel.gate import XLSX
from xueji.excel.refusals import Unreadable
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.once import Done, once
from xueji.pages.pupil import number_list
from xueji.pages.pupil.foreign import NOTHING, Line, ManyNumbersForm, judge
from xueji.pages.pupil.number_list import MOST, TOO_MANY, Row
from xueji.students import foreign_numbers, services

PAGE = "foreign_numbers"
WRONG = "没有登记，一个也没有记入。请改正写明的各行，再登记一次。"


@access.act("students.foreign_numbers")
@require_http_methods(["GET", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST judges every line, and without ``check`` keeps all or none."""
    if request.method == "GET":
        return _show(request, ManyNumbersForm())
    form = ManyNumbersForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        rows = _rows(request, form)
    except Unreadable as why:
        form.add_error("file" if form.cleaned_data["file"] else "text", str(why))
        return _show(request, form, status=422)
    if not rows or len(rows) > MOST:
        form.add_error("text", TOO_MANY if rows else NOTHING)
        return _show(request, form, status=422)
    data = form.cleaned_data
    lines = judge(rows, issuer=data["issuer"], paper=data["paper"], acting=request.acting)
    if "check" in request.POST:
        return _show(request, form, lines)
    if any(line.why for line in lines):
        return _show(request, form, lines, status=422, refusal=WRONG)
    try:
        return once(request, lambda: _keep(request, lines), back=reverse(PAGE))
    except foreign_numbers.NotForeign as refusal:
        return _show(request, form, lines, status=409, refusal=f"没有登记。{refusal}")


@access.act("students.foreign_numbers")
@require_GET
def blank(request: HttpRequest) -> HttpResponse:
    """The template of the list as a workbook."""
    response = HttpResponse(number_list.workbook(), content_type=XLSX)
    response["Content-Disposition"] = names.disposition("外来学号登记表.xlsx")
    return response


def _rows(request: HttpRequest, form: ManyNumbersForm) -> list[Row]:
    """What was uploaded, which then stands in the field to be kept; else what was pasted."""
    if not (file := form.cleaned_data["file"]):
        return list(number_list.of_text(form.cleaned_data["text"]))
    text, rows = number_list.of_file(file)
    typed = request.POST.copy()
    typed["text"] = text
    form.data = typed
    return rows


def _keep(request: HttpRequest, lines: list[Line]) -> Done:
    pupils = services.lock(line.student.pk for line in lines)
    wanted = [(pupils[line.student.pk], line.given) for line in lines]
    reason = f"登记外来学号：{lines[0].given.paper}"
    foreign_numbers.keep(wanted, acting=request.acting, reason=reason)
    return Done(reverse(PAGE), success=f"已登记 {len(lines)} 个外来学号，按这些号码都能查到学生")


def _show(
    request: HttpRequest,
    form: ManyNumbersForm,
    lines: list[Line] | None = None,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    if shown := [line.student.pk for line in lines or [] if line.student]:
        record.shown(request, kind=AccessKind.LIST, page=PAGE, students=dict.fromkeys(shown))
    context = {
        "form": form,
        "lines": lines,
        "sorted_lines": sorted(lines or [], key=lambda line: not line.why),
        "wrong": sum(1 for line in lines or [] if line.why),
        "refusal": refusal,
        "most": MOST,
        "form_key": new_key(),
    }
    return render(request, "students/foreign_numbers.html", context, status=status)
