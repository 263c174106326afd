"""What the page of one office tells: facts, stages with their authority, people, what was done."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, Q, QuerySet

from xueji.accounts.access import Acting, posts_in_force
from xueji.accounts.models import Post
from xueji.establishment.models import OrganisationAct
from xueji.establishment.queries import rules_of
from xueji.organisations.models import (
    Level,
    Organisation,
    School,
    SchoolClass,
    SchoolYear,
    Stage,
    Term,
)
from xueji.organisations.queries import Lineage, idle, lineage, school_year
from xueji.students.models import Attendance, Status, Student

MOST_PEOPLE, MOST_SINCE = 50, 10
MOST_OPEN = 24  # classes that are shown without folding them into their grades
MOST_PLACES = 60  # villages and communities named before the rest is folded


@dataclass(frozen=True)
class Taught:
    """A stage with who is over it, and who files its monthly report."""

    stage: Stage
    authority: Organisation
    unit: Organisation


@dataclass(frozen=True)
class Grade:
    """The open classes of a grade, with the heads that take a seat in them."""

    grade: int
    classes: list[SchoolClass]

    @property
    def heads(self) -> int:
        return sum(row.heads for row in self.classes)

    @property
    def over(self) -> int:
        """How many of the classes have more heads than their size."""
        return sum(row.heads > row.capacity for row in self.classes)


@dataclass(frozen=True)
class Counts:
    """Heads of a school by name of the count (design: three counts, never mixed)."""

    registered: int  # 在籍
    enrolled: int  # 在读


def stages(line: Lineage) -> list[Taught]:
    rows = line.school.stages.order_by("first_grade")
    return [Taught(row, line.authority(row.stage), line.monthly_unit(row.stage)) for row in rows]


def classes(school: School) -> QuerySet[SchoolClass]:
    """Open classes with the heads that take a seat: ``StudentQuerySet.in_class_size``."""
    seated = Q(students__status=Status.ENROLLED, students__attendance=Attendance.IN_SCHOOL)
    return (
        SchoolClass.objects.filter(school=school, closed_on=None)
        .select_related("teacher")
        .annotate(heads=Count("students", filter=seated))
        .order_by("grade", "number")
    )


def grades(rows: list[SchoolClass]) -> list[Grade]:
    """The classes as they were read, grade by grade; none where so few need no folding."""
    if len(rows) <= MOST_OPEN:
        return []
    return [Grade(grade, list(some)) for grade, some in groupby(rows, key=lambda row: row.grade)]


def counts(office: Organisation) -> Counts:
    below = Student.objects.within(office.path)
    return Counts(below.registered().count(), below.enrolled().count())


def people(office: Organisation, on: date) -> list[Post]:
    """Posts in force at that very office."""
    return list(posts_in_force(on=on).filter(organisation=office)[:MOST_PEOPLE])


def acts(office: Organisation) -> QuerySet[OrganisationAct]:
    return OrganisationAct.objects.filter(organisation=office).select_related(
        "post__user", "post__organisation", "order"
    )


def since(office_id: int, seen: int | None) -> list[OrganisationAct]:
    """What was done to an office after the last act that was on a form, the newest first."""
    if seen is None:
        return []
    rows = OrganisationAct.objects.filter(organisation=office_id, pk__gt=seen)
    return list(
        rows.select_related("post__user", "post__organisation").order_by("-pk")[:MOST_SINCE]
    )


@dataclass(frozen=True)
class Now:
    """The school year and term of a day, for the short line on an office's page."""

    year: SchoolYear | None
    term: Term | None


def now(county: Organisation, on: date) -> Now:
    year = school_year(county, on)
    term = year.terms.filter(starts_on__lte=on, ends_on__gte=on).first() if year else None
    return Now(year, term)


def state(office: Organisation, school: School | None, on: date) -> str:
    """The status word of an office."""
    if office.closed_on and office.closed_on <= on:
        return "停用"
    if school is None:
        return ""
    return "排队中" if idle(school, on) else "已批准"


def of(acting: Acting, office: Organisation) -> dict[str, object]:
    """The context of the page but for its history; a fixed number of queries."""
    offices = list(Organisation.objects.above(office.path))
    county = next((one for one in offices if one.level == Level.COUNTY), None)
    school = School.objects.filter(pk=office.pk).select_related("connected_by__user").first()
    told: dict[str, object] = {
        "office": office,
        "school": school,
        "offices": offices,
        "county": county,
        "in_force": rules_of(offices),
        "people": people(office, acting.today),
        "most_people": MOST_PEOPLE,
        "now": now(county, acting.today) if county else None,
        "is_county_above": bool(county and acting.reaches(county.path)),
    }
    if school:
        school.organisation = office
        rows, places = list(classes(school)), list(school.catchments.order_by("code"))
        told |= {
            "stages": stages(lineage(school.pk)),
            "classes": rows,
            "grades": grades(rows),
            "catchment": places,
            "catchment_first": places[:MOST_PLACES],
            "catchment_rest": places[MOST_PLACES:],
            "counts": counts(office),
            "idle": idle(school, acting.today),
        }
    return told
