"""A list of centres and schools, or of places, judged row by row: all of them or none."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.establishment import services
from xueji.establishment.services.add import check
from xueji.establishment.services.divisions import check_divisions
from xueji.excel.refusals import Unreadable
from xueji.pages.forms import new_key
from xueji.pages.kept import typing_here
from xueji.pages.offices import sheet
from xueji.pages.offices.forms import SheetForm
from xueji.pages.offices.sheet import Line
from xueji.pages.once import Done, NotDone, once
from xueji.pages.views.organisations.office import may_keep

WRONG = "没有加，一行也没有。请改正写明的各行，再加一次。"
NOTHING = "名单里没有要加的。请粘贴名单，或选文件；第一行是列名。"


@access.act("organisations.keep")
@require_http_methods(["GET", "POST"])
@typing_here(check="1")
def many(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST judges every row, and without ``check`` adds all or none."""
    if not may_keep(request.acting):
        raise Http404
    if request.method == "GET":
        return _show(request, SheetForm(initial={"what": "offices"}))
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, form, status=422)
    what = form.cleaned_data["what"]
    try:
        lines = sheet.read(_text(request, form), what, county=request.acting.post.organisation.name)
    except Unreadable as why:
        form.add_error("text", str(why))
        return _show(request, form, status=422)
    if not lines:
        form.add_error("text", NOTHING)
        return _show(request, form, status=422)
    _judge(request, lines, what)
    if "check" in request.POST:
        return _show(request, form, lines)
    if any(line.problems for line in lines):
        return _show(request, form, lines, status=422, refusal=WRONG)
    try:
        return once(request, lambda: _add(request, form, lines))
    except services.UnfitRows as unfit:
        sheet.attach(lines, unfit.problems)
        return _show(request, form, lines, status=409, refusal=WRONG)
    except PermissionDenied:
        raise Http404 from None


def _text(request: HttpRequest, form: SheetForm) -> str:
    """What was uploaded, which then stands in the field; else what was pasted."""
    if file := form.cleaned_data["file"]:
        text = sheet.text_of(file, form.cleaned_data["what"])
        typed = request.POST.copy()
        typed["text"] = text
        form.data = typed
        return text
    return form.cleaned_data["text"]


def _judge(request: HttpRequest, lines: list[Line], what: str) -> None:
    county = request.acting.post.organisation
    if what == "offices":
        sheet.attach(lines, check(sheet.offices(lines), county=county, acting=request.acting))
    else:
        sheet.attach(lines, check_divisions(sheet.divisions(lines), county=county)[0])


def _add(request: HttpRequest, form: SheetForm, lines: list[Line]) -> Done | NotDone:
    reason = form.cleaned_data["reason"]
    if form.cleaned_data["what"] == "offices":
        made = services.add(rows=sheet.offices(lines), acting=request.acting, reason=reason)
        told = f"已设立 {len(made)} 个机构；学校核准入网以后才能办理业务"
        return Done(reverse("organisations"), success=told)
    rows = sheet.divisions(lines)
    count = services.add_divisions(rows=rows, acting=request.acting, reason=reason)
    here = reverse("organisations_import")
    if not count:
        return NotDone(here, "没有增加\n\n表里的村、社区、乡镇都已经有了。")
    return Done(here, success=f"已加 {count} 个村、社区、乡镇，其余已有")


def _show(
    request: HttpRequest,
    form: SheetForm,
    lines: list[Line] | None = None,
    *,
    status: int = 200,
    refusal: str = "",
) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines,
        "heads": list(lines[0].cells) if lines else [],
        "shown": sorted(lines or [], key=lambda line: not line.problems),  # the wrong ones first
        "wrong": sum(bool(line.problems) for line in lines or []),
        "refusal": refusal,
        "columns": sheet.COLUMNS,
        "examples": sheet.EXAMPLES,
        "most": sheet.MOST,
        "form_key": new_key(),
    }
    return render(request, "organisations/import.html", context, status=status)
