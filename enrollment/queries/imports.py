"""Reading intakes that came as workbooks: those in reach, their cases, and who has to sign."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db.models import Count, QuerySet

from enrollment.models import BatchState, ImportBatch
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases.models import Case, CaseQuerySet, State
from xueji.cases.todos import Todo
from xueji.organisations.models import within

# what others than the school's clerk may know of: what was submitted
SENT = (BatchState.STORED, BatchState.UNDOING, BatchState.UNDONE)


def in_reach(acting: Acting) -> QuerySet[ImportBatch]:
    """The intakes of the schools in reach; before their confirmation only to their own clerk."""
    post = acting.post
    rows = ImportBatch.objects.select_related("school__organisation", "post__user", "job")
    rows = rows.filter(within(post.organisation.path, "school__organisation__path"))
    if acting.may("enrollment.enter"):
        return rows.exclude(state=BatchState.DISCARDED)
    return rows.filter(state__in=SENT)


def cases(batch: ImportBatch) -> CaseQuerySet:
    rows = Case.objects.filter(imported__batch=batch)
    return rows.select_related("student", "waiting_at", "enrollment__school_class")


def seen(batch: ImportBatch, acting: Acting) -> dict[int, int]:
    """The batch's cases that wait for this post, each with its version."""
    rows = Case.objects.waiting_for(acting.post).filter(imported__batch=batch, state=State.OPEN)
    return dict(rows.order_by("pk").values_list("pk", "version"))


def token(found: Mapping[int, int]) -> str:
    """What a list of cases is known by, so that nothing else is signed than was shown."""
    text = " ".join(f"{pk}:{version}" for pk, version in sorted(found.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def progress(batch: ImportBatch) -> list[dict[str, Any]]:
    """How many of the batch stand where, in one query."""
    rows = Case.objects.filter(imported__batch=batch).order_by()
    counted = rows.values("state", "waiting_at__name", "waiting_role").annotate(count=Count("pk"))
    return [
        {"where": _where(row), "count": row["count"]}
        for row in sorted(counted, key=lambda row: -row["count"])
    ]


def _where(row: Mapping[str, Any]) -> str:
    if row["state"] == State.DRAFT:
        return "待补材料"
    if not row["waiting_at__name"]:
        return State(row["state"]).label
    turn = f"{row['waiting_at__name']} {Role(row['waiting_role']).label}"
    return f"{State(row['state']).label}，轮到{turn}"


def to_sign(acting: Acting) -> Todo | None:
    """整批新生 that wait for this post, for its desk."""
    if not acting.may("cases.sign"):
        return None
    waiting = Case.objects.waiting_for(acting.post).filter(state=State.OPEN, imported__isnull=False)
    count = waiting.count()
    help = "一次导入的新生，可以整批签署"
    return (
        Todo(label="整批新生", count=count, help=help, url="enrollment_import") if count else None
    )
