"""借读 at a glance: guests, who is away, what is under way; the printed roll; the sheet on loan."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from transfers import queries
from transfers.forms.borrowing import SheetForm
from transfers.queries import borrowing
from transfers.services.borrow_sheet import lend_sheet, loan_out, may_lend, take_sheet_back
from transfers.services.borrow_sides import closed, closed_to_lend
from transfers.views import asking
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import veil
from xueji.cases.kinds import Refused
from xueji.organisations.models import Level
from xueji.organisations.queries import lineage
from xueji.pages import case_page
from xueji.pages.forms import new_key
from xueji.pages.kept import posted_from, typing_here
from xueji.pages.once import Done, once
from xueji.pages.paging import page
from xueji.pages.record import shown
from xueji.printing.sheets import packed

TABS = {"in": "借入", "out": "借出", "cases": "办理"}
LINES = 22  # of the roll on one sheet


@access.act("borrowing.read")
@require_GET
def overview(request: HttpRequest) -> HttpResponse:
    """Guests and who is away of the schools in reach, or the cases, narrowed by state."""
    acting = request.acting
    show = request.GET.get("show", "in")
    if show not in TABS:
        raise Http404(show)
    state = request.GET.get("state", "") if show == "cases" else ""
    if show == "cases":
        rows = borrowing.cases(acting)
        if state in borrowing.STATES:
            rows = rows.filter(borrowing.STATES[state][1])
    else:
        rows = borrowing.here(acting) if show == "in" else borrowing.away(acting)
    found = page(request, rows, order=("pk",), newest_first=True)
    if show == "cases":
        veil.draw(found.rows, acting)
    if found.rows:
        students = [row.student_id for row in found.rows]
        shown(request, kind=AccessKind.LIST, page="borrowing", students=students)
    is_school = acting.post.organisation.level == Level.SCHOOL
    own = lineage(acting.post.organisation_id) if is_school else None
    is_out = show == "out"
    why_closed = (closed_to_lend if is_out else closed)(own, acting) if own else None
    may_start = acting.may("borrowing.start")
    guests = [] if show == "cases" else borrowing.lines(found.rows)
    context = {
        "show": show,
        "tabs": list(TABS.items()),
        "page": found,
        "guests": guests,
        "is_past": any(guest.until and guest.until < acting.today for guest in guests),
        "state": state,
        "states": [(name, label) for name, (label, _) in borrowing.STATES.items()],
        "is_narrowed": bool(state),
        "may_start": may_start,
        "is_out": is_out,
        "why_closed": why_closed,
        "is_school": is_school,
        "may_print": acting.may("borrowing.print"),
        "own": acting.post.organisation_id,
        "drafts": list(queries.drafts(acting, borrowing.KINDS).order_by("-pk")[:20])
        if may_start
        else [],
        "form_key": new_key(),
        "today": acting.today,
    }
    return render(request, "borrowing/list.html", context)


@access.act("borrowing.start")
@posted_from("borrowing")
def discard(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft of this post away."""
    case = queries.own(request.acting, number, borrowing.KINDS)
    if case is None:
        raise Http404(number)
    return asking.discarded(request, case, page="borrowing")


@access.act("borrowing.print")
@require_GET
def roll(request: HttpRequest, pk: int) -> HttpResponse:
    """借读生花名册 of a school in reach, as it stands now."""
    school = borrowing.school(request.acting, pk)
    if school is None:
        raise Http404(pk)
    guests = list(enumerate(borrowing.roll(school), start=1))
    students = [guest.student.pk for _, guest in guests]
    shown(request, kind=AccessKind.PRINT, page="borrowing", students=students)
    line = lineage(pk)
    context = {
        "school": school,
        "county": line.county,
        "count": len(guests),
        "sheets": list(enumerate(packed(guests, [1] * len(guests), room=LINES), start=1)),
        "acting": request.acting,
    }
    return render(request, "print/borrowing_roll.html", context)


@access.act("borrowing.sheet")
@require_http_methods(["GET", "POST"])
@typing_here()
def sheet(request: HttpRequest, number: str) -> HttpResponse:
    """The home school lends the register sheet to the host, or gets it back."""
    found = case_page.find(request, number)
    if found.kind not in (borrowing.KIND, borrowing.OUT) or found.student_id is None:
        raise Http404(number)
    row = borrowing.of_case(found)
    if not may_lend(row, request.acting):
        return redirect("case", number=number)
    posted = request.POST or None
    is_back = posted is not None and posted.get("act") == "back"
    form = SheetForm(posted, initial={"due_on": row.until}, use_required_attribute=False)
    context = {"case": found, "borrowing": row, "form": form, "loan": loan_out(row)}
    context |= {"form_key": new_key()}
    shown(request, kind=AccessKind.VIEW, page="borrowing", students=[found.student_id])
    if request.method == "GET":
        return render(request, "borrowing/sheet.html", context)
    if not is_back and not form.is_valid():
        return render(request, "borrowing/sheet.html", context, status=422)

    def act() -> Done:
        if is_back:
            take_sheet_back(case_id=found.pk, acting=request.acting)
            return Done(reverse("case", args=[number]), success="已登记学籍表归还")
        lend_sheet(case_id=found.pk, acting=request.acting, **form.cleaned_data)
        return Done(reverse("case", args=[number]), success="已登记学籍表带到借读学校")

    try:
        return once(request, act, back=reverse("case", args=[number]))
    except Refused as refusal:
        context["refusal"] = str(refusal)
        return render(request, "borrowing/sheet.html", context, status=409)
