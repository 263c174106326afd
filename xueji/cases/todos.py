"""Work that waits without a case: what an app has for the desk of the post that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from xueji.accounts.access import Acting


@dataclass(frozen=True, kw_only=True)
class Todo:
    """Pupils who wait for an act of this post; ``url`` names its page, ``query`` goes on it.

    ``unit`` is the measure word where it is not pupils that wait.
    """

    label: str
    count: int
    help: str
    url: str
    query: str = ""
    unit: str = "名"


Ask = Callable[[Acting], Todo | None]
_ASKED: list[Ask] = []


def register(ask: Ask) -> None:
    """Have the desk ask; called from AppConfig.ready. ``ask`` takes a fixed number of queries."""
    if ask not in _ASKED:
        _ASKED.append(ask)


def todos(acting: Acting) -> list[Todo]:
    """What waits for the post beside its cases."""
    return [todo for ask in _ASKED if (todo := ask(acting))]
