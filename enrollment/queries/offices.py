"""What offices above see of the schools: counts, and whom each school serves."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from enrollment.models import Enrollment
from numbering import queries as numbering
from xueji.cases.models import Case, State
from xueji.organisations.models import Level, Organisation, School, StageName
from xueji.students.models import Status, Student


@dataclass(frozen=True)
class SchoolLine:
    """One school: cases on their way by whose turn it is, and pupils who wait."""

    school: Organisation
    at_school: int
    at_centre: int
    at_county: int
    returned: int
    unplaced: int
    unnumbered: int


def schools(path: str) -> QuerySet[Organisation]:
    """Schools with a primary stage at or below ``path``."""
    return Organisation.objects.below(path).filter(
        level=Level.SCHOOL, closed_on__isnull=True, school__stages__stage=StageName.PRIMARY
    )


def by_school(found: Iterable[Organisation]) -> list[SchoolLine]:
    """The lines of some schools, in three queries whatever their number."""
    found = list(found)
    schools = [row.pk for row in found]
    cases = _counted(
        Case.objects.filter(kind=Enrollment.KIND, school__in=schools),
        at_school=Q(state=State.OPEN, waiting_at__level=Level.SCHOOL),
        at_centre=Q(state=State.OPEN, waiting_at__level=Level.CENTRE),
        at_county=Q(state=State.OPEN, waiting_at__level__lt=Level.CENTRE),
        returned=Q(state=State.RETURNED),
    )
    pupils = _counted(
        Student.objects.filter(school__in=schools, stage=StageName.PRIMARY, status=Status.ENROLLED),
        unplaced=Q(school_class__isnull=True),
    )
    ready: Counter[int] = Counter()
    for group in numbering.awaiting(schools):
        if group.stage == StageName.PRIMARY:
            ready[group.school_id] += group.ready
    return [
        SchoolLine(school=row, **cases[row.pk], **pupils[row.pk], unnumbered=ready[row.pk])
        for row in found
    ]


@dataclass(frozen=True)
class Serving:
    """Which places a school serves, and which schools a home or a migrant child may go to."""

    catchment: Sequence[str]  # villages and communities of the school asked about
    schools: Sequence[str]  # whose catchment the home lies in
    designated: Sequence[str]  # of the county, for migrant children


def serving(school: School, address_code: str) -> Serving:
    own = school.catchments.order_by("code").values_list("name", flat=True)
    open_schools = School.objects.filter(county=school.county_id, organisation__closed_on=None)
    named = open_schools.order_by("organisation__path").values_list("organisation__name", flat=True)
    home = named.filter(catchments__code=address_code) if address_code else named.none()
    return Serving(list(own), list(home), list(named.filter(designated_for_borrowed=True)))


def _counted(rows: QuerySet, **conditions: Q) -> Mapping[int, dict[str, int]]:
    """School → how many of its rows fulfil each condition; zeros for a school without rows."""
    none = dict.fromkeys(conditions, 0)
    counted: defaultdict[int, dict[str, int]] = defaultdict(lambda: none)
    counts = {name: Count("pk", filter=condition) for name, condition in conditions.items()}
    for school, *values in (
        rows.order_by().values("school").annotate(**counts).values_list("school", *conditions)
    ):
        counted[school] = dict(zip(conditions, values, strict=True))
    return counted
