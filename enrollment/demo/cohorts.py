"""Who entered which school in which year: the sizes, classes and number series of the demo."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.organisations import PRIMARY, SPECIAL, Campus
from enrollment.demo.tables import reserve
from numbering.models import ActKind, Series, SeriesAct, SeriesKind
from numbering.queries.codes import prefix_of
from numbering.queries.series import proofs
from xueji.accounts.models import Role
from xueji.organisations.models import SchoolClass, StageName

CAPACITY = {StageName.PRIMARY: 45, StageName.JUNIOR: 50}
SPARE = 5  # seats of a class for those who come later
FEEDERS = 6
UNCONFIRMED = 4  # of six schools the one whose last freeze still waits for the county
FEWEST_STUDENTS = 100  # so that there are first-graders to be mistaken for


class Intake(StrEnum):
    """How far a cohort of the running year has come."""

    NUMBERED = "numbered"
    CLASSED = "classed"  # in classes, waiting for numbers
    BARE = "bare"  # approved, not yet in classes


@dataclass(kw_only=True, eq=False)
class Cohort:
    """The pupils of one school, stage and entry year."""

    campus: Campus
    stage: str
    first_grade: int
    years: int
    entry_year: int
    size: int = 0
    intake: Intake = Intake.NUMBERED
    feeders: list["Cohort"] = field(default_factory=list)
    classes: list[SchoolClass] = field(default_factory=list)
    series: dict[str, Series] = field(default_factory=dict)
    issued: Counter[str] = field(default_factory=Counter)

    @property
    def now(self) -> bool:
        """Whether its pupils still are in this stage."""
        return self.entry_year + self.years > calendar.THIS_YEAR

    def grade(self, year: int) -> int:
        """The grade in the school year ``year``, at most the last one."""
        return self.first_grade + min(year - self.entry_year, self.years - 1)

    def school_class(self, place: int) -> SchoolClass:
        """The class of the pupil at that place of the cohort."""
        return self.classes[place * len(self.classes) // max(self.size, 1)]


def plan(campuses: Sequence[Campus], students: int, random: Random) -> list[Cohort]:
    """Every cohort with its size; together exactly ``students`` pupils of the running year.

    A junior cohort comes with the primary cohorts its pupils came from.
    """
    cohorts, weights = [], []
    for campus in campuses:
        for stage, first_grade, years in campus.form.stages:
            for grade in reversed(range(first_grade, first_grade + years)):
                cohort = Cohort(
                    campus=campus,
                    stage=stage,
                    first_grade=first_grade,
                    years=years,
                    entry_year=calendar.THIS_YEAR - (grade - first_grade),
                )
                if cohort.entry_year == calendar.THIS_YEAR and stage == StageName.PRIMARY:
                    cohort.intake = _intake(campus.index)
                cohorts.append(cohort)
                weights.append(campus.form.weight * random.uniform(0.85, 1.15))
    for cohort, size in zip(cohorts, _divided(students, weights), strict=True):
        cohort.size = size
    _send_from_primaries(cohorts, campuses, random)
    return cohorts


def _intake(index: int) -> Intake:
    """Most schools are through; the second waits for numbers, the third has no classes yet."""
    return {1: Intake.CLASSED, 2: Intake.BARE}.get(index % 6, Intake.NUMBERED)


def _divided(total: int, weights: Sequence[float]) -> list[int]:
    """Whole shares in proportion to ``weights`` that sum to ``total``."""
    whole, shares, given = sum(weights), [], 0
    running = 0.0
    for weight in weights:
        running += weight
        shares.append(round(total * running / whole) - given)
        given += shares[-1]
    return shares


def _send_from_primaries(
    cohorts: Sequence[Cohort], campuses: Sequence[Campus], random: Random
) -> None:
    primaries: dict[int, list[Campus]] = defaultdict(list)
    for campus in campuses:
        if PRIMARY in campus.form.stages and campus.form is not SPECIAL:
            primaries[campus.lineage.county.pk].append(campus)
    former: dict[tuple[int, int], Cohort] = {}
    for cohort in cohorts:
        if cohort.stage != StageName.JUNIOR:
            continue
        stage, first_grade, years = PRIMARY
        near = primaries[cohort.campus.lineage.county.pk]
        entered = cohort.entry_year - years
        for campus in random.sample(near, min(FEEDERS, len(near))):
            key = (campus.pk, entered)
            former.setdefault(
                key,
                Cohort(
                    campus=campus,
                    stage=stage,
                    first_grade=first_grade,
                    years=years,
                    entry_year=entered,
                ),
            )
            cohort.feeders.append(former[key])
        for index in range(cohort.size):
            cohort.feeders[index % len(cohort.feeders)].size += 1


def everyone(cohorts: Iterable[Cohort]) -> Iterator[Cohort]:
    """Former primary cohorts, each once, before the cohorts they went to."""
    known: set[int] = set()
    for cohort in cohorts:
        for one in (*cohort.feeders, cohort):
            if id(one) not in known and (one.size or one.now):
                known.add(id(one))
                yield one


def write_classes(cohorts: Iterable[Cohort]) -> None:
    rows = []
    for cohort in cohorts:
        capacity = CAPACITY[StageName(cohort.stage)]
        cohort.classes = [
            SchoolClass(
                school=cohort.campus.lineage.school,
                stage=cohort.stage,
                entry_year=cohort.entry_year,
                number=number,
                grade=cohort.grade(calendar.THIS_YEAR),
                capacity=capacity,
                closed_on=None
                if cohort.now
                else calendar.graduation(cohort.entry_year + cohort.years),
            )
            for number in range(1, max(1, -(-cohort.size // (capacity - SPARE))) + 1)
        ]
        rows += cohort.classes
    SchoolClass.objects.bulk_create(rows, batch_size=1000)


def begin_series(cohorts: Iterable[Cohort]) -> None:
    """Get every cohort that has numbers its series, each written with its first number.

    Where migrants are taken or come from, one of temporary numbers as well.
    """
    wanted = []
    for cohort in cohorts:
        if cohort.intake == Intake.NUMBERED:
            migrants = cohort.campus.lineage.school.designated_for_borrowed or cohort.feeders
            kinds = SeriesKind if migrants else [SeriesKind.REGISTER]
            wanted += [(cohort, kind) for kind in kinds]
    for pk, (cohort, kind) in zip(reserve(Series, len(wanted)), wanted, strict=True):
        cohort.series[kind] = Series(pk=pk, kind=kind, prefix=_prefix(cohort, kind))


def _prefix(cohort: Cohort, kind: SeriesKind) -> str:
    return prefix_of(
        lineage=cohort.campus.lineage,
        stage=cohort.stage,
        entry_year=cohort.entry_year,
        kind=kind,
        on=calendar.freeze(calendar.THIS_YEAR),
    )


def close_series(cohorts: Iterable[Cohort], staff: Staff) -> None:
    """Say how far each series went, and freeze and confirm those of past Septembers."""
    rows: list[Series] = []
    for cohort in cohorts:
        for kind, series in cohort.series.items():
            if cohort.issued[kind]:
                series.last = cohort.issued[kind]
                _freeze(series, cohort, staff)
                rows.append(series)
    fields = ["last", "frozen_at", "frozen_by", "confirmed_at", "confirmed_by"]
    Series.objects.bulk_update(rows, fields, batch_size=1000)
    SeriesAct.objects.bulk_create(_acts(rows), batch_size=1000)


def _freeze(series: Series, cohort: Cohort, staff: Staff) -> None:
    office = cohort.campus.lineage.authority(cohort.stage)
    if cohort.entry_year == calendar.THIS_YEAR and cohort.campus.known_as:
        return  # left open, so that freezing can be tried
    year = max(cohort.entry_year, calendar.FIRST_YEAR)
    series.frozen_at = calendar.at(calendar.freeze(year), 16)
    series.frozen_by = staff.officer(office)
    if cohort.entry_year == calendar.THIS_YEAR and cohort.campus.index % 6 == UNCONFIRMED:
        return  # the county has not yet looked at it
    series.confirmed_at = calendar.at(calendar.freeze(year), 17)
    series.confirmed_by = staff.post(cohort.campus.lineage.county, Role.COUNTY_HEAD)


def _acts(many: Sequence[Series]) -> Iterator[SeriesAct]:
    """What was done with each series, with the proof as it stands."""
    proved = proofs(many)
    for series in many:
        for kind, at, post in (
            (ActKind.FROZEN, series.frozen_at, series.frozen_by),
            (ActKind.CONFIRMED, series.confirmed_at, series.confirmed_by),
        ):
            if at:
                proof = proved[series.pk]
                yield SeriesAct(
                    series=series,
                    kind=kind,
                    at=at,
                    post=post,
                    live=proof.live,
                    retired=proof.retired,
                    holes=proof.holes,
                    last=proof.last,
                    digest=proof.digest,
                )
