"""Questions about the tree: ancestors, authority, rule set, calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from xueji.organisations.models import (
    LABEL,
    Area,
    Holiday,
    Level,
    Organisation,
    School,
    SchoolYear,
    StageName,
)


@dataclass(frozen=True, kw_only=True)
class Lineage:
    """A school with its line of offices, loaded once for a whole batch."""

    school: School
    offices: tuple[Organisation, ...]  # province first, the school last

    def at(self, level: Level) -> Organisation | None:
        """The office of that level above the school, if the line has one."""
        return next((office for office in self.offices if office.level == level), None)

    @property
    def county(self) -> Organisation:
        return self._office(Level.COUNTY)

    @property
    def province(self) -> Organisation:
        return self._office(Level.PROVINCE)

    @property
    def prefecture(self) -> Organisation:
        return self._office(Level.PREFECTURE)

    @property
    def rule_set(self) -> str:
        """The rule set of the nearest office that names one."""
        return next(office.rule_set for office in reversed(self.offices) if office.rule_set)

    def _office(self, level: Level) -> Organisation:
        office = self.at(level)
        if office is None:
            raise LookupError(f"{self.school} has no {level.name}")
        return office

    def authority(self, stage: str) -> Organisation:
        """学籍主管部门 of (school, stage): NATTRIAL-4, QIANAN-1.1.

        A school run by prefecture or province answers to it; a township primary to its centre;
        everything else to the county.
        """
        if self.school.run_by_id:
            return next(o for o in self.offices if o.id == self.school.run_by_id)
        centre = self.at(Level.CENTRE)
        if stage == StageName.PRIMARY and self.school.area == Area.TOWNSHIP and centre:
            return centre
        return self.county

    def monthly_unit(self, stage: str) -> Organisation:
        """Who files the monthly report: the centre for its primaries, else the school."""
        authority = self.authority(stage)
        return authority if authority.level == Level.CENTRE else self.school.organisation


def lineages(school_ids: set[int]) -> dict[int, Lineage]:
    """Lineage of each school, in two queries whatever their number."""
    schools = School.objects.select_related("organisation").filter(pk__in=school_ids)
    found = {school.pk: school for school in schools}
    wanted = {path for school in found.values() for path in _prefixes(school.organisation.path)}
    offices = {office.path: office for office in Organisation.objects.filter(path__in=wanted)}
    return {
        pk: Lineage(
            school=school,
            offices=tuple(offices[path] for path in _prefixes(school.organisation.path)),
        )
        for pk, school in found.items()
    }


def lineage(school_id: int) -> Lineage:
    """Lineage of one school."""
    return lineages({school_id})[school_id]


@dataclass(frozen=True)
class Held:
    """Where an organisation stands in the tree, and since when it is closed."""

    path: str
    closed_on: date | None


def hold(ids: Iterable[int]) -> dict[int, Held]:
    """Organisations as they are now, which no order (建制调整) changes before this commit.

    Whoever writes a path beside an organisation, or begins business there, asks here: an order
    may have moved or closed it since it was read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, path, closed_on FROM xueji_organisation WHERE id = ANY(%s)"
            " ORDER BY id FOR KEY SHARE",
            [list(ids)],
        )
        return {pk: Held(path, closed_on) for pk, path, closed_on in cursor.fetchall()}


def rule_set_of(office: Organisation) -> str:
    """The rule set of the office or its nearest ancestor that names one."""
    line = Organisation.objects.above(office.path).values_list("rule_set", flat=True)
    return next(name for name in reversed(line) if name)


def _prefixes(path: str) -> list[str]:
    return [path[: end + LABEL] for end in range(0, len(path), LABEL)]


@dataclass(frozen=True)
class Idle:
    """Why a school does no register business, said after its name, and who can help."""

    why: str
    remedy: str


def idle(school: School, on: date) -> Idle | None:
    """A school works from its 入网 (NATTRIAL-6) until it is closed; None while it does."""
    closed_on = school.organisation.closed_on
    if closed_on and closed_on <= on:
        return Idle(f"已于 {closed_on:%Y-%m-%d} 撤销", "请先由教育局把学生调整到现在的学校")
    if school.connected_on is None or school.connected_on > on:
        return Idle("还没有入网", "请教育局先核准该校入网")
    return None


def school_year(county: Organisation, on: date) -> SchoolYear | None:
    """The county's school year that a day belongs to: the last one that has begun."""
    return (
        SchoolYear.objects.filter(county=county, starts_on__lte=on).order_by("-starts_on").first()
    )


def working_days_after(start: date, count: int) -> date:
    """The day on which ``count`` working days after ``start`` have passed.

    Days without an entry in Holiday work from Monday to Friday.
    """
    horizon = start + timedelta(days=3 * count + 30)
    special = dict(
        Holiday.objects.filter(date__gt=start, date__lte=horizon).values_list("date", "working")
    )
    day = start
    while count:
        day += timedelta(days=1)
        count -= special.get(day, day.isoweekday() <= 5)
    return day


def named(path: str, typed: str, *, closed: bool = False) -> list[Organisation]:
    """Offices at or below ``path`` of that name, or of that name under that parent; three at most.

    ``建昌营镇中心校/清泉小学`` names the one of several. Those that are closed only when asked for.
    """
    parent, _, name = typed.rpartition("/")
    found = Organisation.objects.below(path).filter(name=name.strip())
    if not closed:
        found = found.filter(closed_on__isnull=True)
    if parent:
        found = found.filter(parent__name=parent.strip())
    return list(found.order_by("path")[:3])
