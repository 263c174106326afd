"""The page of one pupil: facts, family, file, conduct, timeline and cases, on tabs that print."""

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import kinds
from xueji.cases.kinds import Refused, Unreasoned
from xueji.cases.models import ALIVE
from xueji.pages import quota, record
from xueji.pages.forms import (
    NO_REASON,
    FormerDocumentForm,
    PupilRevealForm,
    TypedReason,
    new_key,
    typed_reason,
)
from xueji.pages.kept import posted_from
from xueji.pages.pupil import conduct as conducts
from xueji.pages.pupil import dossier, past, timeline
from xueji.pages.pupil.foreign import ForeignNumberForm
from xueji.pages.pupil.past import Facts, NotThere
from xueji.pages.pupil.scope import Scope, visible
from xueji.students import reading
from xueji.students.rules import is_taught
from xueji.students.showing import shown

TABS = {
    "facts": "基本信息",
    "family": "家庭",
    "sheet": "全部项目",
    "file": "档案",
    "conduct": "奖惩",
    "history": "履历",
    "cases": "业务",
}
DATED = ("facts", "family", "sheet")


@access.act("students.read")
@require_GET
def student(request: HttpRequest, pk: int) -> HttpResponse:
    """One pupil: masked facts, family, and everything that happened to the register."""
    return answer(request, visible(request.acting, pk))


@access.act("students.reveal")
@posted_from("student", "pk")
@quota.counted
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one masked value, for a recorded reason; not of a pupil who has left."""
    scope = visible(request.acting, pk)
    if scope.is_past:
        messages.error(
            request,
            "没有显示\n\n该生已不在本单位就读，只能查看就读期间的记录，号码不再显示。"
            "确需核对的，请联系该生现在的学校或上级主管部门。",
        )
        return answer(request, scope, status=422)
    if used_up := quota.refusal(request):
        messages.error(request, used_up)
        return quota.over(request, answer(request, scope))
    form = PupilRevealForm(request.POST)
    if not form.is_valid():
        messages.error(request, "没有显示\n\n请选择要看的项目和理由。")
        return answer(request, scope, status=422)
    return answer(request, scope, kind=AccessKind.REVEAL, revealed=form.cleaned_data)


def answer(
    request: HttpRequest,
    scope: Scope,
    *,
    kind: str = AccessKind.VIEW,
    status: int = 200,
    tab: str = "",
    revealed: Mapping[str, str] = MappingProxyType({}),
    **sent: Any,
) -> HttpResponse:
    """The page, and the record that it was shown; ``revealed`` names one field and the reason.

    ``sent`` is what was typed on the tab and not taken, shown again.
    """
    record.shown(request, kind=kind, page="student", students=[scope.student.pk], **revealed)
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in TABS else "facts"
    facts, day, not_there = _facts(request, scope, tab)
    cases = list(scope.cases().select_related("waiting_at").order_by("-pk"))
    context = {
        "pk": scope.student.pk,
        "tab": tab,
        "tabs": TABS.items(),
        "tab_label": TABS[tab],
        "facts": facts,
        "student": facts.student,
        "family": facts.family,
        "documents": past.former_documents(scope),
        "foreign_numbers": past.foreign_numbers(scope),
        "photo": None if day else past.photo(scope),
        "day": day,
        "not_there": not_there,
        "typed_day": request.GET.get("on", "")[:30],
        "is_dated": tab in DATED,
        "left_on": scope.windows[0].placement.ends if scope.is_past else None,
        "cases": cases,
        "alive": [case for case in cases if case.state in ALIVE],
        "placements": past.placements(scope),
        "reveal_form": PupilRevealForm(),
        "revealed": revealed.get("field", ""),
        "today": request.acting.today,
        "acting": request.acting,
        "may_edit": _may_edit(request, scope),
        "offered": _offered(request, scope),
        "is_taught": is_taught(scope.student),
    }
    if tab in FILLED:
        context |= FILLED[tab](request, scope, facts, **sent)
    return render(request, "students/student.html", context, status=status)


def _sheet(_request: HttpRequest, scope: Scope, facts: Facts) -> dict[str, Any]:
    medical = scope.sees_medical
    return {"groups": shown(facts.student, facts.sheet, facts.family, medical=medical)}


def _file(
    request: HttpRequest,
    scope: Scope,
    facts: Facts,
    *,
    former: FormerDocumentForm | None = None,
    foreign: ForeignNumberForm | None = None,
    filing: str = "",
    wrong: Mapping[str, str] = MappingProxyType({}),
    reason: TypedReason = NO_REASON,
) -> dict[str, Any]:
    """What was not taken: the kind of a paper, why not an upload, the ``reason`` of a removal."""
    born, today = facts.student.birth_date, request.acting.today
    return {
        "file": dossier.read(scope, facts.student, facts.sheet),
        "filing": filing,
        "wrong": wrong,
        "typed_reason": reason,
        "former_form": former or FormerDocumentForm(today=today),
        "foreign_form": foreign or ForeignNumberForm(born=born, today=today),
        "form_key": new_key(),
    }


def _conduct(
    _request: HttpRequest,
    scope: Scope,
    _facts: Facts,
    *,
    conduct: conducts.Sent | None = None,
    reason: TypedReason = NO_REASON,
) -> dict[str, Any]:
    """``reason`` is that of an entry which was not undone."""
    return {
        "conduct": conducts.read(scope, conduct or conducts.Sent()),
        "typed_reason": reason,
        "form_key": new_key(),
    }


def _history(request: HttpRequest, scope: Scope, _facts: Facts) -> dict[str, Any]:
    return {
        "timeline": timeline.timeline(scope, request.GET),
        "kinds": timeline.KINDS.items(),
        "kind": request.GET.get("kind", ""),
    }


FILLED: dict[str, Callable[..., dict[str, Any]]] = {
    "sheet": _sheet,
    "file": _file,
    "conduct": _conduct,
    "history": _history,
}


def _offered(request: HttpRequest, scope: Scope) -> list[tuple[str, str]]:
    """What the pupil's own school may begin that not everybody's page offers: page and label."""
    if not _may_edit(request, scope):
        return []
    asked = [(kind.offered, kind.label) for kind in kinds.all_kinds() if kind.offered]
    found = [(offered(scope.student, request.acting), label) for offered, label in asked]
    return [(page, label) for page, label in found if page]


def _may_edit(request: HttpRequest, scope: Scope) -> bool:
    """Whether the pupil's own school asks; of a state in which nothing is edited the form tells."""
    acting, school_id = request.acting, scope.student.school_id
    return not scope.is_past and acting.may("students.edit") and acting.acts_at(school_id)


def _facts(request: HttpRequest, scope: Scope, tab: str) -> tuple[Facts, date | None, str]:
    """The facts to print, the past day they are of, and why the typed day was not answered."""
    typed = request.GET.get("on", "").strip()
    if not typed or tab not in DATED:
        return past.present(scope), None, ""
    day = reading.day(typed)
    if day is None:
        why = "请写成 2026-09-01 这样的年、月、日。"
        return past.present(scope), None, why
    if day > request.acting.today:
        return past.present(scope), None, f"{day} 还没有到。请填今天或以前的日子。"
    try:
        return past.as_on(scope, day), day, ""
    except NotThere as error:
        return past.present(scope), None, str(error)


def not_done(
    request: HttpRequest, scope: Scope, refusal: Refused, *, failed: str, tab: str
) -> HttpResponse:
    """The tab again after an act with a reason: the reason as typed, what is wrong beside it."""
    wrong = str(refusal) if isinstance(refusal, Unreasoned) else ""
    messages.error(request, f"{failed}\n\n{refusal}")
    return answer(request, scope, status=422, tab=tab, reason=typed_reason(request, wrong))
