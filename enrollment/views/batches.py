"""What is done with all pupils of one intake at once: signed, taken back, undone."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from enrollment.queries import imports as queries
from enrollment.services.batch import undo
from enrollment.views.imports import acted, find, show
from xueji.accounts import access
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.pages.at_once import told
from xueji.pages.forms import DecisionForm, ReasonForm, first_error, typed_reason
from xueji.pages.kept import posted_from
from xueji.pages.once import Done, NotDone, posted_key

CHANGED = "名单和您看到的不一样了：有的刚由他人办理，或刚刚送到。请看过现在的名单再签署。"


@access.act("cases.sign")
@posted_from("enrollment_batch", "pk")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign all cases of the batch that wait for this post, by the function that signs one."""
    found = find(request, pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        first = first_error(form)
        messages.error(request, f"没有签署\n\n{first}")
        return redirect("enrollment_batch", pk)

    def act() -> Done | NotDone:
        seen = queries.seen(found, request.acting)
        if not seen or queries.token(seen) != request.POST.get("token"):
            raise Refused(CHANGED)
        outcomes = cases.decide(
            seen=seen, acting=request.acting, from_list=True, **form.cleaned_data
        )
        here = reverse("enrollment_batch", args=[pk])
        return told(outcomes, at=here, signed="已签署 {} 件", not_signed="{} 件没有签署")

    return acted(request, act, pk, "没有签署")


@access.act("cases.withdraw")
@posted_from("enrollment_batch", "pk")
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the whole batch back before it is approved."""
    return _undo(request, pk)


@access.act("cases.reverse")
@posted_from("enrollment_batch", "pk")
def reverse_all(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo the whole approved batch while nothing depends on it."""
    return _undo(request, pk)


def _undo(request: HttpRequest, pk: int) -> HttpResponse:
    found = find(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        why = first_error(form)
        messages.error(request, f"没有撤销\n\n{why}")
        return show(request, found, typed=typed_reason(request, why), status=422)

    def act() -> Done:
        undo.ask(
            batch_id=found.pk,
            note=form.cleaned_data["reason"],
            key=posted_key(request),
            acting=request.acting,
        )
        return Done(reverse("enrollment_batch", args=[pk]))

    return acted(request, act, pk, "没有撤销")
