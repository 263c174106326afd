"""The register of past years and of this autumn's intake, written set-based."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from random import Random

from enrollment.demo import calendar, names
from enrollment.demo.accounts import Staff
from enrollment.demo.children import Child, Children
from enrollment.demo.cohorts import Cohort
from enrollment.demo.documents import Documents
from enrollment.demo.intake import Cases
from enrollment.demo.lives import Life, Sheets
from enrollment.demo.organisations import Campus
from enrollment.demo.story import Story
from enrollment.demo.tables import copying, reserve
from enrollment.rules import register_type
from xueji.cases.models import Case
from xueji.rules.engine import rule_set
from xueji.students.models import FamilyMember, Placement, Student

# of one pupil: the parents; six grades in three schools years, and what lies between
MOST_MEMBERS, MOST_PLACES = 2, 6
PUPILS_AT_ONCE, TOLD_EVERY = 1000, 50_000
Told = Callable[[str], None]


def write(
    cohorts: Sequence[Cohort],
    *,
    students: int,
    staff: Staff,
    seed: int,
    documents: Documents,
    told: Told,
) -> list[int]:
    """Write the pupils of the cohorts with all that happened to them; ``told`` hears how far.

    Returns the ids of those with a disability.
    """
    disabled = []
    pupils = reserve(Student, students)
    placements = iter(reserve(Placement, students * MOST_PLACES))
    members = iter(reserve(FamilyMember, students * MOST_MEMBERS))
    cases, sheets = Cases(staff, iter(reserve(Case, students))), Sheets()
    draws = _Draws(seed, documents)
    story = Story(cases, staff)
    with copying(*sheets.before_cases(), *cases.tables(), *sheets.after_cases()) as copier:
        for done, (pk, (cohort, place)) in enumerate(zip(pupils, _places(cohorts), strict=True), 1):
            feeder = cohort.feeders[place % len(cohort.feeders)] if cohort.feeders else None
            child, random = draws.child(feeder or cohort)
            if child.disabled:
                disabled.append(pk)
            life = Life(sheets, pk, child, placements, members)
            story.tell(life, cohort, feeder, random)
            if not done % PUPILS_AT_ONCE:
                copier.flush()
            if not done % TOLD_EVERY:
                told(f"{done} / {students}")
    return disabled


def _places(cohorts: Sequence[Cohort]) -> Iterator[tuple[Cohort, int]]:
    return ((cohort, place) for cohort in cohorts for place in range(cohort.size))


class _Draws:
    """Draws children school by school, each school by a chance of its own."""

    def __init__(self, seed: int, documents: Documents) -> None:
        self._seed, self._documents = seed, documents
        self._schools: dict[int, tuple[Children, Random]] = {}

    def child(self, cohort: Cohort) -> tuple[Child, Random]:
        """A child of the cohort, and the chance that decides its further life."""
        campus = cohort.campus
        if campus.pk not in self._schools:
            self._schools[campus.pk] = self._begin(campus)
        children, random = self._schools[campus.pk]
        return children.draw(cohort.entry_year), random

    def _begin(self, campus: Campus) -> tuple[Children, Random]:
        lineage = campus.lineage
        random = Random(f"{self._seed} {lineage.school.identifier}")
        hard = names.HARD if campus.known_as == "clerk" else ()
        children = Children(
            random,
            self._documents,
            region=lineage.county.division_code,
            villages=campus.villages,
            takes_migrants=lineage.school.designated_for_borrowed,
            migrants_are=register_type(
                migrant=True, rules=rule_set(lineage.rule_set).at(calendar.START)
            ),
            hard=chain.from_iterable((None, one) for one in hard),
        )
        return children, random
