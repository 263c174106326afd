"""Loading what the rows of a school that is taken over are checked against."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from enrollment.models import Takeover
from numbering.models import CategoryCode
from numbering.queries.codes import first_number, table_of
from numbering.rules import NumberFacts
from xueji.cases.kinds import Refused
from xueji.organisations.models import School, SchoolClass, SchoolYear, Stage
from xueji.organisations.queries import Lineage, idle, lineage, school_year
from xueji.rules.engine import Rules, rule_set
from xueji.students.models import Status

ClassKey = tuple[str, int, int]  # stage, entry year, number


@dataclass(frozen=True, kw_only=True)
class Context:
    """The school as it is, its rules of today, and the day from which the register counts."""

    lineage: Lineage
    rules: Rules
    today: date
    as_on: date
    year: SchoolYear
    stages: Mapping[int, Stage]  # by grade
    classes: Mapping[ClassKey, SchoolClass]
    closed: frozenset[ClassKey]
    hosts: Mapping[str, School | None]  # other schools of the county by name; None: several
    categories: Mapping[tuple[int, str], str]

    @property
    def statuses(self) -> dict[str, str]:
        """Code → word of the statuses with which a pupil may be taken over."""
        return {code: Status(code).label for code in self.rules.value("takeover.statuses")}

    def cohort(self, grade: int) -> int:
        """The year in which those entered who are in the grade now."""
        return self.year.year - (grade - self.stages[grade].first_grade)

    def number_facts(self, number: str, stage: str, entry_year: int) -> NumberFacts:
        """What a number of this school, stage and year must look like, beside what is typed."""
        return first_number(self.lineage, stage, entry_year, self.rules, self.categories, number)


def load(takeover: Takeover, *, today: date) -> Context:
    """Everything the rows need, in a fixed number of queries; Refused without a school year."""
    school = lineage(takeover.school_id)
    year = school_year(school.county, takeover.as_on)
    if year is None:
        raise Refused(
            f"本县没有 {takeover.as_on:%Y-%m-%d} 所在的学年，认不出年级。"
            "请先在「机构与学校」录入这个学年，或换一个基准日。"
        )
    stages = school.school.stages.all()
    classes = {
        (row.stage, row.entry_year, row.number): row
        for row in SchoolClass.objects.filter(school=school.school)
    }
    county = School.objects.filter(
        county=school.school.county_id, organisation__closed_on__isnull=True
    ).select_related("organisation")
    named: defaultdict[str, list[School]] = defaultdict(list)
    for row in county:
        if row.pk != school.school.pk:
            named[str(row.organisation)].append(row)
    codes = CategoryCode.objects.filter(organisation__in=school.offices)
    return Context(
        lineage=school,
        rules=rule_set(school.rule_set).at(today),
        today=today,
        as_on=takeover.as_on,
        year=year,
        stages={grade: stage for stage in stages for grade in stage.grades},
        classes={key: row for key, row in classes.items() if row.closed_on is None},
        closed=frozenset(key for key, row in classes.items() if row.closed_on),
        hosts={name: found[0] if len(found) == 1 else None for name, found in named.items()},
        categories=table_of(codes),
    )


def require_working(school: Lineage, on: date) -> None:
    """Raise Refused for a school that is closed, not connected, or without a stage."""
    if found := idle(school.school, on):
        raise Refused(f"{school.school.organisation}{found.why}，不能建库。{found.remedy}。")
    if not school.school.stages.exists():
        raise Refused(f"{school.school.organisation}还没有登记学段，不能建库。请先登记学段。")
