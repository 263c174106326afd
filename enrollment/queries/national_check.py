"""Who waits for the national check (全国学籍查重) at a post, by the month the name came."""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import get_current_timezone

from enrollment.models import Enrollment
from xueji.accounts.access import Acting
from xueji.cases.models import State, Step
from xueji.cases.todos import Todo


def waiting(acting: Acting) -> QuerySet[Enrollment]:
    """Entries of which this very post has to report what the national check found."""
    post = acting.post
    unsigned = Step.objects.filter(case=OuterRef("case"), decision__isnull=True)
    unsigned = unsigned.filter(round=OuterRef("case__round"))
    before = unsigned.filter(position__lt=OuterRef("check_position"))
    here = unsigned.filter(position=OuterRef("check_position"))
    rows = Enrollment.objects.filter(
        ~Exists(before),
        Exists(here),
        case__state=State.OPEN,
        case__waiting_at=post.organisation_id,
        case__waiting_role=post.role,
    )
    return rows.select_related(
        "case__student", "case__school__organisation", "case__school__county"
    )


def until_end_of(rows: QuerySet[Enrollment], month: date) -> QuerySet[Enrollment]:
    """Those whose names came by the end of the month: its list, and what is left of earlier."""
    end = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    midnight = datetime.combine(end, time(), tzinfo=get_current_timezone())
    return rows.filter(case__waiting_since__lt=midnight)


def at_check(acting: Acting, case_ids: list[int]) -> set[int]:
    """Those of the cases that wait for this post's report."""
    return set(waiting(acting).filter(case__in=case_ids).values_list("case", flat=True))


def to_check(acting: Acting) -> Todo | None:
    """全国查重 for the desk of the post that the rule names."""
    if not acting.may("enrollment.national_check"):
        return None
    count = waiting(acting).count()
    return (
        Todo(
            label="全国学籍查重",
            count=count,
            help="月末报送名单，登记查重结果",
            url="enrollment_national_check",
        )
        if count
        else None
    )
