"""Days as the offices count them: where one begins, and the week that ends with one."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

WEEK = 7


def midnight(day: date) -> datetime:
    """The moment at which the day begins."""
    return make_aware(datetime.combine(day, time()))


def end_of(day: date) -> datetime:
    """The moment at which the next day begins; there is none after 9999-12-31."""
    if day == date.max:
        return make_aware(datetime.max)  # noqa: DTZ901 -- made aware
    return midnight(day + timedelta(days=1))


def week_to(last: date) -> tuple[date, date]:
    """The first and the last of the seven days that end with ``last``."""
    return last - timedelta(days=WEEK - 1), last
