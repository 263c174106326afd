"""Error pages; none says more than that something is not there or not now."""

import logging
import secrets
import sys

from django.conf import settings
from django.contrib.sessions.exceptions import SessionInterrupted
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from xueji.accounts import access
from xueji.pages.kept import kept, page_of

log = logging.getLogger(__name__)
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@access.public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The one answer to a missing page, a missing row and a row out of reach."""
    return render(request, "404.html", status=404)


def not_allowed(request: HttpRequest, refusal: HttpResponse) -> HttpResponse:
    """In place of an empty 405: the page that carries the form is one click away."""
    response = render(request, "405.html", {"page": page_of(request)}, status=405)
    response["Allow"] = refusal["Allow"]
    return response


@access.public
def failed(request: HttpRequest) -> HttpResponse:
    """Something broke; the incident number leads to the log line.

    A database that is away is told as such, wherever in the request it was missed.
    """
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return _unsure(request)
    body = render_to_string("500.html", {"incident": _incident(request)})
    return HttpResponse(body, status=500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that cannot be understood; nothing was done, but for a session lost on the way."""
    if isinstance(exception, SessionInterrupted):
        return _unsure(request)
    if isinstance(exception, TOO_MUCH):
        return _too_much()
    return HttpResponse(render_to_string("400.html"), status=400)


def _too_much() -> HttpResponse:
    """More than any form of ours sends; who pasted a list into one can go back and shorten it."""
    context = {
        "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
        "megabytes": settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024**2,
    }
    return HttpResponse(render_to_string("413.html", context), status=413)


def _unsure(request: HttpRequest) -> HttpResponse:
    """The act may have been committed before the answer was lost; sending it again is safe."""
    body = render_to_string("503.html", {"incident": _incident(request)})
    return HttpResponse(body, status=503, headers={"Retry-After": "5"})


def _incident(request: HttpRequest) -> str:
    request.incident = incident = secrets.token_hex(3)
    log.error(
        "incident %s at %s", incident, request.resolver_match and request.resolver_match.route
    )
    return incident


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page was too old; the form can be sent again after a reload."""
    view = request.resolver_match.func if request.resolver_match else None
    if page := kept(request, view):
        return page
    return render(request, "403_csrf.html", status=403)
