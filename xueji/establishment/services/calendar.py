"""The county's school years and terms, from which windows and deadlines are counted."""

from django.db import transaction

from xueji.accounts.access import Acting
from xueji.establishment import rules
from xueji.establishment.models import ActKind
from xueji.establishment.rules import Year
from xueji.establishment.services.common import (
    Unchanged,
    Unfit,
    compare,
    county_of,
    keep,
    of_reason,
    require_latest,
)
from xueji.organisations.models import SchoolYear, Term


@transaction.atomic
def save_year(*, typed: Year, seen: int, reason: str, acting: Acting) -> SchoolYear:
    """Write a school year of the county with its terms; the first time it makes the row.

    Raises PermissionDenied, Outdated, Unfit and Unchanged.
    """
    county = county_of(acting)
    require_latest(county.pk, seen)
    years = {row.year: row for row in SchoolYear.objects.filter(county=county)}
    row = years.get(typed.year)
    terms = {term.number: term for term in row.terms.all()} if row else {}
    changes = compare(_words_of(row, terms), _words(typed), {})
    if not changes:
        raise Unchanged
    spans = {year: (other.starts_on, other.ends_on) for year, other in years.items()}
    problems = [*rules.of_year(typed, spans), *of_reason(reason)]
    if problems:
        raise Unfit(problems)
    row = row or SchoolYear(county=county, year=typed.year)
    row.starts_on, row.ends_on = typed.starts_on, typed.ends_on
    row.save()
    for number, (starts, ends) in enumerate(typed.terms, start=1):
        term = terms.get(number) or Term(school_year=row, number=number)
        term.starts_on, term.ends_on = starts, ends
        term.save()
    changes = [(f"{row.year} 学年{label}", old, new) for label, old, new in changes]
    keep(county, ActKind.CALENDAR, acting=acting, changes=changes, reason=reason)
    return row


def _words(typed: Year) -> dict[str, str]:
    spans = {"起止": (typed.starts_on, typed.ends_on)}
    spans |= {f"第 {n} 学期": span for n, span in enumerate(typed.terms, start=1)}
    return {label: f"{starts} 至 {ends}" for label, (starts, ends) in spans.items()}


def _words_of(row: SchoolYear | None, terms: dict[int, Term]) -> dict[str, str]:
    if row is None:
        return {}
    spans = {"起止": (row.starts_on, row.ends_on)}
    spans |= {f"第 {n} 学期": (t.starts_on, t.ends_on) for n, t in sorted(terms.items())}
    return {label: f"{starts} 至 {ends}" for label, (starts, ends) in spans.items()}
