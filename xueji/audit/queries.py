"""Who did and looked at what: read by person, pupil, unit and time, each in an index's order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from xueji.accounts.models import AccountEvent, Post, User
from xueji.audit.models import Access, AccessKind, Act
from xueji.days import end_of, midnight
from xueji.organisations.models import within


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the auditor wants to see; ``paths`` are where, none above the auditor's own office."""

    paths: tuple[str, ...]
    first: date
    last: date
    person: int | None = None
    pupil: int | None = None
    kind: str = ""
    events: tuple[str, ...] = ()  # the kinds of events of accounts, all where there are none
    nothing: bool = False  # what was asked for is not there

    @property
    def here(self) -> Q:
        """Rows of posts at or below one of the paths."""
        return reduce(or_, (within(path, "organisation_path") for path in self.paths))

    @property
    def span(self) -> tuple[datetime, datetime]:
        return midnight(self.first), end_of(self.last)


def looks(asked: Asked) -> QuerySet[Access]:
    """Looks under posts at or below the paths; of one pupil, looks under any post."""
    start, end = asked.span
    rows = Access.objects.filter(at__gte=start, at__lt=end)
    if asked.pupil is not None:
        rows = rows.filter(students__contains=[asked.pupil])
    else:
        rows = rows.filter(asked.here)
    if asked.person is not None:
        rows = rows.filter(user_id=asked.person)
    return rows.filter(kind=asked.kind) if asked.kind else rows


def acts(asked: Asked) -> QuerySet[Act]:
    start, end = asked.span
    rows = Act.objects.filter(asked.here, at__gte=start, at__lt=end)
    return rows if asked.person is None else rows.filter(user_id=asked.person)


def account_events(asked: Asked) -> QuerySet[AccountEvent]:
    """Events of accounts at or below the paths, and what a person did to any of them."""
    start, end = asked.span
    rows = AccountEvent.objects.filter(asked.here, at__gte=start, at__lt=end)
    if asked.person is not None:
        rows = rows.filter(Q(account_id=asked.person) | Q(user_id=asked.person))
    return rows.filter(kind__in=asked.events) if asked.events else rows


def revealed_on(user_id: int, day: date) -> int:
    """Answers with whole numbers of pupils that a person got on a day."""
    return Access.objects.filter(
        user_id=user_id, kind=AccessKind.REVEAL, at__gte=midnight(day)
    ).count()


def is_used_up(user_id: int, day: date) -> bool:
    """Whether the person has looked at as many whole numbers as one may in a day."""
    return revealed_on(user_id, day) >= settings.REVEALS_AT_MOST


@dataclass(frozen=True)
class Many:
    """A person who had many whole numbers shown on a day."""

    user_id: int
    day: date
    count: int


def alerts(asked: Asked, most: int) -> list[Many]:
    """Who passed the number at which auditors are told, the most first; ``most`` rows."""
    start, end = asked.span
    rows = Access.objects.filter(
        asked.here,
        kind=AccessKind.REVEAL,
        at__gte=start,
        at__lt=end,
    )
    days = rows.values("user_id", "at__date").annotate(count=Count("pk"))
    passed = days.filter(count__gte=settings.REVEALS_TOLD).order_by("-count", "user_id")[:most]
    return [Many(row["user_id"], row["at__date"], row["count"]) for row in passed]


def people(user_ids: Iterable[int]) -> dict[int, User]:
    return User.objects.in_bulk({pk for pk in user_ids if pk})


def posts(post_ids: Iterable[int]) -> dict[int, Post]:
    return Post.objects.select_related("organisation").in_bulk({pk for pk in post_ids if pk})
