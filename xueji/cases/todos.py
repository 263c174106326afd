"""Work that waits without a case: what an app has for the desk of the post that does it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from xueji.accounts.access import Acting

MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Todo:
    """Pupils, or what ``unit`` counts, that wait for an act of this post.

    ``url`` names its page, ``query`` goes on it. Who counts what may be many stops behind
    ``MOST_COUNTED``. ``since``: when the oldest came, ``due``: the day of the first that is due.
    """

    label: str
    count: int
    help: str
    url: str
    query: str = ""
    unit: str = "名"
    since: date | datetime | None = None
    due: date | None = None

    @property
    def shown(self) -> int:
        return min(self.count, MOST_COUNTED)

    @property
    def of_what(self) -> str:
        """``名``, ``名以上``."""
        return self.unit if self.count == self.shown else f"{self.unit}以上"


Ask = Callable[[Acting], Todo | None]
_ASKED: list[Ask] = []


def register(ask: Ask) -> None:
    """Have the desk ask; called from AppConfig.ready. ``ask`` takes a fixed number of queries."""
    if ask not in _ASKED:
        _ASKED.append(ask)


def todos(acting: Acting) -> list[Todo]:
    """What waits for the post beside its cases."""
    return [todo for ask in _ASKED if (todo := ask(acting))]
