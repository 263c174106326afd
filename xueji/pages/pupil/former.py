"""Pupils who left a post's reach, listed and found as they were when they left.

The present row is neither shown nor searched: a name or number given later finds nobody here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Subquery

from xueji.accounts.access import Acting
from xueji.pages.pupil.changes import class_name
from xueji.pages.pupil.scope import former
from xueji.students.models import Placement, Student
from xueji.students.search import search_history

ORDER = ("ends", "pk")
EVERYBODY = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Leaver:
    """One line of the list."""

    student: Student  # as at leaving
    school: str
    school_class: str
    starts: date
    ends: date


def leavers(acting: Acting, typed: str) -> QuerySet[Placement]:
    """The last placement in reach of each pupil who left, with ``row``: the pupil's history row."""
    later = (
        former(acting)
        .filter(student=OuterRef("student"))
        .filter(Q(ends__gt=OuterRef("ends")) | Q(ends=OuterRef("ends"), pk__gt=OuterRef("pk")))
    )
    left = former(acting).filter(~Exists(later)).order_by().values("pk")
    rows = (
        # the limit keeps PostgreSQL from asking the history of everybody before it knows who left
        Placement.objects.filter(pk__in=left[:EVERYBODY])
        .annotate(closed=Subquery(_closed()))
        .filter(closed__isnull=False)
        .annotate(row=Subquery(_row()))
        .filter(row__isnull=False)
    )
    if typed.strip():
        meant = search_history(Student.history.filter(history_id=OuterRef("row")), typed)
        rows = rows.filter(Exists(meant))
    return rows


def _closed() -> QuerySet:
    """The moment a placement was closed for good: after the last row in which it stood open."""
    history = Placement.history.filter(id=OuterRef("pk")).order_by()
    last_open = (
        Placement.history.filter(id=OuterRef("id"), ends__isnull=True)
        .order_by()
        .values("id")
        .annotate(last=Max("history_id"))
        .values("last")
    )
    return (
        history.filter(ends__isnull=False, history_id__gt=Subquery(last_open))
        .values("id")
        .annotate(first=Min("history_date"))
        .values("first")
    )


def _row() -> QuerySet:
    """The last row of the pupil before that moment: the next school writes at it too."""
    return (
        Student.history.filter(id=OuterRef("student"), history_date__lt=OuterRef("closed"))
        .order_by("-history_date", "-history_id")
        .values("history_id")[:1]
    )


def lines(placements: Sequence[Placement]) -> list[Leaver]:
    """What the list prints, in one query."""
    rows = Student.history.in_bulk([placement.row for placement in placements])
    return [
        Leaver(
            student=rows[placement.row].instance,
            school=str(placement.school.organisation),
            school_class=class_name(placement.grade, placement.school_class)
            if placement.school_class
            else "未分班",
            starts=placement.starts,
            ends=placement.ends,
        )
        for placement in placements
    ]
