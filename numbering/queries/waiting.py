"""Who waits for a number (待编号): enrolled, placed in a class, without a live number."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Count, F, Q, QuerySet

from numbering.models import SeriesKind
from xueji.students.models import PlacementKind, RegisterType, Status, Student, StudentQuerySet

KIND_OF = {
    RegisterType.REGULAR: SeriesKind.REGISTER,
    RegisterType.BORROWED_TEMP: SeriesKind.TEMPORARY,
}
TYPE_OF = {kind: register_type for register_type, kind in KIND_OF.items()}
UNNUMBERED = Q(status=Status.ENROLLED, number__isnull=True, merged_into__isnull=True)


class Cohort(TypedDict):
    """Which numbers within a school."""

    stage: str
    entry_year: int
    kind: str


class SeriesKey(Cohort):
    """Which series, begun or not."""

    school_id: int


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """How many pupils of a school, stage and entry year wait, and how many still lack a class."""

    school_id: int
    stage: str
    entry_year: int
    kind: SeriesKind
    ready: int
    without_class: int

    def is_of(self, cohort: Cohort) -> bool:
        """Whether they wait for numbers of that cohort of their school."""
        own = {"stage": self.stage, "entry_year": self.entry_year, "kind": self.kind}
        return own == cohort


def awaiting(school_ids: Iterable[int] | QuerySet) -> list[Waiting]:
    """The groups that wait for numbers, in one query; those 未分班 are counted apart."""
    groups = (
        Student.objects.filter(UNNUMBERED, school__in=school_ids)
        .values("school_id", "stage", "entry_year", "register_type")
        .annotate(
            ready=Count("pk", filter=Q(school_class__isnull=False)),
            without_class=Count("pk", filter=Q(school_class__isnull=True)),
        )
        .order_by("school_id", "stage", "-entry_year", "register_type")
    )
    return [_waiting(**group) for group in groups]


def _waiting(*, register_type: str, **figures: Any) -> Waiting:
    return Waiting(kind=KIND_OF[RegisterType(register_type)], **figures)


def students_awaiting(*, school_id: int, stage: str, entry_year: int, kind: str) -> StudentQuerySet:
    """Pupils of one series who can be given a number now, with their class and ``place_id``."""
    return (
        Student.objects.filter(
            UNNUMBERED,
            school=school_id,
            stage=stage,
            entry_year=entry_year,
            register_type=TYPE_OF[SeriesKind(kind)],
            placements__kind=PlacementKind.HOME,
            placements__ends__isnull=True,
        )
        .annotate(place_id=F("placements__pk"), case_kind=F("placements__case__kind"))
        .select_related("school_class")
        .only(
            *("name", "sex", "status", "register_type", "number", "merged_into_id", "version"),
            *("school_id", "stage", "entry_year", "grade"),
            *("school_class__number", "school_class__grade"),
        )
        .filter(school_class__isnull=False)
    )


def in_list_order(students: StudentQuerySet) -> list[Student]:
    """Pupils of ``students_awaiting`` by class number, then as they were placed."""

    def place(student: Any) -> tuple[int, int]:
        return student.school_class.number, student.place_id

    return sorted(students, key=place)


def is_awaiting(
    student: Student, *, school_id: int, stage: str, entry_year: int, kind: str
) -> bool:
    """Whether a locked pupil would be among ``students_awaiting``; no query."""
    return (
        student.status == Status.ENROLLED
        and student.number is None
        and student.merged_into_id is None
        and student.school_class_id is not None
        and student.register_type == TYPE_OF[SeriesKind(kind)]
        and (student.school_id, student.stage, student.entry_year) == (school_id, stage, entry_year)
    )
