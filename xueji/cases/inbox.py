"""What waits for whom: the lists of the inbox and of the desk."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Case as Shown
from django.db.models import Count, F, Min, Q, QuerySet, Value, When

from xueji.accounts.access import Acting
from xueji.cases import kinds
from xueji.cases.models import ALIVE, Case, CaseQuerySet, Decision, State, Step
from xueji.organisations.models import Level, Organisation, within

# words, and the whole days from and before which a case is of that age
AGES = (("3 天以内", 0, 3), ("3–6 天", 3, 7), ("7–13 天", 7, 14), ("14 天以上", 14, None))
FARTHER = "所辖以外的学校"
MOST_LATE = 5_000  # cases of which the desk says whose they are, the longest overdue first


def waiting(acting: Acting) -> CaseQuerySet:
    """Cases whose next act is this post's."""
    return Case.objects.waiting_for(acting.post)


def others(acting: Acting) -> CaseQuerySet:
    """Live cases of the schools in reach that wait for somebody else."""
    post = acting.post
    mine = Q(waiting_at=post.organisation_id, waiting_role=post.role)
    return Case.objects.filter(within(post.organisation.path, "org_path"), ~mine, state__in=ALIVE)


def overdue(acting: Acting, today: date) -> CaseQuerySet:
    """Live cases in reach whose due date has passed, whoever is late."""
    return Case.objects.filter(
        within(acting.post.organisation.path, "org_path"), state__in=ALIVE, due_on__lt=today
    )


def counted_until(acting: Acting, today: date) -> date | None:
    """The last day of which `late_by_office` counts what fell due; None where it counts all.

    Of the first day with too many none are counted, nor of a later one: of some of a day no office
    could say how many are its own.
    """
    days = overdue(acting, today).order_by("due_on").values_list("due_on", flat=True)
    first = days[MOST_LATE : MOST_LATE + 1].first()
    return first - timedelta(days=1) if first else None


def late_by_office(
    acting: Acting, today: date, *, most: int, until: date | None = None
) -> list[dict[str, Any]]:
    """Who is late with how many of what is in reach, and since when, the most first.

    With ``until`` of what fell due by then, as counting must not grow with what is late. Of what
    a school may be asked for before it agrees, none out of reach is named (`veil`); who is to
    receive what all have agreed to is.
    """
    asking = [kind.name for kind in kinds.all_kinds() if kind.asked]
    unnamed = ~within(acting.post.organisation.path, "waiting_at__path") & Q(
        kind__in=asking, waiting_at__level=Level.SCHOOL, approved=False
    )
    # by id: names are compared letter by letter, and two offices may have the same
    at = Shown(When(unnamed, then=Value(None)), default=F("waiting_at_id"))
    cases = overdue(acting, today)
    rows = list(
        (cases.filter(due_on__lte=until) if until else cases)
        .values("waiting_role", at=at)
        .annotate(count=Count("*"), since=Min("due_on"))
        .order_by("-count", "since", "at")[:most]
    )
    named = Organisation.objects.in_bulk([row["at"] for row in rows if row["at"]])
    return [{**row, "office": str(named.get(row["at"], FARTHER))} for row in rows]


def ages(acting: Acting) -> list[tuple[str, int]]:
    """Live cases in reach by the days for which they have been waiting for the same post."""
    alive = Case.objects.filter(within(acting.post.organisation.path, "org_path"), state__in=ALIVE)
    # how many have waited so long or longer: of each row one comparison for each age
    past = alive.aggregate(
        **{
            f"from_{start}": Count(
                "waiting_since", filter=Q(waiting_since__lte=acting.at - timedelta(days=start))
            )
            for _, start, _ in AGES
        }
    )
    return [
        (label, past[f"from_{start}"] - (past[f"from_{end}"] if end else 0))
        for label, start, end in AGES
    ]


def closed(acting: Acting) -> CaseQuerySet:
    """Cases of the schools in reach that came to an end."""
    return Case.objects.filter(
        within(acting.post.organisation.path, "org_path"), closed_at__isnull=False
    )


def drafts(acting: Acting) -> CaseQuerySet:
    """Drafts of this very post."""
    post = acting.post
    return Case.objects.filter(
        school=post.organisation_id, opened_post__role=post.role, state=State.DRAFT
    )


def ended(acting: Acting) -> QuerySet[Step]:
    """What others ended of this post's own cases within thirty days, not as it was asked."""
    post = acting.post
    return Step.objects.filter(
        case__school=post.organisation_id,
        case__opened_post__role=post.role,
        decision__in=(Decision.REFUSED, Decision.LAPSED, Decision.CLOSED, Decision.REVERSED),
        decided_at__gte=acting.at - timedelta(days=30),
    )


def tallies(acting: Acting, today: date) -> dict[str, int]:
    """How many wait for me, are late among mine, and fall due by tomorrow."""
    return waiting(acting).aggregate(
        waiting=Count("pk"),
        late=Count("pk", filter=Q(due_on__lt=today)),
    )
