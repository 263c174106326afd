"""What is answered to whoever asked too often: the page as it was, 429, and when to come back."""

from datetime import timedelta

from django.http import HttpResponse


def slowed(response: HttpResponse, *, wait: timedelta) -> HttpResponse:
    """Say that nothing was done, and after how long it will be."""
    response.status_code = 429
    response["Retry-After"] = str(round(wait.total_seconds()))
    return response
