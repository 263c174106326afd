"""The page with the form of one pupil, however one comes to it; showing it is recorded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from enrollment import queries
from enrollment.forms import REASON, EntryForm
from enrollment.models import Enrollment
from enrollment.services import context as contexts
from enrollment.services import doubles
from enrollment.services.check import Context
from enrollment.views.aside import Judged, aside, demanded
from enrollment.views.versions import differences
from xueji.accounts.access import Acting
from xueji.audit.models import AccessKind
from xueji.cases.acts import TRANSITIONS, Act
from xueji.cases.models import Case
from xueji.cases.queries import own
from xueji.identity import masking
from xueji.pages.forms import new_key
from xueji.pages.ids import whole
from xueji.pages.record import shown

LAST = "enrollment_last"  # in the session: the case of the pupil entered before


@dataclass
class Entry:
    """One opened form: which case it is of, under which key, and what became of it."""

    form: EntryForm
    context: Context
    case: Case | None = None
    version: int = 0
    key: str = field(default_factory=new_key)
    judged: Judged | None = None
    refusal: str = ""
    is_submitted: bool = False
    is_unsaved: bool = False  # stands nowhere but on the screen
    other: Mapping[str, str] | None = None  # what another window saved meanwhile


def school_context(acting: Acting, case: Case | None = None) -> Context:
    """What the rows of the acting school are checked against; Refused when it may enter nobody."""
    found = contexts.load(
        acting.post.organisation_id,
        today=acting.today,
        student_id=case.student_id if case else None,
    )
    contexts.require_working(found)
    return found


def closed(request: HttpRequest, why: str) -> HttpResponse:
    """In place of the form: why nobody can be entered here, and what to do."""
    return render(request, "enrollment/closed.html", {"why": why}, status=409)


def version_of(request: HttpRequest) -> int:
    """The version of the draft that was on the screen."""
    return whole(request.POST.get("version", ""), digits=9) or 0


def is_editable(case: Case) -> bool:
    return (case.state, Act.SUBMIT) in TRANSITIONS


def posted_case(request: HttpRequest) -> Case | None:
    """The draft that a form goes on with; None where it is gone or another post's."""
    number = request.POST.get("case", "").replace("\0", "")
    return own(request.acting, number, Enrollment.KIND) if number else None


def posted_form(request: HttpRequest, context: Context) -> EntryForm:
    _, last = queries.last_row(request.acting, request.session.get(LAST))
    return EntryForm(request.POST, context=context, last=last)


def show(request: HttpRequest, entry: Entry, *, status: int = 200) -> HttpResponse:
    """Answer with the form, filled; one Access row when it shows anybody's data."""
    last_case, _ = queries.last_row(request.acting, request.session.get(LAST))
    seen = [case.student_id for case in (entry.case, last_case) if case and case.student_id]
    if entry.judged or entry.case or last_case:
        record(request, entry.judged, students=seen)
    typed = queries.typed(entry.case) if entry.case else None
    entry.form.fields[_focus(entry)].widget.attrs["autofocus"] = True
    return render(
        request,
        "enrollment/entry.html",
        {
            "form": entry.form,
            "case": entry.case,
            "number": entry.case.number if entry.case else "",
            "version": entry.version or (typed.version if typed else ""),
            "form_key": entry.key,
            "context": entry.context,
            "entered": queries.entered(entry.context.lineage.school.pk, entry.context.entry_year),
            "returned": queries.return_step(entry.case) if entry.case else None,
            "saved": typed.saved_at if typed else None,
            "unsaved": entry.is_unsaved,
            "told": told(entry.form) if entry.is_submitted else "",
            "refusal": entry.refusal,
            "is_submitted": entry.is_submitted,
            "differences": list(differences(entry.form.row, entry.other)) if entry.other else [],
            "other_at": typed.saved_at if entry.other and typed else None,
            "today": request.acting.today,
            **aside(entry.judged, is_submitted=entry.is_submitted),
            **demanded(entry.form, entry.context.rules),
        },
        status=status,
    )


def told(form: EntryForm) -> str:
    """Names of the fields that say beside them what is wrong, as the page sends them back."""
    return " ".join(name for name in form.fields if name in form.errors)


def _focus(entry: Entry) -> str:
    """The field to begin in: the first on the page that is wrong, else the document number."""
    wrong = entry.form.errors if entry.is_submitted else {}
    warnings = entry.judged.checked.warnings if entry.judged else []
    reasons = [f"{REASON}{warning.key}" for warning in warnings]  # in the order of group 5
    fields = [name for name in entry.form.fields if not name.startswith(REASON)]
    return next((name for name in [*fields, *reasons] if name in wrong), "id_number")


def record(request: HttpRequest, judged: Judged | None, *, students: Iterable[int] = ()) -> None:
    """Write down that these pupils were shown, and whose number was looked for."""
    more: dict[str, Any] = {"kind": AccessKind.VIEW, "filter": ""}
    seen = list(students)
    if judged:
        number = judged.checked.values["id_number"]
        more = {"kind": judged.answer.kind, "filter": masking.mask_id(number)}
        seen += judged.answer.student_ids
        if judged.checked.deferral:
            seen.append(judged.checked.deferral.case.student_id)
    shown(request, page=doubles.PAGE, students=dict.fromkeys(seen), **more)
