"""Who did and looked at what, for the auditor of an office: read, never changed."""

from django.conf import settings
from django.db.models import Exists, OuterRef
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
from xueji.identity.masking import mask_name
from xueji.organisations import queries as organisations
from xueji.organisations.models import Organisation, within
from xueji.pages import finding, record
from xueji.pages.account_todos import LOOKED_INTO
from xueji.pages.act_words import FIELDS, PAGES
from xueji.pages.ids import whole
from xueji.pages.kept import posted_from
from xueji.pages.paging import page
from xueji.pages.span import asked_span
from xueji.students.models import Placement, Student, StudentQuerySet
from xueji.students.search import search

TABS = {"looks": "查看", "acts": "办理", "accounts": "账号与登录", "alerts": "预警"}
ORDER = ("at", "pk")
MOST_FOUND, MOST_NAMED, MOST_ALERTS, MOST_PLACES = 20, 5, 50, 300


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
    place, pupil, person = _place(request), _pupil(request), _person(request)
    unknown = [
        words
        for name, found, words in (
            ("person", person, "您的范围里没有这个账号"),
            (
                "place",
                place,
                "您的范围里没有这个单位；有几个同名的，请写“上级/单位”",
            ),
            ("pupil", pupil, "您的范围里没有这名学生"),
        )
        if request.GET.get(name, "").strip() and found is None
    ]
    first, last = asked_span(request, acting.today)
    events = request.GET.get("events") if request.GET.get("events") in LOOKED_INTO else ""
    asked = Asked(
        paths=_paths(acting, place),
        first=first,
        last=last,
        person=person.pk if person else None,
        pupil=pupil.pk if pupil and tab == "looks" else None,
        nothing=bool(unknown),
        kind=request.GET.get("kind", "") if request.GET.get("kind") in AccessKind.values else "",
        events=LOOKED_INTO[events][2] if events else (),
    )
    typed = finding.typed(request.GET)
    rows = _alerts(asked) if tab == "alerts" else _rows(request, tab, asked)
    # kept once they are read: a page does not list itself
    record.shown(
        request,
        kind=AccessKind.LIST,
        page="audit",
        students=[asked.pupil] if asked.pupil else [],
        filter=f"{TABS[tab]} {first} 至 {last}",
    )
    places = Organisation.objects.below(acting.post.organisation.path).order_by("path")
    return render(
        request,
        "audit/audit.html",
        {
            "tab": tab,
            "tabs": TABS.items(),
            "unknown": unknown,
            "kinds": AccessKind.choices,
            "kind": asked.kind,
            "looked_into": [(name, label) for name, (label, *_) in LOOKED_INTO.items()],
            "events": events,
            "first": first,
            "last": last,
            "person": person,
            "typed_person": request.GET.get("person", "")[:40],
            "place": place,
            "typed_place": request.GET.get("place", "")[:120],
            "places": places[:MOST_PLACES],
            "pupil": pupil,
            "typed": typed,
            "found": _pupils(acting, typed) if typed else [],
            "told": settings.REVEALS_TOLD,
            "today": acting.today,
            **rows,
        },
    )


def _rows(request: HttpRequest, tab: str, asked: Asked) -> dict[str, object]:
    """One page of rows with the words for them, in a fixed number of queries."""
    source = {"looks": queries.looks, "acts": queries.acts, "accounts": queries.account_events}
    rows = source[tab](asked)
    found = page(request, rows.none() if asked.nothing else rows, order=ORDER, newest_first=True)
    ids = {row.user_id for row in found.rows}
    if tab == "accounts":
        ids |= {row.account_id for row in found.rows}
    people = queries.people(ids)
    posts = queries.posts(row.post_id for row in found.rows)
    own = request.acting.post.organisation.path
    names = _names({pk for row in found.rows for pk in _first(row, tab)})
    lines = []
    for row in found.rows:
        post = posts.get(row.post_id)
        who = people.get(row.user_id)
        is_ours = post is None or post.organisation.path.startswith(own)
        pupils = [(pk, mask_name(names[pk])) for pk in _first(row, tab) if pk in names]
        more = len(row.students) - len(pupils) if tab == "looks" else 0
        said = _said(row, tab, people)
        lines.append((row, who if is_ours else None, post, said, pupils, more))
    return {"page": found, "lines": lines}


def _said(row, tab: str, people: dict[int, User]) -> str:
    """What was done, in words."""
    if tab == "looks":
        parts = [
            row.get_kind_display(),
            PAGES.get(row.page, row.page),
            FIELDS.get(row.field, row.field),
            row.filter,
        ]
        return "，".join(part for part in [*parts, row.reason] if part)
    if tab == "acts":
        target = f"（编号 {row.target}）" if row.target else ""
        return f"{PAGES.get(row.page, row.page)}{target}"
    account = people.get(row.account_id)
    of = account.username if account else "没有的账号"
    return f"{row.get_kind_display()} {of}{'：' + row.note if row.note else ''}"


def _first(row, tab: str) -> list[int]:
    """The first of the pupils whom an answer showed."""
    return row.students[:MOST_NAMED] if tab == "looks" else []


def _names(pupils: set[int]) -> dict[int, str]:
    return dict(Student.objects.filter(pk__in=pupils).values_list("pk", "name"))


def _alerts(asked: Asked) -> dict[str, object]:
    many = [] if asked.nothing else queries.alerts(asked, MOST_ALERTS)
    people = queries.people(row.user_id for row in many)
    return {"alerts": [(row, people.get(row.user_id)) for row in many]}


# -- what was asked -------------------------------------------------------------------------------
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
    return User.objects.filter(own, username=typed).first() if typed else None


def _pupil(request: HttpRequest) -> Student | None:
    pk = whole(request.GET.get("pupil", ""))
    return _in_reach(request.acting).filter(pk=pk).first() if pk is not None else None


def _in_reach(acting: Acting) -> StudentQuerySet:
    """Pupils of the own office and below, and those who were there once and have left."""
    own = acting.post.organisation.path
    were = Placement.objects.filter(within(own, "org_path"), student=OuterRef("pk"))
    rows = Student.objects.filter(within(own, "org_path") | Exists(were))
    return rows.select_related("school__organisation")


def _pupils(acting: Acting, typed: str) -> list[Student]:
    """Pupils that the search finds: enough to choose from, no list of a school."""
    return list(search(_in_reach(acting), typed).order_by("name_order", "pk")[:MOST_FOUND])
