"""Who came and who went without transfer formalities: the list, and the former school's desk."""

from datetime import timedelta

from django.db.models import Q, QuerySet

from enrollment.models import Admission
from xueji.accounts.access import SCHOOL_ROLES, Acting
from xueji.cases.models import State
from xueji.cases.todos import Todo
from xueji.organisations.models import within

STANDING = (State.OPEN, State.RETURNED, State.DONE)


def came(acting: Acting) -> QuerySet[Admission]:
    """Admissions by the schools in reach, in whatever state."""
    return _rows().filter(within(acting.post.organisation.path, "case__org_path"))


def went(acting: Acting) -> QuerySet[Admission]:
    """Pupils of the schools in reach whom a school outside it takes or has taken.

    Of the other school no more is told than who supervises it.
    """
    path = acting.post.organisation.path
    rows = _rows().filter(case__state__in=STANDING)
    return rows.filter(within(path, "former__org_path")).exclude(within(path, "case__org_path"))


def _rows() -> QuerySet[Admission]:
    return Admission.objects.select_related(
        "case__school__organisation",
        "case__school__county",
        "case__waiting_at",
        "former__school__organisation",
    )


def taken_from(acting: Acting) -> Todo | None:
    """For the desk of a school: its pupils whom another school takes, or took some days ago."""
    post = acting.post
    if post.role not in SCHOOL_ROLES:
        return None
    rows = Admission.objects.filter(former__school=post.organisation_id)
    if not rows.exists():
        return None
    since = acting.at - timedelta(days=acting.rules.value("admission.told_days"))
    lately = Q(case__state=State.DONE, case__closed_at__gte=since)
    count = rows.filter(Q(case__state__in=(State.OPEN, State.RETURNED)) | lately).count()
    if not count:
        return None
    return Todo(
        label="被他校接收",
        count=count,
        help="免转学手续接收，学籍随学生转出",
        url="enrollment_admissions",
        query="?show=went",
    )
