"""What every form does that asks for a case: kept as a draft, sent once, shown with why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from transfers import queries
from transfers.forms import EXCEPTION, AskingForm
from transfers.services import NotTaken, Rejected
from transfers.views.exceptions import tell
from transfers.views.typed import APART, shown_with, typed_of
from xueji.accounts.access import Acting
from xueji.cases import kinds
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import waiting_text
from xueji.cases.services import Kept, Stale, Typed
from xueji.identity.problems import Problem
from xueji.pages.once import Done, NotDone, once
from xueji.rules.engine import Finding


class Keep(Protocol):
    def __call__(self, *, typed: Typed, title: str, acting: Acting) -> Kept: ...


@dataclass(kw_only=True)
class Opened:
    """One form of the acting school, and what became of it.

    ``keep`` is the service that keeps its draft, ``title`` what that is called in lists; ``also``
    is kept beside what is typed.
    """

    form: AskingForm
    kind: str
    case: Case | None
    keep: Keep | None = None
    title: str = ""
    also: Mapping[str, object] = field(default_factory=dict)
    foreseen: Sequence[Finding] = ()  # warnings that were told before it was sent
    warnings: Sequence[Finding] = ()
    refusal: str = ""
    other: Mapping[str, object] | None = None  # what another window saved meanwhile


Page = TypeVar("Page", bound=Opened)
Show = Callable[[HttpRequest, Page, int], HttpResponse]


def kept(request: HttpRequest, opened: Opened) -> Kept:
    """Keep what stands in the form; the first time this begins the draft."""
    if opened.keep is None:
        raise LookupError("this form keeps no drafts")
    return opened.keep(typed=_typed(request, opened), title=opened.title, acting=request.acting)


def keep(request: HttpRequest, opened: Page, show: Show[Page]) -> HttpResponse:
    """存草稿."""

    def act() -> Done:
        number = kept(request, opened).case.number
        return Done(edit_url(opened, number), success="草稿已存")

    return _tried(request, opened, act, show)


def edit_url(opened: Opened, number: str) -> str:
    """Where one goes on with it."""
    return reverse(kinds.get(opened.kind).edit_url, args=[number])


def send(
    request: HttpRequest, opened: Page, ask: Callable[[Typed], Case], show: Show[Page]
) -> HttpResponse:
    """提交; the answer leads to the case and says whose turn it is."""

    def act() -> Done:
        case = ask(_typed(request, opened))
        told = f"已提交 {case.title}，轮到{waiting_text(case)}\n\n业务件 {case.number}"
        return Done(reverse("case", args=[case.number]), success=told)

    return _tried(request, opened, act, show)


def _typed(request: HttpRequest, opened: Opened) -> Typed:
    return typed_of(request, opened.case, {**opened.form.row(), **opened.also})


def _tried(
    request: HttpRequest, opened: Page, act: Callable[[], Done], show: Show[Page]
) -> HttpResponse:
    """Do it once, or show the form again with everything that stands against it."""
    status = 422
    try:
        return once(request, act, apart=APART)
    except Stale as stale:  # both versions are shown; sending again decides
        opened.other, status = stale.values.get("row", {}), 409  # type: ignore[assignment]
    except NotTaken as wrong:
        put(opened.form, wrong.problems)
    except Rejected as rejected:
        opened.warnings = tell(opened.form, rejected)
    except Refused as refusal:
        opened.refusal, status = str(refusal), 409
    return show(request, opened, status)


def put(form: AskingForm, problems: Sequence[Problem]) -> None:
    """Say at each field once what is wrong with it."""
    for problem in problems:
        name = problem.field if problem.field in form.fields else None
        told = str(problem)
        if name is None or told not in form.errors.get(name, []):
            form.add_error(name, told)


def context(request: HttpRequest, opened: Opened) -> dict[str, object]:
    """What the templates of all these forms know."""
    form = opened.form
    asked = {found.key: found for found in (*opened.foreseen, *opened.warnings)}
    return {
        "form": form,
        **shown_with(request, opened.case, form, opened.other),
        "returned": queries.return_step(opened.case) if opened.case else None,
        "refusal": opened.refusal,
        "is_search": request.POST.get("save") == "find",
        "exceptions": [
            (asked.get(name.removeprefix(EXCEPTION)), form[name])
            for name in form.fields
            if name.startswith(EXCEPTION)
        ],
        "today": request.acting.today,
    }


def closed(request: HttpRequest, refusal: Refused, *, what: str, page: str) -> HttpResponse:
    """Why the school asks for nothing now; ``page`` names the list to go back to."""
    context = {"why": str(refusal), "what": what, "back": reverse(page)}
    return render(request, "transfers/closed.html", context, status=409)


def discarded(request: HttpRequest, case: Case, *, page: str) -> HttpResponse:
    """Throw a draft of the own post away."""
    back = reverse(page)

    def act() -> Done | NotDone:
        try:
            cases.discard(case_id=case.pk, acting=request.acting)
        except Refused as refusal:
            return NotDone(back, f"没有删除\n\n{refusal}")
        return Done(back, success="草稿已删除")

    return once(request, act, back=back)
