"""One series as its page shows it: every serial with its holder, the holes, and the proof."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, F, Func, Q, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat

from numbering.models import STANDING, NumberState, RegisterNumber, Series
from xueji.cases.models import Decision, Step

SERIALS_PER_PAGE = 600
HOLES_EXPLAINED = 20

STANDS = Q(refilled=False, state__in=STANDING)


class Sha256(Func):
    """Digest of a text as PostgreSQL itself computes it, in hexadecimal."""

    template = "encode(sha256(convert_to(%(expressions)s, 'UTF8')), 'hex')"
    output_field = TextField()


LINE = Concat(
    F("number"),
    Value("="),
    Coalesce(Cast("holder_id", TextField()), Value(""), output_field=TextField()),
    Value("="),
    F("state"),
    output_field=TextField(),
)
FIGURES = {
    "live": Count("pk", filter=Q(state=NumberState.LIVE)),
    "retired": Count("pk", filter=Q(state=NumberState.RETIRED)),
    "holes": Count("pk", filter=Q(state=NumberState.VOID)),
    "unexplained": Count(
        "pk", filter=Q(state=NumberState.VOID) & (Q(reason="") | Q(ended_case__isnull=True))
    ),
    "total": Count("pk"),
    "within": Count("serial", distinct=True, filter=Q(serial__lte=F("series__last"))),
    "digest": Sha256(StringAgg(LINE, delimiter="\n", order_by=("serial", "pk"))),
}


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The figures by which nobody can doubt that a series is without gap.

    ``double`` counts serials given twice or beyond ``last``, ``missing`` those without any row,
    ``unexplained`` the holes without reason or case. ``digest`` changes with every number, holder
    and state.
    """

    live: int = 0
    retired: int = 0
    holes: int = 0
    last: int = 0
    double: int = 0
    missing: int = 0
    unexplained: int = 0
    digest: str = ""

    @property
    def holds(self) -> bool:
        return not (self.double or self.missing)


def proof(series: Series) -> Proof:
    """Count the rows of a series, in one query."""
    return proofs([series])[series.pk]


def proofs(many: Iterable[Series]) -> dict[int, Proof]:
    """The proof of each series, in one query whatever their number."""
    last = {series.pk: series.last for series in many}
    rows = RegisterNumber.objects.filter(STANDS, series__in=last).values("series")
    names = ("live", "retired", "holes", "unexplained", "digest", "series", "total", "within")
    found = {}
    for *figures, pk, total, within in rows.annotate(**FIGURES).values_list(*names):
        found[pk] = Proof(
            **dict(zip(names, figures, strict=False)),
            last=last[pk],
            double=total - within,
            missing=last[pk] - within,
        )
    return {pk: found.get(pk, Proof(last=last[pk], missing=last[pk])) for pk in last}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One serial of the grid; ``row`` is None where a serial has no row at all."""

    serial: int
    row: RegisterNumber | None


def cells(series: Series, *, start: int) -> list[Cell]:
    """The serials from ``start`` on, one page of them, without leaving one out."""
    end = min(series.last, start + SERIALS_PER_PAGE - 1)
    rows = (
        RegisterNumber.objects.filter(STANDS, series=series, serial__range=(start, end))
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
        RegisterNumber.objects.filter(STANDS, series=series, state=NumberState.VOID)
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
