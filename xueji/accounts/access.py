"""Who may do what, and where. Views, queries and services ask here and nowhere else.

A post is the truth; its guardian row must agree. Acting needs the post at that very
organisation, reading reaches everything below it. Out of reach is 404, equal to missing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from xueji.accounts.models import LEVEL_OF_ROLE, Grant, Post, Role, User
from xueji.organisations.queries import rule_set_of
from xueji.rules.engine import Rules, rule_set

View = TypeVar("View", bound=Callable[..., Any])

SCHOOL_ROLES = frozenset({Role.CLERK, Role.PRINCIPAL})
OFFICERS = frozenset(
    {Role.CENTRE_OFFICER, Role.COUNTY_OFFICER, Role.PREFECTURE_OFFICER, Role.PROVINCE_OFFICER}
)
REGISTER = SCHOOL_ROLES | OFFICERS | {Role.COUNTY_HEAD}
EVERYBODY = frozenset(Role)

# act → roles that may do it. What a role may reach is the organisation of its post.
ACTS: dict[str, frozenset[str]] = {
    "desk": EVERYBODY,
    "own_session": EVERYBODY,
    "students.read": REGISTER,
    "students.reveal": REGISTER,
    "students.edit": frozenset({Role.CLERK}),
    "students.print": REGISTER,
    "students.medical": SCHOOL_ROLES | {Role.COUNTY_OFFICER, Role.COUNTY_HEAD},
    "students.photo": frozenset({Role.CLERK}),
    "students.document": frozenset({Role.CLERK}),
    "students.file": frozenset({Role.CLERK}),
    "students.conduct": frozenset({Role.CLERK}),
    "students.foreign_numbers": frozenset({Role.COUNTY_OFFICER}),
    "notices.read": REGISTER,
    "cases.read": REGISTER,
    "cases.sign": REGISTER - {Role.CLERK},
    "cases.attach": frozenset({Role.CLERK}),
    "cases.withdraw": frozenset({Role.CLERK}),
    "cases.reverse": OFFICERS | {Role.COUNTY_HEAD},
    "cases.close": frozenset({Role.COUNTY_OFFICER, Role.COUNTY_HEAD}),
    "enrollment.read": REGISTER,
    "enrollment.enter": frozenset({Role.CLERK}),
    "enrollment.admit": frozenset({Role.CLERK}),
    "enrollment.attendance": frozenset({Role.CLERK}),
    "enrollment.assign": frozenset({Role.CLERK}),
    "enrollment.takeover": frozenset({Role.COUNTY_OFFICER, Role.COUNTY_HEAD}),
    "enrollment.national_check": OFFICERS,  # of these the post that the rule names
    "enrollment.excess": REGISTER,  # of these the post that the rule names
    "transfers.read": REGISTER,
    "transfers.start": frozenset({Role.CLERK}),
    "transfers.place": SCHOOL_ROLES,
    "transfers.receipt": frozenset({Role.CLERK, Role.COUNTY_OFFICER}),
    "transfers.file": frozenset({Role.CLERK}),
    "transfers.print": REGISTER,
    "borrowing.read": REGISTER,
    "borrowing.start": frozenset({Role.CLERK}),
    "borrowing.sheet": frozenset({Role.CLERK}),
    "borrowing.print": REGISTER,
    "numbering.read": REGISTER,
    "numbering.issue": OFFICERS,
    "numbering.renumber": OFFICERS,
    "numbering.freeze": OFFICERS,
    "numbering.confirm": OFFICERS | {Role.COUNTY_HEAD},
    "numbering.reopen": OFFICERS | {Role.COUNTY_HEAD},
    "reports.export": REGISTER,
    "reports.approve": REGISTER - {Role.CLERK},  # of these the post that the rule names
    "divisions.read": REGISTER,
    "organisations.read": REGISTER,
    "organisations.keep": frozenset({Role.COUNTY_OFFICER, Role.COUNTY_HEAD}),
    "organisations.holidays": frozenset({Role.PROVINCE_OFFICER}),
    "organisations.rules": frozenset({Role.PREFECTURE_OFFICER, Role.PROVINCE_OFFICER}),
    "organisations.order": frozenset({Role.COUNTY_OFFICER, Role.COUNTY_HEAD}),
    "rules.read": REGISTER,
    "accounts.read": frozenset({Role.ADMINISTRATOR, Role.SECURITY}),
    "accounts.administer": frozenset({Role.ADMINISTRATOR}),
    "accounts.secure": frozenset({Role.SECURITY}),
    "audit.read": frozenset({Role.AUDITOR}),
    "checks.read": frozenset({Role.AUDITOR, Role.SECURITY}),
}

OFFICER_AT_LEVEL = {LEVEL_OF_ROLE[role]: role for role in OFFICERS}


@dataclass(frozen=True, kw_only=True)
class Acting:
    """A person acting under one of their posts, at one moment."""

    user: User
    post: Post
    at: datetime

    @property
    def today(self) -> date:
        return localdate(self.at)

    @cached_property
    def rules(self) -> Rules:
        """What is in force where the post is."""
        return rule_set(rule_set_of(self.post.organisation)).at(self.today)

    def may(self, act: str) -> bool:
        """Whether this post's role does ``act`` at all; where is another question."""
        return self.post.role in ACTS[act]

    def acts_at(self, organisation_id: int) -> bool:
        """Whether the post is at that very organisation."""
        return self.post.organisation_id == organisation_id

    def reaches(self, path: str) -> bool:
        """Whether ``path`` is the post's organisation or below it."""
        return path.startswith(self.post.organisation.path)


def not_over(posts: QuerySet[Post], *, on: date) -> QuerySet[Post]:
    """Posts whose last day is not past and that nobody has ended at once, also those to come."""
    granted = Grant.objects.filter(
        user=OuterRef("user"),
        content_object=OuterRef("organisation"),
        permission__codename=OuterRef("role"),
    )
    return posts.filter(Q(ends__isnull=True) | Q(ends__gte=on), Exists(granted), at_once=False)


def posts_in_force(*, on: date) -> QuerySet[Post]:
    """Posts held on a day by active people, each with its guardian row: the scope query."""
    return (
        not_over(Post.objects.filter(user__is_active=True, starts__lte=on), on=on)
        .select_related("organisation", "user")
        .order_by("starts", "pk")
    )


def require(acting: Acting, act: str, organisation_id: int) -> None:
    """Raise PermissionDenied unless this post does ``act`` at this very organisation."""
    if not (acting.may(act) and acting.acts_at(organisation_id)):
        raise PermissionDenied(f"{act} at {organisation_id}")


def sees_medical(acting: Acting, path: str | None) -> bool:
    """Whether this post reads health, blood group and disability of a pupil whose home is ``path``.

    The pupil's school needs them every day, the county decides on them; the offices between and
    above do their work without.
    """
    return bool(path) and acting.may("students.medical") and acting.reaches(str(path))


def act(name: str) -> Callable[[View], View]:
    """Declare what a view does; only posts whose role may do it get in."""
    if name not in ACTS:
        raise LookupError(f"undeclared act {name}")

    def declare(view: View) -> View:
        view.act = name
        return view

    return declare


def public(view: View) -> View:
    """Declare a view that needs neither login nor post."""
    view.act = None
    return view
