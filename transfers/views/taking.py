"""The form by which a school asks for whom it finds by the number: a transfer, or a guest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from transfers import queries
from transfers.forms import TakeForm
from transfers.services import Looked, look
from transfers.views import asking
from transfers.views.exceptions import kept_warnings
from transfers.views.typed import offered, posted_case
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases import seats
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.identity import masking
from xueji.organisations.models import SchoolClass
from xueji.organisations.queries import Lineage
from xueji.pages.record import shown
from xueji.rules.engine import Rules, rule_set
from xueji.students.models import Student

LOOK = ("id_number", "name")


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What differs between the two: services, form, lists of papers, and the words of the page.

    ``against`` says why somebody of the register is not to be had, whatever is typed.
    ``kind`` is also the group of the rules and the beginning of the url names; ``new`` and
    ``left`` tell of who is in no register, and of who had left it for outside.
    """

    kind: str
    page: str  # the list, and by which name accesses are recorded
    what: str
    at_work: Callable[[Acting], Lineage]
    keep: asking.Keep
    ask: Callable[..., Case]
    against: Callable[[Student, Case | None, Acting], Sequence[str]]
    form: type[TakeForm]
    papers: Sequence[str]
    reasons: Callable[[Rules], Sequence[tuple[str, str]]]
    also: Mapping[str, object] = field(default_factory=dict)
    untitled: str
    new: str
    left: str
    title: str
    lead: str
    back: str
    legend: str
    how: Sequence[str]

    @property
    def edit(self) -> str:
        return f"{self.kind}_edit"

    @property
    def draft(self) -> str:
        return f"{self.kind}_draft"


@dataclass(kw_only=True)
class Opened(asking.Opened):
    form: TakeForm
    desk: Desk
    looked: Looked | None = None
    against: Sequence[str] = ()


def answer(request: HttpRequest, desk: Desk, case: Case | None) -> HttpResponse:
    """The empty form, or what was done with it; 查找 tells of the number what it may."""
    try:
        opened = open_form(request, desk, case)
    except Refused as refusal:
        return asking.closed(request, refusal, what=desk.what, page=desk.page)
    form = opened.form
    if request.method == "GET":
        id_number, name = _held(form)
        if opened.case and id_number:
            _look(request, opened, id_number, name)
        return _show(request, opened)
    save = request.POST.get("save")
    if not form.is_valid():
        return _show(request, opened, 422)
    if save == "draft":
        return asking.keep(request, opened, _show)
    _look(request, opened, form.cleaned_data["id_number"], form.cleaned_data["name"])
    if save == "find":
        return _show(request, opened, 422 if form.errors else 200)
    ask, taken, reasons = desk.ask, form.taken(), form.reasons()
    return asking.send(
        request,
        opened,
        lambda typed: ask(typed=typed, taken=taken, reasons=reasons, acting=request.acting),
        _show,
    )


def open_form(request: HttpRequest, desk: Desk, case: Case | None) -> Opened:
    """The form as it was posted or kept; to look for a pupil, number and name have to be there.

    Raises Refused where the school asks for nobody now.
    """
    case = posted_case(request, case, desk.kind)
    school = desk.at_work(request.acting)
    rules = rule_set(school.rule_set).at(request.acting.today)
    typed = queries.typed(case) if case else None
    initial = dict(typed.values.get("row", {})) if typed else {}
    classes = list(
        SchoolClass.objects.filter(school=school.school, closed_on__isnull=True).order_by(
            "grade", "number"
        )
    )
    posted = request.POST or None
    form = desk.form(
        posted,
        papers=offered(rules, desk.papers, posted or initial),
        classes=classes,
        sizes=seats.told(classes, rules),
        grades=queries.grades(school.school),
        reasons=desk.reasons(rules),
        only={"send": None, "find": LOOK}.get(request.POST.get("save", ""), ()),
        initial=initial,
    )
    form.ask_exceptions(kept_warnings(posted or initial, rules, desk.kind))
    return Opened(
        form=form,
        kind=desk.kind,
        case=case,
        keep=desk.keep,
        title=str(form.row()["name"]) or desk.untitled,
        also=desk.also,
        desk=desk,
    )


def _held(form: TakeForm) -> tuple[str, str]:
    """Number and name in a form that is opened: what came back with it, else what was kept."""
    found = form.initial
    if form.is_bound:
        form.is_valid()  # what it cannot take is looked for by nobody
        found = form.cleaned_data
    return str(found.get("id_number", "")), str(found.get("name", ""))


def _look(request: HttpRequest, opened: Opened, id_number: str, name: str) -> None:
    found = look(id_number=id_number, name=name, case=opened.case, acting=request.acting)
    if found.is_outside and not found.problems:
        found = replace(found, told=opened.desk.new if found.is_new else opened.desk.left)
    is_had = found.student and not found.is_outside and not found.problems
    is_sent = request.method == "POST" and request.POST.get("save") == "send"
    if is_had and not is_sent:  # then the act itself answers
        opened.against = opened.desk.against(found.student, opened.case, request.acting)
    opened.looked = found
    if opened.form.is_bound:
        asking.put(opened.form, found.problems)
    else:
        opened.against = [*opened.against, *map(str, found.problems)]


def _show(request: HttpRequest, opened: Opened, status: int = 200) -> HttpResponse:
    """The form; one Access row when anybody's data was shown or looked for."""
    looked, desk = opened.looked, opened.desk
    number = getattr(opened.form, "cleaned_data", {}).get("id_number", "")
    seen = [opened.case.student_id] if opened.case else []
    if looked and looked.student:
        seen.append(looked.student.pk)
    if any(seen) or number:
        kind = AccessKind.LOOKUP if looked and looked.is_foreign else AccessKind.VIEW
        filter_ = masking.mask_id(number)
        shown(request, kind=kind, page=desk.page, students=dict.fromkeys(seen), filter=filter_)
    context = {**asking.context(request, opened), "desk": desk, "looked": looked}
    context["against"] = opened.against
    return render(request, "transfers/take.html", context, status=status)
