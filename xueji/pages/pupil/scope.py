"""What a post may know of a pupil: everything, or what was written while the pupil was its own.

Who reaches the open home placement sees the whole register; so does the school where the pupil is
a guest (借读), but for what belongs to the home school alone. Who reaches only closed ones sees the
time in which they stood open, by the clock of their history, and nothing written later. What was
typed for an entry that came to nothing is nobody's later reading.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.http import Http404

from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.models import Case, State, Step
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import within
from xueji.students import queries
from xueji.students.guests import guests
from xueji.students.models import Placement, PlacementKind, Student


@dataclass(frozen=True, kw_only=True)
class Window:
    """The time in which a placement stood open."""

    placement: Placement
    opened: datetime
    closed: datetime


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One pupil as one post may see it; without ``windows`` whole.

    ``student`` is the present row. Of a pupil that is only past its id alone may be used: what to
    show then comes from ``xueji.pages.pupil.past``.
    """

    acting: Acting
    student: Student
    windows: tuple[Window, ...] = ()  # newest first
    since: datetime | None = None  # when the case that built the register was first submitted

    @property
    def is_past(self) -> bool:
        return bool(self.windows)

    @property
    def sees_medical(self) -> bool:
        """Whether items of health and disability are shown; to a post that is past never."""
        return not self.is_past and access.sees_medical(self.acting, self.student.org_path)

    def covers(self, day: date) -> bool:
        """Whether the pupil was this post's on that day."""
        return not self.windows or any(
            w.placement.starts <= day <= w.placement.ends for w in self.windows
        )

    def events(self) -> QuerySet[RegisterEvent]:
        """Events as people tell them: a change of grade is two rows in the ledger, one here.

        So is a reassignment, but for a post that has only its former side.
        """
        rows = RegisterEvent.objects.filter(student=self.student.pk).exclude(
            kind=EventKind.GRADE_CHANGED, change=-1
        )
        if not self.windows:
            return rows.exclude(kind=EventKind.REASSIGNED, change=-1)
        own = Q()
        for window in self.windows:
            own |= Q(
                school_id=window.placement.school_id,
                recorded_at__gte=window.opened,
                recorded_at__lte=window.closed,
            )
        return rows.filter(own)

    def history(self, model) -> QuerySet:
        """History rows of the pupil, or of what belongs to the pupil.

        At the moment of leaving the next school writes too: of that moment a past scope has its
        own placement, and the row in which the pupil is nowhere.
        """
        rows = model.history.filter(**{_owner(model): self.student.pk})
        if self.since:
            rows = rows.filter(history_date__gte=self.since)
        if not self.windows:
            return rows
        own = Q()
        for window in self.windows:
            mine = Q(history_date__gte=window.opened, history_date__lt=window.closed)
            if model is Student:
                mine |= Q(history_date=window.closed, school__isnull=True)
            if model is Placement:
                mine |= Q(history_date=window.closed)
                mine &= Q(id=window.placement.pk)
            own |= mine
        return rows.filter(own)

    def cases(self) -> QuerySet[Case]:
        """Cases of the pupil to which the post is a party; a past scope has none opened later."""
        rows = Case.objects.visible_to(self.acting.post).filter(student=self.student.pk)
        return rows.filter(opened_at__lte=self.windows[0].closed) if self.windows else rows

    def steps(self) -> QuerySet[Step]:
        """Signatures on these cases."""
        rows = Step.objects.filter(case__in=self.cases(), decided_at__isnull=False)
        return rows.filter(decided_at__lte=self.windows[0].closed) if self.windows else rows


def _owner(model) -> str:
    return "id" if model is Student else "student_id"


def former(acting: Acting) -> QuerySet[Placement]:
    """Closed home placements in reach of pupils who have left it; undone ones never were."""
    path = acting.post.organisation.path
    opening_undone = RegisterEvent.objects.filter(
        student=OuterRef("student"),
        school_id=OuterRef("school"),
        kind=EventKind.OPENING,
        effective_on=OuterRef("starts"),
        reversed_by__isnull=False,
    )
    return (
        Placement.objects.within(path)
        .filter(kind=PlacementKind.HOME, ends__isnull=False, student__merged_into__isnull=True)
        .exclude(case__state=State.REVERSED)
        .exclude(Exists(opening_undone), case__isnull=True, ends=F("starts"))
        .exclude(within(path, "student__org_path"))
    )


def find(acting: Acting, pk: int) -> Scope | None:
    """The pupil as this post may see it; None is as missing as no pupil."""
    place = ("school__organisation", "school_class")
    student = queries.visible(acting).select_related(*place).filter(pk=pk).first()
    if student:
        return Scope(acting=acting, student=student, since=_since(pk))
    placements = list(
        former(acting).filter(student=pk).select_related("student", *place).order_by("pk")
    )
    found = windows(placements)
    if not found:
        return None
    scope = Scope(acting=acting, student=placements[0].student, windows=tuple(found))
    is_known = scope.history(Student).filter(history_date__lt=found[0].closed).exists()
    return scope if is_known else None


def visible(acting: Acting, pk: int) -> Scope:
    """The pupil as this post may see it, a guest too, else 404."""
    found = find(acting, pk)
    if found is None or found.is_past:
        found = _guest(acting, pk) or found
    if found is None:
        raise Http404(pk)
    return found


def _guest(acting: Acting, pk: int) -> Scope | None:
    """A pupil who borrows studies in this post's reach now."""
    places = guests().within(acting.post.organisation.path)
    place = places.filter(student=pk, kind=PlacementKind.BORROWED).first()
    if place is None:
        return None
    row = Student.objects.select_related("school__organisation", "school_class")
    return Scope(acting=acting, student=row.get(pk=pk), since=_since(pk))


def own(acting: Acting, pk: int) -> Scope:
    """The pupil where the register is now, else 404: also of one who has left, and of a guest."""
    found = find(acting, pk)
    if found is None or found.is_past:
        raise Http404(pk)
    return found


def _since(pk: int) -> datetime | None:
    """When the entry was submitted that led to the first placement; None where no case did."""
    entries = (
        Placement.objects.filter(student=pk, kind=PlacementKind.HOME)
        .exclude(case__state=State.REVERSED)
        .annotate(first=Min("case__steps__decided_at"))
    )
    return entries.order_by("starts", "pk").values_list("first", flat=True).first()


def windows(placements: Iterable[Placement]) -> list[Window]:
    """When placements stood open, newest first, in one query; one undone and redone has two."""
    places = {placement.pk: placement for placement in placements}
    rows = Placement.history.filter(id__in=places).order_by("history_date", "history_id")
    opened: dict[int, datetime] = {}
    found = []
    for pk, ends, at in rows.values_list("id", "ends", "history_date"):
        if ends is None:
            opened.setdefault(pk, at)
        elif pk in opened:
            found.append(Window(placement=places[pk], opened=opened.pop(pk), closed=at))
    return sorted(found, key=lambda window: (window.closed, window.placement.pk), reverse=True)
