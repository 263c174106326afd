"""From which day to which a list of records is asked for."""

from datetime import date, timedelta

from django.http import HttpRequest

from xueji.days import week_to
from xueji.students import reading

MOST_DAYS = 366
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)


def asked_span(request: HttpRequest, today: date) -> tuple[date, date]:
    """``from`` and ``to`` of the address, in order; a week without an answer, a year at most."""
    last = _day(request.GET.get("to", "").strip()) or today
    first = _day(request.GET.get("from", "").strip()) or week_to(last)[0]
    first, last = sorted((first, last))
    return max(first, last - timedelta(days=MOST_DAYS)), last


def shortened(request: HttpRequest, first: date, last: date) -> str:
    """What is to be told of days that were asked for and are not listed; "" where all are."""
    typed = (_day(request.GET.get(name, "").strip()) for name in ("from", "to"))
    asked = min((day for day in typed if day), default=None)
    return f"一次最多查一年，只列了 {first} 至 {last}" if asked and asked < first else ""


def unread(request: HttpRequest, first: date, last: date) -> list[str]:
    """What is to be told of each end that was typed and is no day of ours."""
    typed = (request.GET.get(name, "").strip()[:20] for name in ("from", "to"))
    listed = f"列的是 {first} 至 {last}"
    return [f"日期「{text}」读不懂，{listed}" for text in typed if text and not _day(text)]


def _day(text: str) -> date | None:
    day = reading.day(text)
    return day if day and EARLIEST <= day <= LATEST else None
