"""Who waits for a class, the classes of an intake with the heads in them, and what was granted."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from enrollment.models import ClassMove, Draw, Excess
from xueji.accounts.access import Acting
from xueji.cases.todos import Todo
from xueji.identity.codes import BOY
from xueji.organisations.models import SchoolClass, StageName
from xueji.students.models import (
    Attendance,
    Placement,
    PlacementKind,
    Status,
    Student,
    StudentQuerySet,
)


def without_class(school_id: int) -> StudentQuerySet:
    """Approved pupils of the primary stage who wait for a class."""
    return Student.objects.filter(
        school=school_id,
        stage=StageName.PRIMARY,
        school_class__isnull=True,
        status=Status.ENROLLED,
    )


def to_place(acting: Acting) -> Todo | None:
    """待分班 in the school of a post that assigns classes, for its desk."""
    if not acting.may("enrollment.assign"):
        return None
    count = without_class(acting.post.organisation_id).count()
    return (
        Todo(label="待分班", count=count, help="已核准，分班后才能编号", url="enrollment_classes")
        if count
        else None
    )


def years_without_class(school_id: int) -> list[int]:
    """The intakes of which somebody waits for a class."""
    years = without_class(school_id).order_by("entry_year").values_list("entry_year", flat=True)
    return list(years.distinct())


def years_with_classes(school_id: int) -> list[int]:
    """The intakes that have a class, newest first."""
    rows = SchoolClass.objects.filter(
        school=school_id, stage=StageName.PRIMARY, closed_on__isnull=True
    )
    return list(rows.order_by("-entry_year").values_list("entry_year", flat=True).distinct())


def classes(
    school_id: int, entry_year: int, *, stage: str = StageName.PRIMARY
) -> list[tuple[SchoolClass, int]]:
    """The open classes of an intake with the heads in them, in three queries."""
    rows = SchoolClass.objects.filter(
        school=school_id,
        stage=stage,
        entry_year=entry_year,
        closed_on__isnull=True,
    ).order_by("number")
    sizes = heads([row.pk for row in rows])
    return [(row, sizes[row.pk].all) for row in rows]


@dataclass(frozen=True)
class Heads:
    """The size of a class (在校): borrowed-in pupils counted, borrowed-out and 送教上门 not."""

    boys: int = 0
    girls: int = 0

    @property
    def all(self) -> int:
        return self.boys + self.girls


def heads(class_ids: Collection[int]) -> dict[int, Heads]:
    """The size of each class, in two queries."""
    borrowed = Placement.objects.filter(kind=PlacementKind.BORROWED, ends__isnull=True)
    seated = Student.objects.in_class_size()
    own = seated.filter(school_class__in=class_ids).exclude(pk__in=borrowed.values("student"))
    guests = borrowed.filter(school_class__in=class_ids, student__in=seated)
    counted: Counter[tuple[int, bool]] = Counter()
    for rows, sex in ((own, "sex"), (guests, "student__sex")):
        for pk, found, count in (
            rows.order_by()
            .values("school_class")
            .annotate(Count("pk"))
            .values_list("school_class", sex, "pk__count")
        ):
            counted[pk, found == BOY] += count
    return {pk: Heads(boys=counted[pk, True], girls=counted[pk, False]) for pk in class_ids}


def pupils_of(school_class: SchoolClass) -> StudentQuerySet:
    """The pupils 在读 in a class, as far as it is their home."""
    return Student.objects.filter(school_class=school_class, status=Status.ENROLLED)


def home_taught(school_class: SchoolClass) -> int:
    """How many pupils of a class are taught at home and take no seat (NATFULL-6.3)."""
    return pupils_of(school_class).filter(attendance=Attendance.HOME_TAUGHT).count()


def moves_of(school_class: SchoolClass, *, most: int = 50) -> QuerySet[ClassMove]:
    """Who came into or left a class by changing class, the last first."""
    rows = ClassMove.objects.filter(Q(out_of=school_class) | Q(into=school_class))
    rows = rows.select_related("student", "out_of", "into", "moved_by__user")
    return rows.order_by("-pk")[:most]


def granted(class_ids: Collection[int]) -> dict[int, Excess]:
    """The latest consent to a larger class, of each class that has one."""
    rows = Excess.objects.filter(school_class__in=class_ids).order_by("pk")
    return {row.school_class_id: row for row in rows.select_related("granted_by__user")}


def draws(school_id: int, entry_year: int) -> QuerySet[Draw]:
    """The balanced assignments of an intake, the last first."""
    rows = Draw.objects.filter(school=school_id, entry_year=entry_year)
    return rows.select_related("drawn_by__user").order_by("-pk")
