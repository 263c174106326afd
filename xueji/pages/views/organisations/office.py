"""The tree, the page of one office, and the county's 入网 act."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.establishment import queries, services
from xueji.establishment.services import rule_sets
from xueji.organisations.models import Level, Organisation
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import posted_from
from xueji.pages.offices import showing, tree
from xueji.pages.once import Done, once
from xueji.pages.paging import page

LONGEST = 60
ORDERS_SHOWN = 5


@access.act("organisations.read")
@require_GET
def organisations(request: HttpRequest) -> HttpResponse:
    """What stands below an office of one's reach, or whatever a search finds there."""
    acting = request.acting
    at = acting.post.organisation
    if asked := request.GET.get("at"):
        at = within_reach(acting, whole(asked) or 0)
    typed = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]
    closed = request.GET.get("closed") == "1"
    unconnected = request.GET.get("unconnected") == "1"
    rows = tree.rows(acting, at, typed, closed=closed, unconnected=unconnected)
    found = page(request, rows, order=tree.ORDER)
    return render(
        request,
        "organisations/tree.html",
        {
            "at": at,
            "above": tree.above(acting, at),
            "page": found,
            "lines": tree.lines(found.rows, at),
            "typed": typed,
            "closed": closed,
            "unconnected": unconnected,
            "may_keep": may_keep(acting),
            "is_school": at.level == Level.SCHOOL,
        },
    )


@access.act("organisations.read")
@require_GET
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One office or school with everything that is known of it and what was done."""
    acting = request.acting
    office = within_reach(acting, pk)
    told = showing.of(acting, office)
    orders = list(queries.orders_of(office)[: ORDERS_SHOWN + 1])
    acts = page(request, showing.acts(office), order=("id",), size=20, newest_first=True)
    return render(
        request,
        "organisations/office.html",
        told
        | {
            "above": tree.above(acting, office),
            "acts": acts,
            "orders": orders[:ORDERS_SHOWN],
            "has_more_orders": len(orders) > ORDERS_SHOWN,
            "may_keep": may_keep(acting) and office.level > Level.COUNTY and not office.closed_on,
            "may_name_rules": rule_sets.names_for(acting, office),
            "form_key": new_key(),
        },
    )


@access.act("organisations.keep")
@posted_from("organisation", "pk")
def connect(request: HttpRequest, pk: int) -> HttpResponse:
    """入网: the school works from today on."""
    office, place = kept_by(request.acting, pk), reverse("organisation", args=[pk])

    def act() -> Done:
        services.connect(school_id=pk, acting=request.acting)
        return Done(place, success=f"已核准{office.name}入网，从今天起可以办理业务")

    try:
        return once(request, act, back=place)
    except PermissionDenied:
        raise Http404(pk) from None
    except Refused as refusal:
        messages.error(request, f"没有核准\n\n{refusal}")
        return redirect(place)


def within_reach(acting: Acting, pk: int) -> Organisation:
    """The office of that id at or below the post's own, else 404."""
    reach = Organisation.objects.below(acting.post.organisation.path)
    office = reach.select_related("parent").filter(pk=pk).first()
    if office is None:
        raise Http404(pk)
    return office


def may_keep(acting: Acting) -> bool:
    """Whether the post is of those that keep the tree of their county."""
    return acting.may("organisations.keep") and acting.post.organisation.level == Level.COUNTY


def kept_by(acting: Acting, pk: int) -> Organisation:
    """A working centre or school of the acting post's county, else 404."""
    office = within_reach(acting, pk)
    if not may_keep(acting) or office.level <= Level.COUNTY or office.closed_on:
        raise Http404(pk)
    return office
