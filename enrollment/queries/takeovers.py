"""Reading takeovers (建库): those of a county, their pupils, and which wait for a second person."""

from django.db.models import QuerySet

from enrollment.models import OVER, TakenOver, Takeover, TakeoverState
from xueji.accounts.access import Acting
from xueji.cases.todos import Todo

ACT = "enrollment.takeover"
SENT = (TakeoverState.STORED, TakeoverState.UNDOING, TakeoverState.UNDONE)


def of_county(acting: Acting) -> QuerySet[Takeover]:
    """The takeovers of the acting county's schools; nobody else's are seen from here."""
    rows = Takeover.objects.filter(school__county=acting.post.organisation_id)
    return rows.select_related(
        "school__organisation", "opened_by__user", "uploaded_by__user", "confirmed_by__user", "job"
    )


def pupils(takeover: Takeover) -> QuerySet[TakenOver]:
    """The pupils it brought, as they stand now."""
    rows = TakenOver.objects.filter(takeover=takeover)
    return rows.select_related("student__school_class", "host__organisation")


def to_see_to(acting: Acting) -> Todo | None:
    """Takeovers of the county that are not over, for its desk."""
    if not acting.may(ACT):
        return None
    count = of_county(acting).exclude(state__in=OVER).order_by().count()
    help = "已经开通，等上传、改正或另一人确认"
    if not count:
        return None
    return Todo(label="建库", count=count, help=help, url="enrollment_takeovers", unit="所")
