"""A county's list of numbers that other registers gave its pupils, kept whole or not at all."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.pages import record
from xueji.pages.forms import new_key
from xueji.pages.once import Done, once
from xueji.pages.pupil.foreign import MOST, Line, ManyNumbersForm, read
from xueji.students import foreign_numbers, queries, services

PAGE = "foreign_numbers"
NOTHING = "名单里没有学生。请粘贴名单，每行一名。"
TOO_MANY = f"一次最多 {MOST} 行，没有登记。请分几次。"
WRONG = "没有登记，一个也没有记入。请改正写明的各行，再登记一次。"
MOVED = "核对以后名单里有学生离开了本单位，没有登记。请再核对一次。"


@access.act("students.foreign_numbers")
@require_http_methods(["GET", "POST"])
def many(request: HttpRequest) -> HttpResponse:
    """GET shows the form; POST judges every line, and without ``check`` keeps all or none."""
    if request.method == "GET":
        return _show(request, ManyNumbersForm())
    form = ManyNumbersForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    data = form.cleaned_data
    lines = read(data["text"], issuer=data["issuer"], paper=data["paper"], acting=request.acting)
    if not lines or len(lines) > MOST:
        form.add_error("text", TOO_MANY if lines else NOTHING)
        return _show(request, form, status=422)
    if "check" in request.POST:
        return _show(request, form, lines)
    if any(line.why for line in lines):
        return _show(request, form, lines, status=422, refusal=WRONG)
    try:
        return once(request, lambda: _keep(request, lines), back=reverse(PAGE))
    except foreign_numbers.NotForeign as refusal:
        return _show(request, form, lines, status=409, refusal=f"没有登记。{refusal}")


def _keep(request: HttpRequest, lines: list[Line]) -> Done:
    pupils = services.lock(line.student.pk for line in lines)
    still = queries.visible(request.acting).filter(pk__in=pupils).count()
    if still != len(pupils):
        raise foreign_numbers.NotForeign(MOVED)
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
        "wrong": sum(1 for line in lines or [] if line.why),
        "refusal": refusal,
        "most": MOST,
        "form_key": new_key(),
    }
    return render(request, "students/foreign_numbers.html", context, status=status)
