"""What both forms do about typed values: whose draft they are, kept as one types, shown both."""

from collections.abc import Iterable, Iterator, Mapping

from django.http import HttpRequest

from transfers import queries
from transfers.forms import AskingForm
from transfers.models import Reason
from transfers.rules import papers
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.once import posted_key
from xueji.rules.engine import Rules
from xueji.rules.papers import PAPERS

MODE = {"mode": "take"}  # in what is kept: by which form it goes on
APART = ("case", "version")  # what autosave may have changed in a form that is the same


def posted_case(request: HttpRequest, case: Case | None, kind: str) -> Case | None:
    """The draft that the form goes on with; None where it has none yet or another post's."""
    number = request.POST.get("case", "").replace("\0", "")
    return case or (queries.own(request.acting, number, (kind,)) if number else None)


def typed_of(request: HttpRequest, case: Case | None, row: Mapping[str, object]) -> Typed:
    version = whole(request.POST.get("version", ""), digits=9) or 0
    return Typed(row=row, case=case, tab=str(posted_key(request)), version=version)


def offered(
    rules: Rules, keys: Iterable[str], known: Mapping[str, object], more: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """The papers to tick: those of the own rules, those ticked, those the other side asks for."""
    ticked = known.getlist("papers") if hasattr(known, "getlist") else known.get("papers") or ()
    codes = dict.fromkeys([*papers.asked_for(rules, keys), *ticked, *more])  # type: ignore[misc]
    return [(code, PAPERS[code]) for code in codes if code in PAPERS]


def reasons(rules: Rules) -> list[tuple[str, str]]:
    """The reasons that the own rules admit."""
    return [(code, str(Reason(code).label)) for code in rules.value("transfer.reason")]


def differences(form: AskingForm, there: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Label, value here, value there of every field in which two versions of a form differ."""
    here = form.row()
    for name, field in form.fields.items():
        mine, other = here.get(name) or "", there.get(name) or ""
        if mine != other:
            choices = {str(code): str(label) for code, label in getattr(field, "choices", ())}
            yield str(field.label), _shown(mine, choices), _shown(other, choices)


def shown_with(
    request: HttpRequest, case: Case | None, form: AskingForm, other: Mapping[str, object] | None
) -> dict[str, object]:
    """What the page knows of the draft; a form that came back goes on under its own key."""
    kept = queries.typed(case) if case else None
    comes_back = request.method == "GET" and bool(request.POST)  # after a login
    is_current = (request.method == "GET" and not comes_back) or other is not None
    goes_on = request.method == "POST" and not other
    version = kept.version if kept and is_current else request.POST.get("version", "")
    return {
        "case": case,
        "number": case.number if case else "",
        "version": version,
        "form_key": str(posted_key(request)) if goes_on else new_key(),
        "unsaved": comes_back,
        "saved": kept.saved_at if kept else None,
        "differences": list(differences(form, other)) if other else [],
        "other_at": kept.saved_at if kept and other else None,
    }


def _shown(value: object, choices: Mapping[str, str]) -> str:
    values = value if isinstance(value, list) else [value]
    return "、".join(choices.get(str(one), str(one)) for one in values)
