"""Room in classes, for whoever places a pupil: the app that keeps the sizes (分班) answers.

Classes are locked after pupils and before series.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass
from xueji.rules.engine import Rules

Seats = Any  # of one locked class: what the answering app needs to know of it


class Full(Refused):
    """More would come into the class than it may have."""


class Require(Protocol):
    def __call__(self, seats: Seats, *, coming: int, rules: Rules, chosen_by: int) -> str: ...


Lock = Callable[[Collection[int]], Mapping[int, Seats]]
Tell = Callable[[Collection[SchoolClass], Rules], Mapping[int, str]]
_answers: dict[str, Callable] = {}


def answer_by(*, lock: Lock, require: Require, tell: Tell) -> None:
    """Name who answers; called from AppConfig.ready."""
    _answers.update(lock=lock, require=require, tell=tell)


def lock(class_ids: Collection[int]) -> Mapping[int, Seats]:
    """Lock open classes in id order and count who sits there; a closed one is not among them."""
    found: Mapping[int, Seats] = _answers["lock"](class_ids)
    return found


def require(seats: Seats, *, coming: int, rules: Rules, chosen_by: int) -> str:
    """Raise Full when ``coming`` more make the class too large; else what to record.

    ``chosen_by``: the person who puts them there, who may not be the one that agreed to more.
    Without a query, so that many can be placed by one act.
    """
    words: str = _answers["require"](seats, coming=coming, rules=rules, chosen_by=chosen_by)
    return words


def told(classes: Collection[SchoolClass], rules: Rules) -> Mapping[int, str]:
    """Of each class how many sit there and how many may, for who is to choose one."""
    words: Mapping[int, str] = _answers["tell"](classes, rules)
    return words
