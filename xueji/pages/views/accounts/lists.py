"""Lists of accounts: found by name, by state, by what waits; offices where a post is vacant."""

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access, duties, people
from xueji.accounts.access import Acting
from xueji.accounts.models import Post, User
from xueji.pages import account_todos
from xueji.pages.paging import page

ORDER = ("username", "pk")
STATES = {
    "open": ("在用", Q(is_active=True, sealed_at__isnull=True)),
    "sealed": ("封存", Q(is_active=True, sealed_at__isnull=False)),
    "disabled": ("停用", Q(is_active=False)),
}


@access.act("accounts.read")
@require_GET
def accounts(request: HttpRequest) -> HttpResponse:
    """Accounts of the own office and of those below, found by name, account or office."""
    acting = request.acting
    typed = request.GET.get("q", "").strip()[:40]
    duty = account_todos.LISTED.get(request.GET.get("duty", ""))
    state = request.GET.get("state") if request.GET.get("state") in STATES else "open"
    rows = _listed(acting)
    rows = rows.filter(pk__in=duty.find(acting)) if duty else rows.filter(STATES[state][1])
    if typed:
        rows = rows.filter(
            Q(username__icontains=typed) | Q(name__icontains=typed) | Q(home__name__contains=typed)
        )
    return render(
        request,
        "accounts/list.html",
        {
            "page": page(request, rows, order=ORDER),
            "typed": typed,
            "duty": duty,
            "duty_name": request.GET.get("duty", "") if duty else "",
            "state": state,
            "states": [(name, label) for name, (label, _) in STATES.items()],
            "may_open": acting.may("accounts.administer"),
            "today": acting.today,
        },
    )


def _listed(acting: Acting) -> QuerySet[User]:
    posts = access.not_over(Post.objects.select_related("organisation"), on=acting.today)
    ordered = Prefetch("posts", posts.order_by("starts", "pk"), to_attr="running")
    return people.in_reach(acting).select_related("home").prefetch_related(ordered)


@access.act("accounts.administer")
@require_GET
def vacant(request: HttpRequest) -> HttpResponse:
    """Offices with a post that nobody holds, and the way to give it."""
    acting = request.acting
    offices = duties.vacant(acting).select_related("parent")
    found = page(request, offices, order=("path", "id"))
    context = {"page": found, "lines": duties.lacking(found.rows, acting)}
    return render(request, "accounts/vacant.html", context)
