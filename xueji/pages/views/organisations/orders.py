"""Orders (建制调整): the list, the page with its paper, and the acts that end one."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.documents import services as documents
from xueji.documents.refusals import FileGone
from xueji.establishment import queries, services
from xueji.establishment.models import Order, OrderState
from xueji.organisations.models import within
from xueji.pages.forms import NO_REASON, TypedReason, new_key, typed_reason
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.pages.views.organisations.office import may_keep


@access.act("organisations.read")
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """Orders that concern schools in reach, now or before; those that wait first."""
    rows = visible(request.acting)
    state = request.GET.get("state", "")
    if state in OrderState.values:
        rows = rows.filter(state=state)
    found = page(request, rows, order=("id",), newest_first=True)
    return render(
        request,
        "organisations/orders.html",
        {
            "page": found,
            "state": state,
            "states": OrderState.choices,
            "may_order": may_keep(request.acting),
        },
    )


@access.act("organisations.read")
@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: what it says, what it meets or what it did."""
    return _show(request, _found(request.acting, pk))


def _show(
    request: HttpRequest, found: Order, *, typed: TypedReason = NO_REASON, status: int = 200
) -> HttpResponse:
    waits = found.state == OrderState.WAITING
    return render(
        request,
        "organisations/order.html",
        {
            "order": found,
            "sentence": found.sentence,
            "present": queries.present(found.school, found.school_class) if waits else None,
            "is_due": waits and found.effective_on <= request.acting.today,
            "may_order": may_keep(request.acting) and waits,
            "acts": list(found.acts.select_related("post__user", "organisation").order_by("pk")),
            "form_key": new_key(),
            "second_key": new_key(),
            "typed_reason": typed,
        },
        status=status,
    )


@access.act("organisations.order")
@posted_from("order", "pk")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an order back before its day."""
    reason = request.POST.get("reason", "").replace("\0", "")

    def act() -> str:
        services.withdraw(order_id=pk, reason=reason, acting=request.acting)
        return "已撤回，没有执行"

    return _end(request, pk, act)


@access.act("organisations.order")
@posted_from("order", "pk")
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out an order whose day has come, once what stood in the way is done."""

    def act() -> str:
        done = services.carry_out(order_id=pk, acting=request.acting)
        return f"已执行，{done.pupils} 名学生随同调整"

    return _end(request, pk, act)


@access.act("organisations.read")
@require_GET
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The scan of the order, always as a download."""
    document = _found(request.acting, pk).document
    try:
        data = documents.open_bytes(document)
    except FileGone:
        raise Http404(pk) from None
    return HttpResponse(data, headers=dict(documents.headers(document)))


def visible(acting: Acting) -> QuerySet[Order]:
    """Orders on schools in reach, on those that were, and on those that come."""
    path = acting.post.organisation.path
    rows = Order.objects.filter(
        within(path, "school__organisation__path")
        | within(path, "from_path")
        | Q(into__isnull=False) & within(path, "into__path")
    )
    return rows.select_related("school__organisation", "entered_by__user", "ended_by__user")


def _found(acting: Acting, pk: int) -> Order:
    found = (
        visible(acting)
        .select_related("document", "school__organisation", "school_class")
        .filter(pk=pk)
    )
    row = found.first()
    if row is None:
        raise Http404(pk)
    return row


def _end(request: HttpRequest, pk: int, act: Callable[[], str]) -> HttpResponse:
    place = reverse("order", args=[pk])
    if not may_keep(request.acting):
        raise Http404(pk)
    _found(request.acting, pk)
    try:
        return once(request, lambda: Done(place, success=act()), back=place)
    except services.Unfit as unfit:
        why = str(unfit.problems[0])
        messages.error(request, f"没有撤回\n\n{why}")
        typed = typed_reason(request, why)
        return _show(request, _found(request.acting, pk), typed=typed, status=422)
    except Refused as refusal:
        messages.error(request, f"没有办理\n\n{refusal}")
    except PermissionDenied:
        raise Http404(pk) from None
    return redirect(place)
