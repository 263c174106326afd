"""What kinds of job there are. Each room registers its own when the product starts."""

from collections.abc import Callable
from dataclasses import dataclass

from xueji.jobs.leases import Lease
from xueji.jobs.models import Job

Handler = Callable[[Job, Lease], None]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One kind of job, the words for it on screen, and whether it is due every day."""

    name: str
    title: str
    handler: Handler
    daily: bool


_kinds: dict[str, Kind] = {}


def job(name: str, *, title: str, daily: bool = False) -> Callable[[Handler], Handler]:
    """Register a handler. A daily one is queued by the sweeper on each day and must bear repeating.

    A handler that must act exactly once does so inside ``with lease.effect():``; one that raises
    ``JobFailed`` ends its job with that reason.
    """

    def register(handler: Handler) -> Handler:
        if name in _kinds:
            raise LookupError(f"job kind {name} is registered twice")
        _kinds[name] = Kind(name=name, title=title, handler=handler, daily=daily)
        return handler

    return register


def get(name: str) -> Kind:
    """The kind of that name, or LookupError."""
    return _kinds[name]


def due_daily() -> list[Kind]:
    """The kinds that every day brings, in the order of their names."""
    return sorted((kind for kind in _kinds.values() if kind.daily), key=lambda kind: kind.name)
