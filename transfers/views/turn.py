"""A school's turn in a transfer, the receiving one above all; and the receipt from outside."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import ReceiptForm, TurnForm
from transfers.services import receive, record_receipt
from transfers.services.place import into_rules
from transfers.services.receipt import may_record
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.audit.models import AccessKind
from xueji.cases import acts, seats, veil
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import steps_of, why_not
from xueji.cases.services import Outcome, OutcomeKind
from xueji.pages import case_page
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.once import Done, NotDone, once
from xueji.pages.record import shown

NO_CLASS = "现在的一步不选班级，请在业务件页上签署。"
NOTHING_TO_RECORD = "没有登记\n\n本件现在没有要由您登记的，可能刚由他人登记；请看下面的记录。"


def transfer_of(request: HttpRequest, number: str) -> Case:
    """The case of that number, which has to be a submitted transfer within reach."""
    found = case_page.find(request, number)
    if found.kind != queries.KIND or found.student_id is None:
        raise Http404(number)
    return found


@access.act("transfers.place")
@require_http_methods(["GET", "POST"])
@typing_here()
def turn(request: HttpRequest, number: str) -> HttpResponse:
    """What is signed by the clerk whose turn it is, or by who signs last: class and decision."""
    found = transfer_of(request, number)
    steps = steps_of([found.pk])
    may_sign = Act.AGREE in acts.allowed(found, steps[found.pk], request.acting)
    is_principal = request.acting.post.role == Role.PRINCIPAL
    version = whole(request.POST.get("version", ""), digits=9)
    if is_principal and not may_sign and version == found.version:
        raise Http404(number)  # nobody was faster: this never was the principal's turn
    if not may_sign or (is_principal and not found.approved):
        veil.draw([found], request.acting, steps)
        why = NO_CLASS if may_sign else why_not(found, steps[found.pk], request.acting)
        return not_now(request, found, f"没有签署\n\n{why}")
    form = _form(found, request.POST or None)
    if request.method == "GET":
        return _show(request, found, form)
    if not form.is_valid() or version is None:
        return _show(request, found, form, status=422)

    def act() -> Done | NotDone:
        data = form.cleaned_data
        outcome = receive(
            case_id=found.pk,
            version=version,
            decision=data["decision"],
            note=data["note"],
            school_class=form.classes.get(data.get("school_class")),
            acting=request.acting,
        )
        return _told(found, outcome, request.acting)

    try:
        return once(request, act, back=reverse("case", args=[number]))
    except Refused as refusal:
        return _show(request, found, form, refusal=str(refusal), status=409)


def not_now(request: HttpRequest, found: Case, why: str) -> HttpResponse:
    """To the case; what was sent meanwhile is told not to have been taken, a second click not."""
    address = reverse("case", args=[found.number])
    if request.method == "GET":
        if request.POST:  # comes back after a login
            messages.warning(request, why)
        return redirect(address)
    return once(request, lambda: NotDone(address, why), back=address)


def _form(found: Case, data: QueryDict | None) -> TurnForm:
    if not found.approved:
        return TurnForm(data, classes=[], sizes={}, is_placing=False)
    row = queries.of_case(found)
    classes = list(queries.classes(row))
    return TurnForm(
        data,
        classes=classes,
        sizes=seats.told(classes, into_rules(row, found)),
        is_placing=True,
        chosen=row.school_class_id,
    )


def _told(found: Case, outcome: Outcome, acting: Acting) -> Done | NotDone:
    location = reverse("case", args=[found.number])
    if outcome.kind == OutcomeKind.REFUSED:
        raise Refused(outcome.text)
    if outcome.kind == OutcomeKind.DECIDED:
        told = f"这一步刚由他人办理\n\n{outcome.text}"
        return NotDone(location, told)
    after = Case.objects.select_related("waiting_at").get(pk=found.pk)
    return Done(location, success=f"已签署\n\n{found.title}　{case_page.turn(after, acting)}")


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
@typing_here()
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Record the receipt of a school outside the register."""
    found = transfer_of(request, number)
    row = queries.of_case(found)
    if not may_record(row, request.acting):
        return not_now(request, found, NOTHING_TO_RECORD)
    form = ReceiptForm(
        request.POST or None,
        initial={"on": request.acting.today},
        use_required_attribute=False,
    )
    if request.method == "GET":
        return _ask_receipt(request, found, form)
    if not form.is_valid():
        return _ask_receipt(request, found, form, status=422)

    def act() -> Done | NotDone:
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
