"""The inbox: cases by whose turn it is, searched, and many of them signed at once."""

from collections.abc import Collection

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse as url
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import inbox as boxes
from xueji.cases import kinds, services, veil
from xueji.cases.finding import narrowed
from xueji.pages import finding
from xueji.pages.at_once import chosen, told
from xueji.pages.forms import DecisionForm, first_error, new_key
from xueji.pages.kept import posted_from, typing
from xueji.pages.once import Done, NotDone, once
from xueji.pages.paging import page
from xueji.pages.record import shown
from xueji.pages.views.cases import NOT_DONE
from xueji.students.search import masked

TABS = {
    "mine": ("轮到我", lambda acting: boxes.waiting(acting)),
    "others": ("等别人", lambda acting: boxes.others(acting)),
    "overdue": ("逾期", lambda acting: boxes.overdue(acting, acting.today)),
    "closed": ("已了结", lambda acting: boxes.closed(acting)),
}
NONE_CHOSEN = "还没有选中业务件。请先勾选，再签署。"


@access.act("cases.read")
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Cases by whose turn it is; those that wait for me can be signed together."""
    tab = request.GET.get("tab", "mine")
    if tab not in TABS:
        raise Http404(tab)
    return _inbox(request, tab)


@access.act("cases.read")
@posted_from("cases")
def find(request: HttpRequest) -> HttpResponse:
    """Lead a search to the tab it was typed on."""
    address = finding.address(request.POST, ("tab",))
    return redirect(f"{url('cases')}?{address}".removesuffix("?"))


def _inbox(
    request: HttpRequest,
    tab: str,
    *,
    picked: Collection[int] = (),
    note: str = "",
    status: int = 200,
) -> HttpResponse:
    """One list; ``picked`` and ``note`` are what was chosen and written on it before."""
    title, rows = TABS[tab]
    is_closed = tab == "closed"
    typed = finding.read(request)
    cases = narrowed(rows(request.acting), typed, request.acting)
    found = page(
        request,
        cases.select_related("school__organisation", "waiting_at"),
        order=("closed_at" if is_closed else "due_on", "pk"),
        newest_first=is_closed,
        at=url("cases"),
    )
    if found.rows:
        students = [case.student_id for case in found.rows]
        words = masked(typed)
        shown(request, kind=AccessKind.LIST, page="cases", students=students, filter=words)
    veil.draw(found.rows, request.acting)
    return render(
        request,
        "cases/inbox.html",
        {
            "tab": tab,
            "tabs": [(name, label) for name, (label, _) in TABS.items()],
            "title": title,
            "typed": typed,
            "search": finding.address(request.GET, ()),
            "order": "最近了结的在前" if is_closed else "先到期的在前",
            "page": found,
            "page_query": request.GET.urlencode() if found.previous else "",
            "kinds": {kind.name: kind for kind in kinds.all_kinds()},
            "may_sign": tab == "mine" and request.acting.may("cases.sign"),
            "picked": picked,
            "note": note,
            "form_key": new_key(),
            "today": request.acting.today,
        },
        status=status,
    )


@access.act("cases.sign")
@typing("cases_resume")
@posted_from("cases")
def decide_many(request: HttpRequest) -> HttpResponse:
    """Sign all chosen cases through the same function as a single one."""
    form = DecisionForm(request.POST)
    seen = chosen(request)
    if not seen or not form.is_valid():
        why = first_error(form) if seen else NONE_CHOSEN
        messages.error(request, f"没有签署\n\n{why}")
        note = request.POST.get("note", "")
        return _inbox(request, "mine", picked=seen, note=note, status=422)

    def act() -> Done | NotDone:
        outcomes = services.decide(
            seen=seen, acting=request.acting, from_list=True, **form.cleaned_data
        )
        return told(outcomes, at=url("cases"), signed="已签署 {} 件", not_signed="{} 件没有签署")

    return once(request, act, back=url("cases"))


@csrf_exempt  # nothing happens: the list is shown again, with a token of this session
@access.act("cases.sign")
@typing("cases_resume")
@posted_from("cases")
def resume_many(request: HttpRequest) -> HttpResponse:
    """The list again, with the same cases chosen and the opinion that was typed."""
    messages.warning(request, NOT_DONE)
    return _inbox(request, "mine", picked=chosen(request).keys(), note=request.POST.get("note", ""))
