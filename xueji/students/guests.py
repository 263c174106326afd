"""Borrowed study (借读) as a place: the home placement stays, a guest's opens and closes beside it.

Neither touches the pupil's row: where the register is does not change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.organisations.queries import hold
from xueji.students.models import (
    Placement,
    PlacementKind,
    PlacementQuerySet,
    RegisterType,
    Status,
    Student,
)
from xueji.students.services import Place

AS_GUEST = Q(kind=PlacementKind.BORROWED) | Q(
    kind=PlacementKind.HOME, student__register_type=RegisterType.BORROWED_TEMP
)


def guests() -> PlacementQuerySet:
    """Open places of who borrows studies: guests of the register, and temporary registers."""
    return Placement.objects.filter(AS_GUEST, ends__isnull=True, student__merged_into__isnull=True)


@dataclass(frozen=True)
class Borrowed:
    """How many sit in a class as guests, and how many of its own sit elsewhere."""

    here: int
    away: int


def in_class(class_id: int) -> Borrowed:
    """Guests of a class and who is away from it, of those 在读, in two queries."""
    lent = Placement.objects.filter(
        kind=PlacementKind.BORROWED, ends__isnull=True, student__status=Status.ENROLLED
    )
    return Borrowed(
        here=lent.filter(school_class=class_id).count(),
        away=lent.filter(student__school_class=class_id).count(),
    )


def receive(places: Mapping[Student, Place], *, acting: Acting, reason: str) -> list[Placement]:
    """Open the guest's place of each locked pupil, who must have none."""
    held = hold({where.school.pk for where in places.values()})
    placements = [
        where.opened(student, kind=PlacementKind.BORROWED, path=held[where.school.pk].path)
        for student, where in places.items()
    ]
    return history.create(placements, acting=acting, reason=reason)


@dataclass(frozen=True, kw_only=True)
class Outside:
    """Where a pupil of the register is a guest outside it."""

    school: str
    case_id: int


def lend(places: Mapping[Student, Outside], *, acting: Acting, reason: str) -> list[Placement]:
    """Open a guest's place outside the register for each locked pupil, who must have none."""
    placements = [
        Placement(
            student=student,
            outside=where.school,
            org_path="",
            stage=student.stage,
            entry_year=student.entry_year,
            grade=student.grade,
            kind=PlacementKind.BORROWED,
            starts=acting.today,
            case_id=where.case_id,
        )
        for student, where in places.items()
    ]
    return history.create(placements, acting=acting, reason=reason)


def dismiss(placements: Iterable[Placement], *, on: date, acting: Acting, reason: str) -> None:
    """Close guests' places of locked pupils."""
    placements = list(placements)
    for placement in placements:
        placement.ends = max(on, placement.starts)
    history.update(placements, fields=["ends"], acting=acting, reason=reason)


def receive_again(placement: Placement, *, acting: Acting, reason: str) -> None:
    """Undo that a guest's place was closed."""
    placement.ends = None
    history.update([placement], fields=["ends"], acting=acting, reason=reason)
