"""Adding centres and schools, one from a form or many from a sheet: all of them or none."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.establishment import rules
from xueji.establishment.models import ActKind, OrganisationAct
from xueji.establishment.rules import NewOffice, Taken
from xueji.establishment.services.common import Unfit, UnfitRows, county_of, lock_identifiers
from xueji.identity.problems import Problem
from xueji.organisations.models import (
    Area,
    Level,
    Organisation,
    School,
    SchoolKind,
    Stage,
)
from xueji.organisations.services import found


def taken(county: Organisation, identifiers: Iterable[str]) -> Taken:
    """What stands in the way of new rows; three queries."""
    found_offices = Organisation.objects.below(county.path).filter(level__gt=Level.COUNTY)
    result = Taken(county=county.name, county_code=county.division_code)
    by_path = {}
    for office in found_offices.order_by("path"):
        by_path[office.path] = office
        if office.level == Level.CENTRE:
            result.centres[office.name] = office.closed_on is None
        above = by_path.get(office.path[:-4])
        result.names[above.name if above else "", office.name] = (
            "同一上级之下一个已撤销的机构" if office.closed_on else "同一上级之下的另一个机构"
        )
    for code, name, closed in School.objects.filter(county=county).values_list(
        "code", "organisation__name", "organisation__closed_on"
    ):
        result.codes[code] = f"「{name}」{'（已撤销）' if closed else ''}"
    elsewhere = School.objects.filter(identifier__in=set(identifiers))
    result.identifiers = {
        identifier: f"「{name}」" if owner == county.pk else "别的县一所学校"
        for identifier, name, owner in elsewhere.values_list(
            "identifier", "organisation__name", "county"
        )
    }
    return result


def check(
    rows: Sequence[NewOffice], *, county: Organisation, acting: Acting
) -> list[list[Problem]]:
    """What is wrong with each row; the form is a sheet of one row."""
    known = taken(county, (row.identifier for row in rows))
    return rules.judge(rows, known, today=acting.today)


@transaction.atomic
def add(*, rows: Sequence[NewOffice], acting: Acting, reason: str = "") -> list[Organisation]:
    """Found every centre and school of the rows, in their order, or none.

    Raises PermissionDenied, UnfitRows, and Unfit for a sheet without rows.
    """
    county = county_of(acting)
    if not rows:
        problem = Problem("missing", "表里没有要加的机构。", "请至少填一行。", field="text")
        raise Unfit([problem])
    if any(row.identifier for row in rows):
        lock_identifiers()
    problems = check(rows, county=county, acting=acting)
    if any(problems):
        raise UnfitRows(problems)
    parents = {"": county}
    for centre in Organisation.objects.filter(parent=county, level=Level.CENTRE):
        parents[centre.name] = centre
    made: list[tuple[Organisation, NewOffice]] = []
    for row in rows:
        office = found(
            parent=parents[row.parent],
            level=row.level,
            name=row.name,
            division_code=row.division_code,
            opened_on=row.opened_on or acting.today,
        )
        made.append((office, row))
        if row.level == Level.CENTRE:
            parents[office.name] = office
    _write_schools(county, [each for each in made if each[1].level != Level.CENTRE])
    OrganisationAct.objects.bulk_create(
        OrganisationAct(
            organisation=office,
            kind=ActKind.FOUNDED,
            at=acting.at,
            post=acting.post,
            reason=reason.strip(),
            changes=[[label, "", text] for label, text in _facts(row) if text],
        )
        for office, row in made
    )
    return [office for office, _ in made]


def _write_schools(county: Organisation, made: Sequence[tuple[Organisation, NewOffice]]) -> None:
    schools = [
        School(
            organisation=office,
            county=county,
            code=row.code,
            identifier=row.identifier,
            kind=row.kind,
            area=row.area,
            designated_for_borrowed=row.designated,
        )
        for office, row in made
    ]
    School.objects.bulk_create(schools)
    Stage.objects.bulk_create(
        Stage(school=school, stage=one.stage, first_grade=one.first, years=one.years)
        for school, (_, row) in zip(schools, made, strict=True)
        for one in row.stages or ()
    )


def _facts(row: NewOffice) -> list[tuple[str, str]]:
    if row.level == Level.CENTRE:
        return [("名称", row.name), ("行政区划代码", row.division_code)]
    return [
        ("名称", row.name),
        ("隶属", row.parent or "教育局直属"),
        ("学校代码", row.code),
        ("学校标识码", row.identifier),
        ("办学类型", SchoolKind(row.kind).label),
        ("城乡", Area(row.area).label),
        ("指定借读学校", "是" if row.designated else ""),
        ("学段", "、".join(str(one) for one in row.stages or ())),
    ]
