"""履历: events, signatures and field-by-field history of a pupil as one readable timeline.

What one post wrote at one moment is one entry. Newest first; the number of queries is the same
whatever the length, and a page is a range of moments (``older`` and ``newer`` in the address).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict

from xueji.accounts.models import Post
from xueji.cases.models import Case, Step
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import School, SchoolClass
from xueji.pages.pupil.changes import Change, Names, changes
from xueji.pages.pupil.scope import Scope
from xueji.students.models import Student

SIZE = 25
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 250_000_000_000 * 1_000_000  # microseconds; far behind any row, before year 9999
CASE_NUMBER = re.compile(r" ?[0-9]{4}-[0-9]{6,}")
KINDS = {"events": "登记", "changes": "变动", "cases": "业务"}


@dataclass
class Entry:
    """What one post did at one moment."""

    at: datetime
    post: Post | None = None
    reason: str = ""
    events: list[RegisterEvent] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    case_ids: set[int] = field(default_factory=set)
    cases: list[Case] = field(default_factory=list)
    has_hidden_case: bool = False  # it happened under a case of others

    def show(self, cases: Iterable[Case]) -> None:
        """Name these cases alone; reasons speak of the case by its number too."""
        self.cases = list(cases)
        visible = {case.number for case in self.cases}
        foreign = [n for n in CASE_NUMBER.findall(self.reason) if n.strip() not in visible]
        for number in foreign:
            self.reason = self.reason.replace(number, "")
        self.has_hidden_case = bool(foreign) or len(self.case_ids) > len(self.cases)

    def tells(self, kind: str) -> bool:
        return bool({"events": self.events, "changes": self.changes, "cases": self.steps}[kind])


@dataclass(frozen=True)
class Timeline:
    """One page of entries, and the addresses of its neighbours ("" where there is none)."""

    entries: list[Entry]
    previous: str
    next: str


def audited() -> list[type[models.Model]]:
    """Models with a signed history that belong to a pupil, the pupil first."""
    parts = [relation.related_model for relation in Student._meta.related_objects]
    return [Student, *(model for model in parts if hasattr(model, "history") and model != Student)]


def timeline(scope: Scope, query: QueryDict) -> Timeline:
    """The page that the address asks for; what means nothing there is passed over."""
    kind = query.get("kind", "") if query.get("kind") in KINDS else ""
    backwards = "newer" in query and "older" not in query
    mark = _mark(query.get("newer" if backwards else "older", ""))
    moments = list(_moments(scope, kind, mark, backwards)[: SIZE + 1])
    more, moments = len(moments) > SIZE, moments[:SIZE]
    if backwards:
        moments.reverse()
    has_newer = more if backwards else mark is not None
    has_older = mark is not None if backwards else more
    entries = _entries(scope, moments)
    return Timeline(
        entries=[entry for entry in entries if not kind or entry.tells(kind)],
        previous=_address(query, "newer", moments[0]) if moments and has_newer else "",
        next=_address(query, "older", moments[-1]) if moments and has_older else "",
    )


def _mark(text: str) -> datetime | None:
    if not (text.isascii() and text.isdigit() and len(text) < 19 and int(text) < LATEST):
        return None
    return EPOCH + timedelta(microseconds=int(text))


def _address(query: QueryDict, name: str, at: datetime) -> str:
    other = query.copy()
    for old in ("older", "newer"):
        other.pop(old, None)
    other[name] = str((at - EPOCH) // timedelta(microseconds=1))
    return f"?{other.urlencode()}"


def _moments(scope: Scope, kind: str, mark: datetime | None, backwards: bool) -> QuerySet:
    """The moments of all sources of ``kind``, each once, from ``mark`` on."""
    sources: list[tuple[QuerySet, str]] = []
    if kind in ("", "events"):
        sources.append((scope.events(), "recorded_at"))
    if kind in ("", "changes"):
        sources += [(scope.history(model), "history_date") for model in audited()]
    if kind in ("", "cases"):
        sources.append((scope.steps(), "decided_at"))
    found = []
    for rows, name in sources:
        if mark:
            rows = rows.filter(**{f"{name}__{'gt' if backwards else 'lt'}": mark})
        found.append(rows.order_by().annotate(moment=F(name)).values_list("moment", flat=True))
    first, *others = [rows.distinct() for rows in found]
    joined = first.union(*others) if others else first
    return joined.order_by("moment" if backwards else "-moment")


def _entries(scope: Scope, moments: list[datetime]) -> list[Entry]:
    """Entries of these moments, newest first."""
    entries: dict[tuple[datetime, int], Entry] = {}

    def entry(at: datetime, post_id: int | None) -> Entry:
        return entries.setdefault((at, post_id or 0), Entry(at=at))

    for event in scope.events().filter(recorded_at__in=moments).order_by("pk"):
        one = entry(event.recorded_at, event.post_id)
        one.events.append(event)
        one.case_ids |= {event.case_id} - {None}
    steps = scope.steps().filter(decided_at__in=moments).order_by("case", "round", "position")
    for step in steps:
        one = entry(step.decided_at, step.decided_post_id)
        one.steps.append(step)
        one.case_ids.add(step.case_id)
    pairs = [pair for model in audited() for pair in _pairs(scope, model, moments)]
    names = _names(pairs)
    for row, prior in pairs:
        one = entry(row.history_date, row.history_post_id)
        one.reason = one.reason or row.history_change_reason or ""
        one.changes += changes(row, prior, names)
    _sign(entries, scope)
    told = [one for one in entries.values() if one.events or one.changes or one.steps]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _pairs(scope: Scope, model, moments: list[datetime]) -> Iterator[tuple]:
    """Each history row of these moments with the row before it, in two queries."""
    key = model._meta.pk.attname
    every = scope.history(model)
    earlier = every.filter(
        Q(history_date__lt=OuterRef("history_date"))
        | Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")),
        **{key: OuterRef(key)},
    ).order_by("-history_date", "-history_id")
    rows = list(
        every.filter(history_date__in=moments)
        .annotate(prior_id=Subquery(earlier.values("history_id")[:1]))
        .order_by("history_date", "history_id")
    )
    prior = every.in_bulk([row.prior_id for row in rows if row.prior_id])
    for row in rows:
        yield row, prior.get(row.prior_id)


def _names(pairs: Iterable[tuple]) -> Names:
    """Schools and classes that the rows name, in two queries."""
    rows = [row for pair in pairs for row in pair if hasattr(row, "school_class_id")]
    schools = School.objects.select_related("organisation").in_bulk(
        {row.school_id for row in rows} - {None}
    )
    return Names(
        schools={pk: str(school.organisation) for pk, school in schools.items()},
        classes=SchoolClass.objects.in_bulk({row.school_class_id for row in rows} - {None}),
    )


def _sign(entries: dict[tuple[datetime, int], Entry], scope: Scope) -> None:
    """Set who did it, and the cases that this post may open."""
    posts = Post.objects.select_related("user", "organisation").in_bulk(
        {post_id for _, post_id in entries if post_id}
    )
    wanted = {pk for entry in entries.values() for pk in entry.case_ids}
    cases = Case.objects.visible_to(scope.acting.post).in_bulk(wanted)
    for (_, post_id), entry in entries.items():
        entry.post = posts.get(post_id)
        entry.show(cases[pk] for pk in sorted(entry.case_ids) if pk in cases)
        for step in entry.steps:
            step.case = cases[step.case_id]
