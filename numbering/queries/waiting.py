"""Who waits for a number (待编号): enrolled, placed in a class, without a live number."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from numbering.models import SeriesKind
from xueji.students.models import Placement, PlacementKind, RegisterType, Status, Student

KIND_OF = {
    RegisterType.REGULAR: SeriesKind.REGISTER,
    RegisterType.BORROWED_TEMP: SeriesKind.TEMPORARY,
}
TYPE_OF = {kind: register_type for register_type, kind in KIND_OF.items()}


def unnumbered(path: str = "") -> Q:
    """Pupils 在读 without a number; ``path`` leads there from another model."""
    return Q(
        **{
            f"{path}status": Status.ENROLLED,
            f"{path}number__isnull": True,
            f"{path}merged_into__isnull": True,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many pupils of a school, stage and entry year wait, and how many still lack a class."""

    school_id: int
    stage: str
    entry_year: int
    kind: SeriesKind
    ready: int
    without_class: int


def awaiting(school_ids: Iterable[int]) -> list[Waiting]:
    """The groups that wait for numbers, in one query; those 未分班 are counted apart."""
    groups = (
        Student.objects.filter(unnumbered(), school__in=school_ids)
        .values("school_id", "stage", "entry_year", "register_type")
        .annotate(
            ready=Count("pk", filter=Q(school_class__isnull=False)),
            without_class=Count("pk", filter=Q(school_class__isnull=True)),
        )
        .order_by("school_id", "stage", "-entry_year", "register_type")
    )
    return [
        Waiting(kind=KIND_OF[RegisterType(group.pop("register_type"))], **group) for group in groups
    ]


def students_awaiting(
    *, school_id: int, stage: str, entry_year: int, kind: str
) -> QuerySet[Student]:
    """Pupils of one series who can be given a number now."""
    return Student.objects.filter(
        unnumbered(),
        school=school_id,
        stage=stage,
        entry_year=entry_year,
        register_type=TYPE_OF[SeriesKind(kind)],
        school_class__isnull=False,
    )


def places_awaiting(
    *, school_id: int, stage: str, entry_year: int, kind: str
) -> QuerySet[Placement]:
    """The open home placements of those pupils, by class number, then in order of placement."""
    return (
        Placement.objects.filter(
            unnumbered("student__"),
            school=school_id,
            stage=stage,
            entry_year=entry_year,
            kind=PlacementKind.HOME,
            ends__isnull=True,
            school_class__isnull=False,
            student__register_type=TYPE_OF[SeriesKind(kind)],
        )
        .select_related("student", "school_class", "case")
        .only(
            "grade",
            "student__name",
            "student__sex",
            "student__register_type",
            "school_class__number",
            "school_class__grade",
            "case__kind",
        )
        .order_by("school_class__number", "pk")
    )
