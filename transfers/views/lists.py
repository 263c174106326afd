"""转学 at a glance: who goes, who comes, who waits for the receipt, what is begun."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from transfers import queries
from transfers.models import Direction
from transfers.queries import owed
from transfers.views import asking
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import veil
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from
from xueji.pages.paging import page
from xueji.pages.record import shown

LISTS = {
    "out": ("转出", queries.went),
    "in": ("转入", queries.came),
    "holding": ("待回执", queries.holding),
    "late": ("逾期", owed.late),
    "files": ("纸质材料", owed.files),
}


@access.act("transfers.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Transfers of the schools in reach by direction; narrowed by state, age and how far."""
    acting = request.acting
    show = request.GET.get("show", "out")
    if show not in LISTS:
        raise Http404(show)
    rows = LISTS[show][1](acting)
    state = request.GET.get("state", "")
    if state in queries.STATES:
        rows = rows.filter(queries.STATES[state][1])
    way = request.GET.get("way", "")
    if way in Direction:
        rows = rows.filter(direction=way)
    late = request.GET.get("late") == "1"
    if late and show == "files":
        rows = owed.files_overdue(rows, acting)
    elif late:
        rows = rows.filter(case__due_on__lt=acting.today)
    found = page(request, rows, order=("pk",), newest_first=True, shown_from=queries.rows())
    cases = [row.case for row in found.rows]
    hidden = veil.hidden(cases, acting)
    veil.draw(cases, acting)
    if found.rows:
        students = [case.student_id for case in cases]
        shown(request, kind=AccessKind.LIST, page="transfers", students=students)
    may_start = acting.may("transfers.start")
    context = {
        "show": show,
        "tabs": [(name, label) for name, (label, _) in LISTS.items()],
        "page": found,
        "hidden": hidden,
        "state": state,
        "states": [(name, label) for name, (label, _) in queries.STATES.items()],
        "way": way,
        "ways": Direction.choices,
        "late": late,
        "is_narrowed": bool(state or way or late),
        "may_start": may_start,
        "may_print": acting.may("transfers.print"),
        "drafts": list(queries.drafts(acting).order_by("-pk")[:20]) if may_start else [],
        "form_key": new_key(),
        "today": acting.today,
    }
    return render(request, "transfers/list.html", context)


@access.act("transfers.start")
@posted_from("transfers")
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft of this post away."""
    case = queries.own(request.acting, number)
    if case is None:
        raise Http404(number)
    return asking.discarded(request, case, page="transfers")
