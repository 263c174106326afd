"""Who did and looked at what, for the auditor of an office: read, never changed."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.accounts.models import User
from xueji.audit import queries
from xueji.audit.models import AccessKind
from xueji.audit.queries import Asked
from xueji.establishment import queries as establishment
from xueji.organisations import queries as organisations
from xueji.organisations.models import Organisation, within
from xueji.pages import audit_lines, finding, record
from xueji.pages.account_todos import LOOKED_INTO
from xueji.pages.ids import whole
from xueji.pages.kept import posted_from
from xueji.pages.paging import page
from xueji.pages.span import asked_span, shortened, unread
from xueji.students.models import Student, StudentQuerySet
from xueji.students.search import search

TABS = {"looks": "查看", "acts": "办理", "accounts": "账号与登录", "alerts": "预警"}
ORDER = ("at", "pk")
MOST_FOUND, MOST_ALERTS, MOST_PLACES = 20, 50, 300
UNKNOWN = {
    "person": "您的范围里没有这个账号",
    "place": "您的范围里没有这个单位；有几个同名的，请写“上级/单位”",
    "pupil": "您的范围里没有这名学生",
}
LISTS: dict[str, tuple[Callable, Callable]] = {
    "looks": (queries.looks, audit_lines.looks),
    "acts": (queries.acts, audit_lines.acts),
    "accounts": (queries.account_events, audit_lines.account_events),
}


@access.act("audit.read")
@posted_from("audit")
def find(request: HttpRequest) -> HttpResponse:
    """Lead the search for a pupil to the page, under an address that gives no number away."""
    query = finding.asking(request.GET.copy(), finding.typed(request.POST))
    return redirect(f"{reverse('audit')}?{query.urlencode()}")


@access.act("audit.read")
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Looks, acts and log-ins by person, pupil, unit and time; the newest first."""
    acting = request.acting
    tab = request.GET.get("tab") if request.GET.get("tab") in TABS else "looks"
    told = _told(request)
    asked = _asked(request, told, tab)
    typed = finding.typed(request.GET)
    rows = _alerts(asked) if tab == "alerts" else _rows(request, tab, asked)
    # kept once they are read: a page does not list itself
    record.shown(
        request,
        kind=AccessKind.LIST,
        page="audit",
        students=[asked.pupil] if asked.pupil else [],
        filter=f"{TABS[tab]} {asked.first} 至 {asked.last}",
    )
    places = Organisation.objects.below(acting.post.organisation.path).order_by("path")
    context = {
        "tab": tab,
        "tabs": TABS.items(),
        "kinds": AccessKind.choices,
        "kind": asked.kind,
        "looked_into": [(name, label) for name, (label, *_) in LOOKED_INTO.items()],
        "unread": unread(request, asked.first, asked.last),
        "shortened": shortened(request, asked.first, asked.last),
        "first": asked.first,
        "last": asked.last,
        "typed_person": request.GET.get("person", "")[:40],
        "typed_place": request.GET.get("place", "")[:120],
        "places": places[:MOST_PLACES],
        "typed": typed,
        "found": _pupils(acting, typed) if typed else [],
        "told_at": settings.REVEALS_TOLD,
        "today": acting.today,
    }
    return render(request, "audit/audit.html", context | told | rows)


def _rows(request: HttpRequest, tab: str, asked: Asked) -> dict[str, object]:
    """One page of rows with the words for them, in a fixed number of queries."""
    read, words = LISTS[tab]
    rows = read(asked)
    found = page(request, rows.none() if asked.nothing else rows, order=ORDER, newest_first=True)
    own = request.acting.post.organisation.path
    return {"page": found, "lines": words(found.rows, own=own)}


def _alerts(asked: Asked) -> dict[str, object]:
    many = [] if asked.nothing else queries.alerts(asked, MOST_ALERTS)
    people = queries.people(row.user_id for row in many)
    return {"alerts": [(row, people.get(row.user_id)) for row in many]}


# -- what was asked -------------------------------------------------------------------------------
def _told(request: HttpRequest) -> dict[str, Any]:
    """Person, office and pupil that are asked for, as far as they are in reach, and what is not."""
    found = {"person": _person(request), "place": _place(request), "pupil": _pupil(request)}
    unknown = [
        words
        for name, words in UNKNOWN.items()
        if request.GET.get(name, "").strip() and found[name] is None
    ]
    events = request.GET.get("events") if request.GET.get("events") in LOOKED_INTO else ""
    return {**found, "events": events, "unknown": unknown}


def _asked(request: HttpRequest, told: dict[str, Any], tab: str) -> Asked:
    first, last = asked_span(request, request.acting.today)
    person, pupil, kind = told["person"], told["pupil"], request.GET.get("kind", "")
    return Asked(
        paths=_paths(request.acting, told["place"]),
        first=first,
        last=last,
        person=person.pk if person else None,
        pupil=pupil.pk if pupil and tab == "looks" else None,
        nothing=bool(told["unknown"]),
        kind=kind if kind in AccessKind.values else "",
        events=LOOKED_INTO[told["events"]][2] if told["events"] else (),
    )


def _place(request: HttpRequest) -> Organisation | None:
    typed = request.GET.get("place", "").strip()[:120]
    own = request.acting.post.organisation.path
    found = organisations.named(own, typed, closed=True) if typed else []
    return found[0] if len(found) == 1 else None


def _paths(acting: Acting, place: Organisation | None) -> tuple[str, ...]:
    """Where to look: all of the own office; of a school that moved, also where it was before."""
    own = acting.post.organisation.path
    paths = establishment.paths_of(place) if place else [own]
    return tuple(path for path in paths if path.startswith(own))


def _person(request: HttpRequest) -> User | None:
    typed = request.GET.get("person", "").strip()[:40]
    own = within(request.acting.post.organisation.path, "home__path")
    return User.objects.filter(own, username=typed.lower()).first() if typed else None


def _pupil(request: HttpRequest) -> Student | None:
    pk = whole(request.GET.get("pupil", ""))
    return _in_reach(request.acting).filter(pk=pk).first() if pk is not None else None


def _in_reach(acting: Acting) -> StudentQuerySet:
    rows = Student.objects.filter(audit_lines.in_reach(acting.post.organisation.path))
    return rows.select_related("school__organisation")


def _pupils(acting: Acting, typed: str) -> list[Student]:
    """Pupils that the search finds: enough to choose from, no list of a school."""
    return list(search(_in_reach(acting), typed).order_by("name_order", "pk")[:MOST_FOUND])
