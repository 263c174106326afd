"""The days the demo lives by: school years since 2023, holidays, and when months were accepted.

The register of the demo begins on ``START``; what was before, it took over on that day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

import chinese_calendar

from xueji.ledger.services import month_of
from xueji.organisations.models import Holiday

ZONE = ZoneInfo("Asia/Shanghai")
# school year: both terms, first and last day of lessons
TERMS = {
    2023: ((date(2023, 9, 1), date(2024, 1, 26)), (date(2024, 2, 26), date(2024, 7, 10))),
    2024: ((date(2024, 9, 2), date(2025, 1, 17)), (date(2025, 2, 17), date(2025, 7, 9))),
    2025: ((date(2025, 9, 1), date(2026, 1, 30)), (date(2026, 3, 2), date(2026, 7, 10))),
    2026: ((date(2026, 9, 1), date(2027, 1, 29)), (date(2027, 2, 22), date(2027, 7, 9))),
}
FIRST_YEAR, THIS_YEAR = min(TERMS), max(TERMS)
START = date(FIRST_YEAR, 9, 1)
POSTS_SINCE = date(FIRST_YEAR, 8, 15)
# the demo tells of this autumn, whenever it is loaded
EARLIEST_TODAY, LATEST_TODAY = date(THIS_YEAR, 11, 23), date(THIS_YEAR + 1, 7, 9)

_HOLIDAYS = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


def year_starts(year: int) -> date:
    return date(year, 9, 1)


def entry_opens(year: int) -> date:
    return date(year, 8, 24)


def numbering_opens(year: int) -> date:
    return date(year, 9, 16)


def freeze(year: int) -> date:
    return date(year, 9, 30)


def year_ends(year: int) -> date:
    return date(year + 1, 8, 31)


def lessons_begin(year: int) -> date:
    return TERMS[year][0][0]


def graduation(year: int) -> date:
    """The last day of lessons before the school year ``year`` begins."""
    return TERMS[year - 1][1][1]


def holidays() -> Iterator[Holiday]:
    """Every day since the start whose working state differs from its weekday, as far as known."""
    day, last = START, year_ends(THIS_YEAR)
    while day <= last:
        try:
            working = chinese_calendar.is_workday(day)
            name = chinese_calendar.get_holiday_detail(day)[1]
        except NotImplementedError:  # the calendar of a year is announced late in the year before
            return
        if working != (day.isoweekday() <= 5):
            title = _HOLIDAYS.get(name or "", name or "")
            yield Holiday(date=day, working=working, name=f"{title}调休" if working else title)
        day += timedelta(days=1)


@cache
def is_working(day: date) -> bool:
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.isoweekday() <= 5


@cache
def working_day(day: date, shift: int = 0) -> date:
    """The first working day from ``day`` on, then ``shift`` working days further (or back)."""
    while not is_working(day):
        day += timedelta(days=1)
    step = timedelta(days=1 if shift > 0 else -1)
    for _ in range(abs(shift)):
        day += step
        while not is_working(day):
            day += step
    return day


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE)


def office_hour(random: Random, day: date, start: int = 8, end: int = 17) -> datetime:
    """A moment of that day on which an office would do something."""
    return at(day, random.randrange(start, end), random.randrange(60))


def following(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


@cache
def accepted_at(month: date) -> datetime:
    """When a month's report was accepted: the first working day from the sixth of the next."""
    return at(working_day(following(month).replace(day=6)), 10)


@cache
def booked(day: date, on: date) -> date:
    """The month in which a fact of ``day`` counts when it is recorded on the day ``on``."""
    month = month_of(day)
    while accepted_at(month).date() <= on:
        month = following(month)
    return month


def accepted_months(today: date) -> Iterator[date]:
    """The months whose reports have been accepted by now."""
    month = START
    while accepted_at(month).date() <= today:
        yield month
        month = following(month)
