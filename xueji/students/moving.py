"""A home placement goes from one school to another in one act, and exactly back.

At no moment is the pupil nowhere: the old placement ends on the day on which the new one starts.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.students import services
from xueji.students.models import Placement, PlacementKind, Student
from xueji.students.services import PLACE, Place


def move(places: Mapping[Student, Place], *, acting: Acting, reason: str) -> None:
    """Close the open home placement of each locked pupil and open the new one in its stead."""
    homes = list(
        Placement.objects.select_for_update(of=("self",))
        .filter(student__in=places, kind=PlacementKind.HOME, ends__isnull=True)
        .order_by("pk")
    )
    starts = {student.pk: where.starts for student, where in places.items()}
    for home in homes:
        home.ends = max(starts[home.student_id], home.starts)
    history.update(homes, fields=["ends"], acting=acting, reason=reason)
    services.place(places, acting=acting, reason=reason)


def come_back(
    student: Student, *, to: Placement, acting: Acting, reason: str, also: Sequence[str] = ()
) -> None:
    """Undo that a locked pupil without a place left ``to``: it stands open again.

    ``also`` names further fields, already set by the caller, to write in the same statement.
    """
    homes = Placement.objects.select_for_update(of=("self",)).select_related("school_class")
    _open_again(student, homes.get(pk=to.pk), acting=acting, reason=reason, also=also)


def move_back(
    student: Student, *, to: Placement, on: date, acting: Acting, reason: str
) -> Placement:
    """Undo the move of a locked pupil: ``to`` stands open again; return the placement closed."""
    homes = Placement.objects.select_for_update(of=("self",)).select_related("school_class")
    home = homes.get(student=student, kind=PlacementKind.HOME, ends__isnull=True)
    to = homes.get(pk=to.pk)
    home.ends = max(on, home.starts)
    history.update([home], fields=["ends"], acting=acting, reason=reason)
    _open_again(student, to, acting=acting, reason=reason)
    return home


def _open_again(
    student: Student, to: Placement, *, acting: Acting, reason: str, also: Sequence[str] = ()
) -> None:
    to.ends = None
    history.update([to], fields=["ends"], acting=acting, reason=reason)
    for field in PLACE:
        setattr(student, field, getattr(to, field))
    services.write([student], fields=(*PLACE, *also), acting=acting, reason=reason)
