"""What waits for those who keep accounts: people and posts, each asked for in one query."""

from datetime import date, timedelta

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from xueji.accounts import factor, people, throttle
from xueji.accounts.access import Acting, not_over, posts_in_force
from xueji.accounts.models import AccountEvent, Happened, Post, Role, User
from xueji.organisations.models import Level, Organisation, within

ENDING = timedelta(days=30)
LATELY = timedelta(days=7)
MOST_TRIED = 500  # accounts that were tried within the hour and are looked at
# who must be there for an office to do its work
NEEDED = {
    Level.SCHOOL: (Role.CLERK, Role.PRINCIPAL),
    Level.CENTRE: (Role.CENTRE_OFFICER,),
    Level.COUNTY: (Role.COUNTY_OFFICER, Role.COUNTY_HEAD),
}


def in_use(acting: Acting) -> QuerySet[User]:
    """Accounts in reach that can log in."""
    return people.in_reach(acting).filter(is_active=True, sealed_at__isnull=True)


def tallies(acting: Acting) -> dict[str, int]:
    """The accounts in reach by state, each of one state."""
    return people.in_reach(acting).aggregate(
        open=Count("pk", filter=Q(is_active=True, sealed_at__isnull=True)),
        sealed=Count("pk", filter=Q(is_active=True, sealed_at__isnull=False)),
        disabled=Count("pk", filter=Q(is_active=False)),
    )


# -- of accounts ----------------------------------------------------------------------------------
def first_passwords(acting: Acting) -> QuerySet[User]:
    """Whose first password was never changed, since ``password_set_at``."""
    return in_use(acting).filter(must_change=True)


def sealed(acting: Acting) -> QuerySet[User]:
    """Sealed accounts that this office opens again: those of the offices below."""
    closed = people.in_reach(acting).filter(is_active=True, sealed_at__isnull=False)
    return closed.exclude(home=acting.post.organisation_id)


def idle(acting: Acting) -> QuerySet[User]:
    """Accounts that can log in and have no post, nor one to come."""
    held = not_over(Post.objects.filter(user=OuterRef("pk")), on=acting.today)
    return in_use(acting).filter(~Exists(held))


def ending(acting: Acting) -> QuerySet[User]:
    """Whose post ends within thirty days."""
    return in_use(acting).filter(Exists(_ending(acting).filter(user=OuterRef("pk"))))


def first_end(acting: Acting) -> date | None:
    """The last day of the post that ends first."""
    return _ending(acting).aggregate(Min("ends"))["ends__min"]


def _ending(acting: Acting) -> QuerySet[Post]:
    posts = not_over(Post.objects.filter(starts__lte=acting.today), on=acting.today)
    return posts.filter(
        within(acting.post.organisation.path, "user__home__path"),
        ends__lte=acting.today + ENDING,
        user__is_active=True,
        user__sealed_at__isnull=True,
    )


def vacant(acting: Acting) -> QuerySet[Organisation]:
    """Offices below with a post that nobody holds today."""
    lacking = Q()
    for level, roles in NEEDED.items():
        for role in roles:
            held = posts_in_force(on=acting.today).filter(organisation=OuterRef("pk"), role=role)
            lacking |= Q(~Exists(held.order_by()), level=level)
    below = Organisation.objects.below(acting.post.organisation.path)
    return below.filter(lacking, closed_on__isnull=True)


def lacking(offices: list[Organisation], acting: Acting) -> list[tuple[Organisation, list[Role]]]:
    """Each office with the posts that nobody holds there."""
    held = set(
        posts_in_force(on=acting.today)
        .filter(organisation__in=offices)
        .order_by()
        .values_list("organisation", "role")
    )
    return [
        (office, [role for role in NEEDED[Level(office.level)] if (office.pk, role) not in held])
        for office in offices
    ]


# -- of security ----------------------------------------------------------------------------------
def without_factor(acting: Acting) -> QuerySet[User]:
    """Accounts that must have a second factor by one of their posts, and have none."""
    held = posts_in_force(on=acting.today).filter(user=OuterRef("pk")).order_by()
    return in_use(acting).filter(Exists(factor.demanding(held)), factor_at__isnull=True)


def recovered(acting: Acting) -> QuerySet[User]:
    """Who came in with a recovery code lately: the telephone may be lost."""
    used = AccountEvent.objects.filter(
        account_id=OuterRef("pk"), kind=Happened.RECOVERED, at__gt=acting.at - LATELY
    )
    return in_use(acting).filter(Exists(used))


def limited(acting: Acting) -> QuerySet[User]:
    """Accounts that are kept out for a while now, because somebody tried too often."""
    tried = AccountEvent.objects.filter(
        within(acting.post.organisation.path, "organisation_path"),
        kind__in=(Happened.FAILED, Happened.STOPPED),
        at__gt=acting.at - throttle.WINDOW,
    )
    ids = list(tried.order_by().values_list("account_id", flat=True).distinct()[:MOST_TRIED])
    names = dict(people.in_reach(acting).filter(pk__in=ids).values_list("username", "pk"))
    kept_out = throttle.limited(names, at=acting.at)
    return people.in_reach(acting).filter(pk__in=[names[name] for name in kept_out])
