"""A clerk's turn in a transfer, the receiving one above all; and the receipt from outside."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import ReceiptForm, TurnForm
from transfers.services import receive, record_receipt
from transfers.services.receipt import may_record
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import acts
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import steps_of, waiting_text
from xueji.cases.services import Outcome, OutcomeKind
from xueji.pages import case_page
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.once import Done, once
from xueji.pages.record import shown


def transfer_of(request: HttpRequest, number: str) -> Case:
    """The case of that number, which has to be a submitted transfer within reach."""
    found = case_page.find(request, number)
    if found.kind != queries.KIND or found.student_id is None:
        raise Http404(number)
    return found


@access.act("transfers.place")
@require_http_methods(["GET", "POST"])
def turn(request: HttpRequest, number: str) -> HttpResponse:
    """What the clerk whose turn it is signs: who comes, the class, the decision."""
    found = transfer_of(request, number)
    if Act.AGREE not in acts.allowed(found, steps_of([found.pk])[found.pk], request.acting):
        return redirect("case", number=number)
    is_placing = found.approved
    row = queries.of_case(found)
    form = TurnForm(
        request.POST if request.method == "POST" else None,
        classes=list(queries.classes(row)) if is_placing else [],
        is_placing=is_placing,
    )
    version = whole(request.POST.get("version", ""), digits=9)
    if request.method == "GET":
        return _show(request, found, form)
    if not form.is_valid() or version is None:
        return _show(request, found, form, status=422)

    def act() -> Done:
        data = form.cleaned_data
        outcome = receive(
            case_id=found.pk,
            version=version,
            decision=data["decision"],
            note=data["note"],
            school_class=form.classes.get(data.get("school_class")),
            acting=request.acting,
        )
        return _told(found, outcome)

    try:
        return once(request, act, back=reverse("case", args=[number]))
    except Refused as refusal:
        return _show(request, found, form, refusal=str(refusal), status=409)


def _told(found: Case, outcome: Outcome) -> Done:
    location = reverse("case", args=[found.number])
    if outcome.kind == OutcomeKind.REFUSED:
        raise Refused(outcome.text)
    if outcome.kind == OutcomeKind.DECIDED:
        return Done(location, warning=f"这一步刚由他人办理\n\n{outcome.text}")
    after = Case.objects.select_related("waiting_at").get(pk=found.pk)
    turn = f"现在轮到{waiting_text(after)}。" if after.waiting_at else "本件已了结。"
    return Done(location, success=f"已签署\n\n{found.title}　{turn}")


def _show(
    request: HttpRequest, found: Case, form: TurnForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="transfers", students=[found.student_id])
    context = case_page.context(found, request.acting) | {
        "form": form,
        "is_placing": "school_class" in form.fields,
        "refusal": refusal,
        "form_key": new_key(),
    }
    return render(request, "transfers/turn.html", context, status=status)


@access.act("transfers.receipt")
@require_http_methods(["GET", "POST"])
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Record the receipt of a school outside the register."""
    found = transfer_of(request, number)
    row = queries.of_case(found)
    if not may_record(row, request.acting):
        return redirect("case", number=number)
    form = ReceiptForm(
        request.POST if request.method == "POST" else None,
        initial={"on": request.acting.today},
        use_required_attribute=False,
    )
    if request.method == "GET":
        return _ask_receipt(request, found, form)
    if not form.is_valid():
        return _ask_receipt(request, found, form, status=422)

    def act() -> Done:
        record_receipt(case_id=found.pk, acting=request.acting, **form.cleaned_data)
        return Done(reverse("case", args=[number]), success=f"已登记回执：{found.title}")

    try:
        return once(request, act, back=reverse("case", args=[number]))
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return _ask_receipt(request, found, form, status=409)


def _ask_receipt(
    request: HttpRequest, found: Case, form: ReceiptForm, *, status: int = 200
) -> HttpResponse:
    shown(request, kind=AccessKind.VIEW, page="transfers", students=[found.student_id])
    context = {
        "case": found,
        "transfer": queries.of_case(found),
        "form": form,
        "form_key": new_key(),
    }
    return render(request, "transfers/receipt.html", context, status=status)
