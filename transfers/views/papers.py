"""The paper file from school to school with its slip, and the printed registers of transfers."""

from collections.abc import Callable
from datetime import timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from transfers import queries
from transfers.forms import ReceiveFileForm, RegisterForm, SendFileForm
from transfers.models import PaperFile
from transfers.queries import owed
from transfers.services import receive_file, send_file
from transfers.services import register as registers
from transfers.services.paper_file import may_receive, may_send
from transfers.views.printing import former_number, not_printed
from transfers.views.turn import NOTHING_TO_RECORD, not_now, transfer_of
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.kinds import Refused
from xueji.cases.models import State
from xueji.cases.queries import rules_of
from xueji.pages.forms import new_key
from xueji.pages.kept import typing_here
from xueji.pages.once import Done, once
from xueji.pages.record import shown
from xueji.pages.rule_words import WORDS, value_words
from xueji.printing.sheets import packed

NOT_DONE = "这件转学没有办结，纸质材料不转递。转学办结以后再打印。"
REVERSED = "这件转学已经撤销，纸质材料不转递。"
FROM_OUTSIDE = "外地转入的，档案转递单由外地的学校开具。"
TITLES = {"out": "转出学生登记册", "in": "转入学生登记册"}
A_YEAR = timedelta(days=365)
ROOM = 22  # lines of one sheet


@access.act("transfers.file")
@require_http_methods(["GET", "POST"])
@typing_here()
def paper_file(request: HttpRequest, number: str) -> HttpResponse:
    """The former school records that the papers went, the receiving one that they came."""
    found = transfer_of(request, number)
    row = queries.of_case(found)
    act: Callable[..., PaperFile]
    kind: type[forms.Form]
    if may_send(row, request.acting):
        kind, act, told = SendFileForm, send_file, "已登记转出"
    elif may_receive(row, request.acting):
        kind, act, told = ReceiveFileForm, receive_file, "已登记收到"
    else:
        return not_now(request, found, NOTHING_TO_RECORD)
    posted = request.POST or None
    first = {"on": request.acting.today}
    form = kind(posted, initial=first, use_required_attribute=False)
    status = 200
    if request.method == "POST":
        status = 422
    if request.method == "POST" and form.is_valid():

        def record() -> Done:
            act(case_id=found.pk, acting=request.acting, **form.cleaned_data)
            return Done(reverse("case", args=[number]), success=f"{told}：{found.title}")

        try:
            return once(request, record, back=reverse("case", args=[number]))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = 409
    shown(request, kind=AccessKind.VIEW, page="transfers", students=[found.student_id])
    rule = rules_of(found).rule("transfer.file")
    context = {
        "case": found,
        "transfer": row,
        "form": form,
        "sends": kind is SendFileForm,
        "before": owed.papers_before(row) if kind is SendFileForm else None,
        "rule": rule,
        "rule_words": value_words(rule),
        "form_key": new_key(),
    }
    return render(request, "transfers/paper_file.html", context, status=status)


@access.act("transfers.print")
@require_GET
def file_slip(request: HttpRequest, number: str) -> HttpResponse:
    """档案转递单: counterfoil, slip and receipt on one sheet, with what is recorded so far.

    For both schools and the offices between: of the pupil only what the former school knew.
    """
    case = transfer_of(request, number)
    row = queries.of_case(case)
    if row.from_school is None:
        return not_printed(request, number, "档案转递单", FROM_OUTSIDE)
    if case.state != State.DONE:
        why = REVERSED if case.state == State.REVERSED else NOT_DONE
        return not_printed(request, number, "档案转递单", why)
    shown(request, kind=AccessKind.PRINT, page="transfers", students=[case.student_id])
    context = {
        "case": case,
        "transfer": row,
        "paper_file": getattr(row, "paper_file", None),
        "slip_number": f"转递 {case.number}",
        "number": former_number(case),
        "goes": WORDS[rules_of(case).value("transfer.file")["goes"]],
    }
    return render(request, "print/transfer_file_slip.html", context)


@access.act("transfers.print")
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """转出、转入登记册 of the schools in reach: all that were done within these days."""
    acting, show = request.acting, request.GET.get("show", "out")
    if show not in TITLES:
        raise Http404(show)
    first = {"first": acting.today - A_YEAR, "last": acting.today}
    named = {name: request.GET[name] for name in first if name in request.GET}
    form = RegisterForm({**first, **named}, use_required_attribute=False)
    lines: list[registers.Line] = []
    if form.is_valid():
        lines = registers.lines(acting, show, **form.cleaned_data)
        if len(lines) > registers.MOST:
            form.add_error(None, f"超过 {registers.MOST} 名，没有列出。请把日期缩短，分几次打印。")
            lines = []
    if lines:
        students = [line.student_id for line in lines]
        shown(request, kind=AccessKind.PRINT, page="transfers", students=students)
    context = {
        "acting": acting,
        "title": TITLES[show],
        "show": show,
        "form": form,
        "total": len(lines),
        "sheets": packed(lines, [line.height for line in lines], room=ROOM),
    }
    status = 200 if form.is_valid() else 422
    return render(request, "print/transfer_register.html", context, status=status)
