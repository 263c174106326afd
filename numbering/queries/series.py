"""One series as its page shows it: every serial with its holder, the holes, and the proof."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q

from numbering.models import NumberState, RegisterNumber, Series
from xueji.cases.models import Decision, Step

SERIALS_PER_PAGE = 600
HOLES_EXPLAINED = 20

STANDING = Q(refilled=False)


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The figures by which nobody can doubt that a series is without gap.

    ``double`` counts serials given twice or beyond ``last``, ``missing`` those without any row.
    """

    live: int
    retired: int
    holes: int
    last: int
    double: int
    missing: int

    @property
    def holds(self) -> bool:
        return not (self.double or self.missing)


def proof(series: Series) -> Proof:
    """Count the rows of a series, in one query."""
    figures = RegisterNumber.objects.filter(STANDING, series=series).aggregate(
        live=Count("pk", filter=Q(state=NumberState.LIVE)),
        retired=Count("pk", filter=Q(state=NumberState.RETIRED)),
        holes=Count("pk", filter=Q(state=NumberState.VOID)),
        total=Count("pk"),
        within=Count("serial", distinct=True, filter=Q(serial__lte=series.last)),
    )
    total, within = figures.pop("total"), figures.pop("within")
    return Proof(last=series.last, double=total - within, missing=series.last - within, **figures)


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One serial of the grid; ``row`` is None where a serial has no row at all."""

    serial: int
    row: RegisterNumber | None


def cells(series: Series, *, start: int) -> list[Cell]:
    """The serials from ``start`` on, one page of them, without leaving one out."""
    end = min(series.last, start + SERIALS_PER_PAGE - 1)
    rows = (
        RegisterNumber.objects.filter(STANDING, series=series, serial__range=(start, end))
        .select_related("holder")
        .only("serial", "state", "reason", "holder__name", "holder__org_path")
    )
    found = {row.serial: row for row in rows}
    return [Cell(serial=serial, row=found.get(serial)) for serial in range(start, end + 1)]


@dataclass(frozen=True, kw_only=True)
class Hole:
    """Why a serial is vacant, and by whom it was made so."""

    row: RegisterNumber
    by: str


def holes(series: Series) -> Sequence[Hole]:
    """The open holes of a series with their reasons, lowest first, in two queries."""
    rows = list(
        RegisterNumber.objects.filter(STANDING, series=series, state=NumberState.VOID)
        .select_related("ended_case", "holder")
        .only("serial", "ends", "reason", "holder__name", "ended_case__number")
        .order_by("serial")[:HOLES_EXPLAINED]
    )
    if not rows:
        return []
    signed = Step.objects.filter(
        case__in=[row.ended_case_id for row in rows], decision=Decision.REVERSED
    ).values_list("case", F("decided_by__name"))
    names = dict(signed)
    return [Hole(row=row, by=names.get(row.ended_case_id, "")) for row in rows]
