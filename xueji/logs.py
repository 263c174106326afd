"""Log lines that say what broke and where, and never with which values.

The text of an exception may quote a pupil: PostgreSQL's does (``Failing row contains (…)``).
"""

import copy
import json
import logging
import traceback
from collections.abc import Iterator


class WithoutValues(logging.Formatter):
    """Of an exception it prints types and frames; the incident number tells whose page it was."""

    def format(self, record: logging.LogRecord) -> str:
        record = _by_route(record)
        record.exc_text = None  # another handler's, with everything in it
        line = super().format(record)
        incident = getattr(getattr(record, "request", None), "incident", "")
        return f"{line}\nincident {incident}" if incident else line

    def formatException(self, ei) -> str:  # noqa: N802 -- logging's own name
        return "\n".join(frames(ei[1]))


class Json(WithoutValues):
    """The same as one JSON object a line, for whatever gathers logs."""

    def format(self, record: logging.LogRecord) -> str:
        record = _by_route(record)
        told: dict[str, object] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if incident := getattr(getattr(record, "request", None), "incident", ""):
            told["incident"] = incident
        if record.exc_info and record.exc_info[1]:
            told["trace"] = [*frames(record.exc_info[1])]
        return json.dumps(told, ensure_ascii=False, default=str)


def _by_route(record: logging.LogRecord) -> logging.LogRecord:
    """The same without the address, which may hold what somebody typed: Django's lines name it."""
    record = copy.copy(record)
    request = getattr(record, "request", None)
    if record.args and hasattr(request, "path"):
        match = getattr(request, "resolver_match", None)
        route = match.route if match else "no page"
        named = (request.path, request.path.encode("unicode_escape").decode())  # as Django does
        record.args = tuple(route if arg in named else arg for arg in record.args)
    return record


def frames(error: BaseException | None) -> Iterator[str]:
    """Types and places of an exception and its causes, without its values."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield f"{type(error).__module__}.{type(error).__qualname__}"
        for frame, line in traceback.walk_tb(error.__traceback__):
            yield f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
        hidden = error.__suppress_context__
        error = error.__cause__ or (None if hidden else error.__context__)
