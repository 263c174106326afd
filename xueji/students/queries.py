"""Reading pupils: who may be seen, lists, and the three counts that are never mixed."""

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from xueji.accounts.access import Acting
from xueji.identity.codes import BOY, GIRL
from xueji.organisations.models import School, within
from xueji.students.models import (
    LIVE,
    Placement,
    PlacementKind,
    RegisterType,
    Status,
    Student,
    StudentQuerySet,
)

# in which order names stand on a list or a paper: what it is called, and the key
NAME_ORDERS = {"name": ("姓名拼音", "name_order"), "strokes": ("姓名笔画", "name_strokes")}


def visible(acting: Acting) -> StudentQuerySet:
    """Pupils whose home school lies in the acting post's reach; a merged double is not one."""
    return Student.objects.within(acting.post.organisation.path).filter(merged_into__isnull=True)


def schools(acting: Acting, typed: str = "") -> QuerySet[School]:
    """Schools in the acting post's reach whose name contains what was typed, by place and name."""
    found = School.objects.filter(within(acting.post.organisation.path, "organisation__path"))
    if typed:
        found = found.filter(organisation__name__icontains=typed)
    return found.select_related("organisation").order_by("organisation__path")


def for_list(students: StudentQuerySet) -> StudentQuerySet:
    """What a list prints, school by school, by grade and pinyin.

    Schools and classes of the page are asked for after it: a join would fetch those of each match.
    """
    return students.prefetch_related("school__organisation", "school_class").order_by(
        "org_path", "grade", "name_order", "pk"
    )


@dataclass(frozen=True)
class Counts:
    """在籍, 在读 and 在校 of a unit."""

    registered: int
    enrolled: int
    present: int
    borrowed_out: int
    borrowed_in: int


REGULAR = Q(register_type=RegisterType.REGULAR)
ENROLLED = Q(status=Status.ENROLLED)


def counts(path: str) -> Counts:
    """The three counts at and below ``path``, in three queries."""
    own = Student.objects.within(path).aggregate(
        registered=Count("pk", filter=REGULAR & Q(status__in=LIVE)),
        enrolled=Count("pk", filter=REGULAR & ENROLLED),
        temporary=Count("pk", filter=~REGULAR & ENROLLED),
    )
    open_borrowed = Placement.objects.filter(
        kind=PlacementKind.BORROWED, ends__isnull=True, student__status=Status.ENROLLED
    )
    away = open_borrowed.filter(student__register_type=RegisterType.REGULAR)
    from_here = Student.objects.within(path).filter(pk__in=away.values("student")).count()
    to_here = open_borrowed.within(path).count() + own["temporary"]
    return Counts(
        registered=own["registered"],
        enrolled=own["enrolled"],
        present=own["enrolled"] - from_here + to_here,
        borrowed_out=from_here,
        borrowed_in=to_here,
    )


def by_grade(path: str) -> list[tuple[int, int, int]]:
    """(grade, boys, girls) of 在读 at and below ``path``."""
    rows = (
        Student.objects.within(path)
        .enrolled()
        .values("grade")
        .annotate(boys=Count("pk", filter=Q(sex=BOY)), girls=Count("pk", filter=Q(sex=GIRL)))
        .order_by("grade")
    )
    return [(row["grade"], row["boys"], row["girls"]) for row in rows]
