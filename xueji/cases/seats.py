"""Room in classes, for whoever places a pupil: the app that keeps the sizes (分班) answers.

Classes are locked after pupils and before series.
"""

from collections.abc import Callable, Collection
from typing import Protocol

from xueji.accounts.access import Acting
from xueji.organisations.models import SchoolClass
from xueji.rules.engine import Rules


class Require(Protocol):
    def __call__(
        self, school_class: SchoolClass, *, coming: int, rules: Rules, acting: Acting
    ) -> str: ...


Lock = Callable[[Collection[int]], dict[int, SchoolClass]]
_answers: dict[str, Callable] = {}


def answer_by(*, lock: Lock, require: Require) -> None:
    """Name who answers; called from AppConfig.ready."""
    _answers.update(lock=lock, require=require)


def lock(class_ids: Collection[int]) -> dict[int, SchoolClass]:
    """Lock open classes in id order; a closed one is not among them."""
    found: dict[int, SchoolClass] = _answers["lock"](class_ids)
    return found


def require(school_class: SchoolClass, *, coming: int, rules: Rules, acting: Acting) -> str:
    """Raise Refused when ``coming`` more make a locked class too large; else what to record."""
    words: str = _answers["require"](school_class, coming=coming, rules=rules, acting=acting)
    return words
