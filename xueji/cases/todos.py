"""Work that waits without a case: what an app has for the desk of the post that does it."""

from collections.abc import Callable
from dataclasses import dataclass

from xueji.accounts.access import Acting

MOST_COUNTED = 10_000


@dataclass(frozen=True, kw_only=True)
class Todo:
    """Pupils, or what ``unit`` counts, that wait for an act of this post.

    ``url`` names its page, ``query`` goes on it. Who counts what may be many stops behind
    ``MOST_COUNTED``.
    """

    label: str
    count: int
    help: str
    url: str
    query: str = ""
    unit: str = "名"

    @property
    def how_many(self) -> str:
        """``12 名``, ``10000 名以上``."""
        if self.count > MOST_COUNTED:
            return f"{MOST_COUNTED} {self.unit}以上"
        return f"{self.count} {self.unit}"


Ask = Callable[[Acting], Todo | None]
_ASKED: list[Ask] = []


def register(ask: Ask) -> None:
    """Have the desk ask; called from AppConfig.ready. ``ask`` takes a fixed number of queries."""
    if ask not in _ASKED:
        _ASKED.append(ask)


def todos(acting: Acting) -> list[Todo]:
    """What waits for the post beside its cases."""
    return [todo for ask in _ASKED if (todo := ask(acting))]
