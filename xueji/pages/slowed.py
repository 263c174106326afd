"""What is answered to whoever asked too often: the page as it was, 429, and when to come back."""

from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils.timezone import localtime


def slowed(response: HttpResponse, *, wait: timedelta) -> HttpResponse:
    """Say that nothing was done, and after how long it will be."""
    response.status_code = 429
    response["Retry-After"] = str(round(wait.total_seconds()))
    return response


def until_midnight(at: datetime) -> timedelta:
    """From ``at`` to the end of its day here."""
    here = localtime(at)
    return here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1) - here
