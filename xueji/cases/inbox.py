"""What waits for whom: the lists of the inbox and of the desk."""

from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from xueji.accounts.access import Acting
from xueji.cases.models import ALIVE, Case, CaseQuerySet, Decision, State, Step
from xueji.organisations.models import within


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
