"""全国学籍查重: the names of a month, the list that is handed in, and what came back."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from enrollment.excel import workbook
from enrollment.forms.national_check import ListForm, ResultForm
from enrollment.models import Enrollment
from enrollment.queries import national_check as queries
from enrollment.queries.finding import entering, of_pupils
from enrollment.services.national_check import KEY, report
from enrollment.services.national_list import COLUMNS, sheets
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.services import Outcome
from xueji.excel.gate import XLSX
from xueji.pages import finding
from xueji.pages.at_once import chosen, told
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, NotDone, once
from xueji.pages.paging import page
from xueji.pages.record import shown
from xueji.students.search import masked

PAGE = "national_check"
LONGEST_LIST = 2000  # an incomplete one would be worse than none


@access.act("enrollment.national_check")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Who waits for the check at this post, whose name came first in front."""
    month = _month(request, request.GET.get("month", ""))
    if month is None:
        raise Http404("month")
    return _answer(request, month=month)


def _answer(
    request: HttpRequest,
    *,
    month: date,
    form: ListForm | None = None,
    picked: Mapping[int, int] | None = None,
    text: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = queries.until_end_of(queries.waiting(request.acting), month)
    typed = finding.read(request)
    meant = of_pupils(rows, typed, student="case__student", among=entering())
    here = reverse("enrollment_national_check")
    found = page(request, meant, order=("case__waiting_since", "pk"), at=here)
    _record(request, found.rows, AccessKind.LIST, month, words=masked(typed))
    return render(
        request,
        "enrollment/national_check.html",
        {
            "page": found,
            "typed": typed,
            "month": month,
            "total": rows.count(),
            "form": form or ListForm(),
            "picked": picked or {},
            "text": text,
            "form_key": new_key(),
            "rule": request.acting.rules.rule(KEY),
            "today": request.acting.today,
        },
        status=status,
    )


@access.act("enrollment.national_check")
@posted_from("enrollment_national_check")
def export(request: HttpRequest) -> HttpResponse:
    """The whole list of a month as a workbook or on paper, for a purpose that is recorded."""
    month, form = _month(request, request.POST.get("month", "")), ListForm(request.POST)
    if month is None:
        messages.error(request, "没有导出\n\n月份请按 2026-09 的样子填写。")
    if month is None or not form.is_valid():
        return _answer(request, month=month or _this_month(request), form=form, status=422)
    rows = queries.until_end_of(queries.waiting(request.acting), month)
    lines = list(rows.order_by("case__waiting_since", "pk")[: LONGEST_LIST + 1])
    if not lines or len(lines) > LONGEST_LIST:
        why = f"名单超过 {LONGEST_LIST} 名，不导出一部分。请先登记以前各月的结果。"
        messages.error(request, f"没有导出\n\n{why if lines else '名单上没有人。'}")
        return redirect("enrollment_national_check")
    title = f"{month:%Y} 年 {month.month} 月全国学籍查重名单"
    on_paper = request.POST.get("form") == "print"
    kind = AccessKind.PRINT if on_paper else AccessKind.EXPORT
    _record(request, lines, kind, month, reason=form.cleaned_data["purpose"])
    if on_paper:
        context = {
            "title": title,
            "columns": COLUMNS,
            "sheets": sheets(lines),
            "total": len(lines),
            "purpose": form.cleaned_data["purpose"],
            "acting": request.acting,
        }
        return render(request, "print/national_check.html", context)
    response = HttpResponse(workbook(lines, title=title), content_type=XLSX)
    name = quote(f"全国学籍查重名单{month:%Y-%m}.xlsx")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    return response


@access.act("enrollment.national_check")
@posted_from("enrollment_national_check")
def results(request: HttpRequest) -> HttpResponse:
    """What the check found about all chosen, signed case by case."""
    month = _month(request, request.POST.get("month", "")) or _this_month(request)
    form = ResultForm(request.POST)
    seen = chosen(request)
    if not seen or not form.is_valid():
        why = next(iter(form.errors.values()), ["还没有选中学生。请先勾选，再登记结果。"])[0]
        messages.error(request, f"没有登记\n\n{why}")
        text = request.POST.get("text", "")
        return _answer(request, month=month, picked=seen, text=text, status=422)

    def act() -> Done | NotDone:
        outcomes = report(
            seen=seen,
            has_passed=form.cleaned_data["result"] == "passed",
            text=form.cleaned_data["text"],
            rules=request.acting.rules,
            acting=request.acting,
        )
        return _told(outcomes, form.cleaned_data["result"])

    return once(request, act, back=reverse("enrollment_national_check"))


def _told(outcomes: Mapping[int, Outcome], result: str) -> Done | NotDone:
    here = reverse("enrollment_national_check")
    if not outcomes:
        gone = "所选的学生不在本岗位等待查重\n\n没有登记。请刷新名单后再选。"
        return NotDone(here, gone)
    word = "通过，转下一环节" if result == "passed" else "不通过，应按规定办理转学手续"
    return told(outcomes, at=here, signed=f"已登记 {{}} 名{word}", not_signed="{} 名没有登记")


def _this_month(request: HttpRequest) -> date:
    return request.acting.today.replace(day=1)


def _month(request: HttpRequest, text: str) -> date | None:
    """The first day of the month asked for, this month where none is; None for no month."""
    if not text:
        return _this_month(request)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2199 else None


def _record(
    request: HttpRequest,
    rows: list[Enrollment],
    kind: str,
    month: date,
    *,
    words: str = "",
    reason: str = "",
) -> None:
    if rows:
        students = [row.case.student_id for row in rows]
        what = f"{month:%Y-%m} {words}".rstrip()
        shown(request, kind=kind, page=PAGE, students=students, filter=what, reason=reason)
