"""The calendar of a county: its school years, and the working days that deadlines count."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from xueji.organisations.models import Holiday, SchoolYear


@dataclass(frozen=True)
class Month:
    """One month: how many working days, and the days that differ from their weekday."""

    first: date
    working: int
    off: list[Holiday]
    made_up: list[Holiday]
    known: bool  # whether anything was entered for its year


def months(starts: date, ends: date) -> list[Month]:
    """Every month of the span; two queries."""
    last = date(ends.year, ends.month, monthrange(ends.year, ends.month)[1])
    special = {
        day.date: day
        for day in Holiday.objects.filter(date__gte=starts.replace(day=1), date__lte=last)
    }
    years = set(
        Holiday.objects.filter(date__year__gte=starts.year, date__year__lte=ends.year)
        .values_list("date__year", flat=True)
        .distinct()
    )
    found, first = [], starts.replace(day=1)
    while first <= ends:
        count = monthrange(first.year, first.month)[1]
        days = [first + timedelta(days=n) for n in range(count)]
        rows = [special[day] for day in days if day in special]
        found.append(
            Month(
                first=first,
                working=sum(_works(day, special.get(day)) for day in days),
                off=[row for row in rows if not row.working],
                made_up=[row for row in rows if row.working],
                known=first.year in years,
            )
        )
        first = days[-1] + timedelta(days=1)
    return found


def _works(day: date, special: Holiday | None) -> bool:
    return special.working if special else day.isoweekday() <= 5


def unknown_years(found: list[Month]) -> list[int]:
    """Calendar years without any entry: their working days are Monday to Friday."""
    return sorted({month.first.year for month in found if not month.known})


def term_days(row: SchoolYear, found: list[Month]) -> list[tuple[int, date, date, int]]:
    """Of each term its number, first and last day, and how many working days it has."""
    special = {day.date: day for month in found for day in (*month.off, *month.made_up)}
    terms = []
    for term in row.terms.order_by("number"):
        span = (term.ends_on - term.starts_on).days + 1
        days = (term.starts_on + timedelta(days=n) for n in range(span))
        count = sum(_works(day, special.get(day)) for day in days)
        terms.append((term.number, term.starts_on, term.ends_on, count))
    return terms


def lines(year: int) -> str:
    """The special days of a calendar year as they are typed."""
    rows = Holiday.objects.filter(date__year=year).order_by("date")
    return "\n".join(f"{d.date} {'上班' if d.working else '放假'} {d.name}" for d in rows)
