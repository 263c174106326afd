"""The form by which a school asks for the transfer of one of its pupils."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from transfers import queries
from transfers.forms import INSIDE, TransferForm
from transfers.models import Reason
from transfers.rules import inside_at_receiving
from transfers.rules.papers import OF_LEAVER
from transfers.services import keep_draft, submit
from transfers.services.beforehand import WINDOW, of_leaver
from transfers.services.reinstate import KIND as REINSTATED
from transfers.services.submit import at_work
from transfers.views import asking, reinstate, take, taking
from transfers.views.exceptions import kept_warnings
from transfers.views.typed import offered, posted_case, reasons
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases.acts import TRANSITIONS, Act
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.organisations.models import School
from xueji.pages.ids import whole
from xueji.pages.kept import typing_here
from xueji.pages.record import shown
from xueji.rules.engine import Finding, rule_set
from xueji.rules.inheritance import Rule
from xueji.students.models import Student

STARTER = "transfer.starter"
NOBODY = "本校没有找到这名学生。请核对；不在本校的，由就读学校办理。"
MANY = "找到不止一名，请在下面选定。"


@dataclass(kw_only=True)
class Opened(asking.Opened):
    form: TransferForm
    pupils: Sequence[Student] = ()
    meant: Student | None = None
    refusals: Sequence[str] = ()
    late: Finding | None = None
    in_time: str = ""  # the reasons for which it is never too late
    until: str = ""  # the last day for all others, while it is not over
    window: Rule | None = None
    starts_there: bool = False  # at the receiving school, by the rule ``starter`` if one says so
    starter: Rule | None = None


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def new(request: HttpRequest) -> HttpResponse:
    """An empty form, or that of the pupil named by ``?student=``."""
    return _answer(request, None)


@access.act("transfers.start")
@require_http_methods(["GET", "POST"])
@typing_here()
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """A draft or a case that came back, with what was typed."""
    case = queries.own(request.acting, number, (queries.KIND, REINSTATED))
    if case is None:
        raise Http404(number)
    if request.method == "GET" and (case.state, Act.SUBMIT) not in TRANSITIONS:
        return redirect("case", number=number)
    if case.kind == REINSTATED:
        return reinstate.mend(request, case)
    typed = queries.typed(case)
    if typed and typed.values.get("row", {}).get("mode") == "take":
        return taking.answer(request, take.DESK, case)
    return _answer(request, case)


def _answer(request: HttpRequest, case: Case | None) -> HttpResponse:
    try:
        opened = open_form(request, case)
    except Refused as refusal:
        return asking.closed(request, refusal, what="转学", page="transfers")
    form = opened.form
    if request.POST.get("save") != "draft":
        _tell(request, opened)
    if request.method == "GET":
        return _show(request, opened)
    save = request.POST.get("save")
    if not form.is_valid():
        return _show(request, opened, 422)
    if save == "draft":
        return asking.keep(request, opened, _show)
    student = _chosen(opened)
    if save == "find":
        return _show(request, opened, 422 if form.errors else 200)
    to_school = _to_school(request, form)
    if form.errors or student is None:
        return _show(request, opened, 422)
    asked, reasons_given = form.asked(student.pk, to_school), form.reasons()
    opened.also = {"student": str(student.pk)}
    return asking.send(
        request,
        opened,
        lambda typed: submit(
            typed=typed, asked=asked, reasons=reasons_given, acting=request.acting
        ),
        _show,
    )


def open_form(request: HttpRequest, case: Case | None) -> Opened:
    """The form as it was posted or kept; nothing has to be filled in unless it is sent.

    Raises Refused where the school does no register business now.
    """
    case = posted_case(request, case, queries.KIND)
    school = at_work(request.acting)
    rules = rule_set(school.rule_set).at(request.acting.today)
    only = None if request.POST.get("save") == "send" else ()
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    posted = request.POST or None
    named = posted.get("student") if posted else initial.get("student")
    named = named or request.GET.get("student", "")
    form = TransferForm(
        posted,
        papers=offered(rules, OF_LEAVER, posted or initial),
        reasons=reasons(rules),
        only=only,
        initial=initial,
    )
    pk = whole(str(named))
    pupil = queries.pupil(request.acting, pk) if pk else None
    typed_now = (posted or initial).get("pupil", "")
    found = list(queries.find_pupils(request.acting, typed_now)) if typed_now else []
    if pupil and pupil not in found:
        found.insert(0, pupil)
    form.offer(found)
    if pupil:
        form.initial["student"] = pupil.pk
    form.ask_exceptions(kept_warnings(posted or initial, rules))
    if starts_there := inside_at_receiving(rules):
        form.offer_outside_alone()
    row = form.row()
    meant = next((one.name for one in found if str(one.pk) == row["student"]), "")
    return Opened(
        form=form,
        kind=queries.KIND,
        case=case,
        keep=keep_draft,
        title=meant or str(row["pupil"]) or "转学",
        pupils=found,
        starts_there=starts_there,
        in_time="、".join(
            str(Reason(code).label)
            for code in rules.get(WINDOW, {"except": ()})["except"]
            if code in rules.value("transfer.reason")
        ),
        window=rules.rule(WINDOW) if rules.has(WINDOW) else None,
        starter=rules.rule(STARTER) if starts_there and rules.has(STARTER) else None,
    )


def _tell(request: HttpRequest, opened: Opened) -> None:
    """Say of the pupil who is meant what stands against it, before anything else is typed."""
    form = opened.form
    pk = whole(str(form["student"].value() or ""))
    meant = [row for row in opened.pupils if row.pk == pk or len(opened.pupils) == 1]
    if meant:
        known = of_leaver(meant[0], opened.case, request.acting)
        opened.meant, opened.foreseen, opened.late = meant[0], known.warnings, known.late
        opened.until = known.in_time
        form.ask_exceptions(opened.foreseen)
        if request.POST.get("save") != "send":  # whoever sends it is answered by the act itself
            opened.refusals = known.refusals


def _chosen(opened: Opened) -> Student | None:
    """The one pupil that is meant; says in the form why there is none."""
    form = opened.form
    chosen = form.cleaned_data.get("student")
    if chosen:
        return next((row for row in opened.pupils if row.pk == chosen), None)
    if len(opened.pupils) == 1 and form.cleaned_data["pupil"]:
        return opened.pupils[0]
    if not form.cleaned_data["pupil"]:
        form.add_error("pupil", "请填学生的姓名、学籍号或证件号，再按查找。")
    else:
        form.add_error("pupil", MANY if opened.pupils else NOBODY)
    return None


def _to_school(request: HttpRequest, form: TransferForm) -> School | None:
    """The receiving school in the register; None outside it, or with an error in the form."""
    data = form.cleaned_data
    if data["to_where"] != INSIDE:
        if not data["outside_school"].strip():
            form.add_error("outside_school", "请照接收证明填写学校全称。")
        if not data["outside_office"].strip():
            form.add_error("outside_office", "请填写该校的主管部门，转学证明要写明。")
        return None
    found = queries.schools_named(request.acting, data["to_school"])
    if len(found) == 1:
        return found[0]
    if not data["to_school"].strip():
        form.add_error("to_school", "请填写转入学校。")
    elif found:
        names = "、".join(f"{row.organisation}（标识码 {row.identifier}）" for row in found[:5])
        form.add_error("to_school", f"有不止一所学校：{names}。请填学校标识码。")
    else:
        told = "没有这所学校。请核对全称或标识码；不在本系统的，选“系统以外的学校”。"
        form.add_error("to_school", told)
    return None


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    """The form; one Access row when it shows anybody's data."""
    seen = [row.pk for row in opened.pupils]
    if opened.case and opened.case.student_id:
        seen.append(opened.case.student_id)
    if seen:
        shown(request, kind=AccessKind.VIEW, page="transfers", students=dict.fromkeys(seen))
    context = {
        **asking.context(request, opened),
        "pupils": opened.pupils,
        "meant": opened.meant,
        "refusals": opened.refusals,
        "late": opened.late,
        "in_time": opened.in_time,
        "until": opened.until,
        "window": opened.window,
        "starts_there": opened.starts_there,
        "starter": opened.starter,
    }
    return render(request, "transfers/new.html", context, status=status)
