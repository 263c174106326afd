"""A line in the log and a figure for each answer: by route and ids, never by address or name."""

import logging
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

Answer = Callable[[HttpRequest], HttpResponse]

log = logging.getLogger(__name__)
QUIET = {"healthz", "readyz"}  # asked every few seconds
ANSWERS = Counter("xueji_answers", "Answers of pages", ["route", "method", "status"])
SECONDS = Histogram(
    "xueji_answer_seconds",
    "Seconds until an answer",
    ["route"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
METHODS = {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}


def answered(get_response: Answer) -> Answer:
    """Around everything but files of the stylesheet's kind."""

    def answer(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        if match is None and response.status_code < 400:
            return response  # a static file
        _note(request, match.route if match else "", response.status_code, begun)
        return response

    return answer


def _note(request: HttpRequest, route: str, status: int, begun: float) -> None:
    seconds = time.perf_counter() - begun
    method = request.method if request.method in METHODS else "OTHER"
    ANSWERS.labels(route, method, status).inc()
    SECONDS.labels(route).observe(seconds)
    if route in QUIET and status == 200:
        return
    acting = getattr(request, "acting", None)
    facts = {
        "method": method,
        "route": route,
        "status": status,
        "ms": round(1000 * seconds),
        "user": acting and acting.user.pk,
        "post": acting and acting.post.pk,
    }
    line = "%(method)s %(route)s %(status)s %(ms)s ms user %(user)s post %(post)s"
    log.info(line, facts, extra={"facts": facts})
