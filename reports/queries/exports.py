"""Rosters that were asked for: one's own, and those that wait for one's word."""

from datetime import date

from django.db.models import Count, Min, Q, QuerySet, Sum

from reports.models import ExportState, RosterChoice, RosterExport
from xueji.accounts.access import Acting
from xueji.cases.todos import Todo
from xueji.days import end_of, midnight, week_to
from xueji.organisations.models import within

WITH = (
    "post__user",
    "post__organisation",
    "approver_at",
    "decided_by__user",
    "decided_by__organisation",
    "job",
    "document",
)


def own(acting: Acting) -> QuerySet[RosterExport]:
    """What was asked for under this very post."""
    return RosterExport.objects.filter(post=acting.post).select_related(*WITH).defer("students")


def waiting(acting: Acting) -> QuerySet[RosterExport]:
    """What waits for this post's word; nobody agrees to what they asked for themselves."""
    rows = RosterExport.objects.filter(_for(acting), state=ExportState.WAITING)
    return rows.select_related(*WITH).defer("students")


def seen(acting: Acting, pk: int) -> RosterExport | None:
    """One roster, by who asked and by who decides or decided."""
    rows = RosterExport.objects.filter(Q(post=acting.post) | _for(acting))
    return rows.select_related(*WITH).defer("students").filter(pk=pk).first()


def _for(acting: Acting) -> Q:
    post = acting.post
    return Q(approver_at=post.organisation_id, approver_role=post.role) & ~Q(post__user=acting.user)


def taken_today(acting: Acting) -> int:
    """Pupils whose whole numbers this person took out today without a second person."""
    alone = RosterExport.objects.filter(
        post__user=acting.user, whole=True, approver_role="", asked_at__gte=midnight(acting.today)
    )
    return alone.aggregate(sum=Sum("rows"))["sum"] or 0


def choices(acting: Acting) -> QuerySet[RosterChoice]:
    """The columns that this person keeps, by name."""
    return RosterChoice.objects.filter(user=acting.user).order_by("name")


def last_columns(acting: Acting, source: str) -> list[str]:
    """What this person took last of such a list."""
    rows = RosterExport.objects.filter(post__user=acting.user, source=source)
    return rows.order_by("-asked_at", "-pk").values_list("columns", flat=True).first() or []


def asked_for(acting: Acting, first: date, last: date) -> QuerySet[RosterExport]:
    """For the auditor: all that was asked for in reach on these days."""
    return (
        RosterExport.objects.filter(
            within(acting.post.organisation.path, "post__organisation__path"),
            asked_at__gte=midnight(first),
            asked_at__lt=end_of(last),
        )
        .select_related(*WITH)
        .defer("students")
    )


def with_whole_numbers(rows: QuerySet[RosterExport]) -> QuerySet[RosterExport]:
    """Of these what was taken out, with whole numbers: neither waiting nor refused."""
    return rows.filter(state__in=(ExportState.MAKING, ExportState.READY), whole=True)


def taken_whole(acting: Acting) -> Todo | None:
    """For the desk of the auditor: a week's rosters with whole numbers, to be looked into."""
    if not acting.may("audit.read"):
        return None
    week = with_whole_numbers(asked_for(acting, *week_to(acting.today)))
    told = week.order_by().aggregate(
        count=Count("pk"),
        second=Count("pk", filter=Q(decided_by__isnull=False)),
        since=Min("asked_at"),
    )
    if not told["count"]:
        return None
    return Todo(
        label="导出了完整号码的名册",
        count=told["count"],
        help=f"7 天内，其中 {told['second']} 份由第二个人核准；请抽查用途",
        url="reports_taken",
        query="?only=whole",
        unit="份",
        since=told["since"],
    )


def to_approve(acting: Acting) -> Todo | None:
    """For the desk of whoever is the second person."""
    count = waiting(acting).count() if acting.may("reports.approve") else 0
    return (
        Todo(
            label="导出名册待核准",
            count=count,
            help="看清用途和人数再决定",
            url="reports_rosters",
            unit="份",
        )
        if count
        else None
    )
