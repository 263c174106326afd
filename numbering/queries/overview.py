"""The list of schools with their series: who waits, how far each series has come."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from numbering.models import NumberState, RegisterNumber, Series, SeriesKind
from numbering.queries.allocator import allocator_of
from numbering.queries.codes import rules_of
from numbering.queries.freeze import Progress, due_on, overdue, progress
from numbering.queries.series import STANDS
from numbering.queries.waiting import UNNUMBERED, Waiting, awaiting
from xueji.organisations.models import Level, Organisation, StageName
from xueji.organisations.queries import Lineage, lineages
from xueji.students.models import Student

Key = tuple[int, str, int, str]


class ToFreeze(StrEnum):
    """Which series a list of what is still to be frozen holds."""

    OPEN = "open"
    CONFIRM = "confirm"
    OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One series of a school, begun or not."""

    lineage: Lineage
    allocator: Organisation
    stage: StageName
    entry_year: int
    kind: SeriesKind
    series: Series | None
    waiting: Waiting | None
    live: int
    retired: int
    holes: int
    due: date
    today: date

    @property
    def progress(self) -> Progress | None:
        return progress(self.series) if self.series else None

    @property
    def late(self) -> bool:
        """Whether the series should have been frozen and confirmed by now."""
        return self.progress in (Progress.OPEN, Progress.FROZEN) and self.due < self.today

    def is_to(self, freeze: ToFreeze) -> bool:
        """Whether the series belongs on that list."""
        match freeze:
            case ToFreeze.OPEN:
                return self.progress == Progress.OPEN
            case ToFreeze.CONFIRM:
                return self.progress == Progress.FROZEN
        return self.late

    @property
    def ready(self) -> int:
        return self.waiting.ready if self.waiting else 0

    @property
    def without_class(self) -> int:
        return self.waiting.without_class if self.waiting else 0


def schools(
    path: str, *, on: date, waiting_only: bool, freeze: ToFreeze | None = None
) -> QuerySet[Organisation]:
    """The schools at or below ``path``, or those where somebody waits or a series is to freeze."""
    found = Organisation.objects.below(path).filter(level=Level.SCHOOL)
    if waiting_only:
        found = found.filter(Exists(Student.objects.filter(UNNUMBERED, school=OuterRef("pk"))))
    if freeze:
        found = found.filter(Exists(_to_freeze(freeze, path, on).filter(unit=OuterRef("pk"))))
    return found


def _to_freeze(freeze: ToFreeze, path: str, on: date) -> QuerySet[Series]:
    unconfirmed = Series.objects.filter(confirmed_at__isnull=True)
    match freeze:
        case ToFreeze.OPEN:
            return unconfirmed.filter(frozen_at__isnull=True)
        case ToFreeze.CONFIRM:
            return unconfirmed.filter(frozen_at__isnull=False)
    return overdue(unconfirmed, path=path, on=on)


def lines(school_ids: Sequence[int], *, on: date) -> list[Line]:
    """Every series of some schools, begun or waited for, in five queries.

    Schools come in the order given, in each the newest entry year first.
    """
    waiting: dict[Key, Waiting] = {
        (w.school_id, w.stage, w.entry_year, w.kind): w for w in awaiting(school_ids)
    }
    begun: dict[Key, Series] = {
        (s.unit_id, s.stage, s.entry_year, s.kind): s
        for s in Series.objects.filter(unit__in=school_ids)
    }
    figures = _figures(series.pk for series in begun.values())
    offices = lineages(set(school_ids))
    place = {pk: index for index, pk in enumerate(school_ids)}
    keys = sorted(waiting.keys() | begun.keys(), key=lambda k: (place[k[0]], -k[2], k[1], k[3]))
    return [
        Line(
            lineage=offices[key[0]],
            allocator=allocator_of(offices[key[0]], key[1], on),
            stage=StageName(key[1]),
            entry_year=key[2],
            kind=SeriesKind(key[3]),
            series=begun.get(key),
            waiting=waiting.get(key),
            due=due_on(key[2], rules_of(offices[key[0]], on)),
            today=on,
            **figures[begun[key].pk if key in begun else None],
        )
        for key in keys
    ]


def _figures(series_ids: Iterable[int]) -> dict[int | None, dict[str, int]]:
    """Live, retired and open holes of each series; zeros for one not begun."""
    rows = (
        RegisterNumber.objects.filter(STANDS, series__in=list(series_ids))
        .values("series")
        .annotate(
            live=Count("pk", filter=Q(state=NumberState.LIVE)),
            retired=Count("pk", filter=Q(state=NumberState.RETIRED)),
            holes=Count("pk", filter=Q(state=NumberState.VOID)),
        )
        .values_list("series", "live", "retired", "holes")
    )
    found: dict[int | None, dict[str, int]] = defaultdict(
        lambda: {"live": 0, "retired": 0, "holes": 0}
    )
    for series, live, retired, holes in rows:
        found[series] = {"live": live, "retired": retired, "holes": holes}
    return found
