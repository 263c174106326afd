"""Room in classes, for whoever places a pupil: the app that keeps the sizes (分班) answers.

Classes are locked after pupils and before series.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from typing import Any, Protocol

from xueji.cases.kinds import Refused
from xueji.organisations.models import SchoolClass
from xueji.rules.engine import Rules
from xueji.students.models import Attendance, Student

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


class Room:
    """The classes that one act fills: locked in id order, and who was seated there by it."""

    def __init__(self, class_ids: Collection[int | None]):
        self._locked: Mapping[int, Seats] = _answers["lock"](set(class_ids) - {None})
        self._coming: Counter[int] = Counter()

    def __contains__(self, class_id: int) -> bool:
        """Whether the class is still open."""
        return class_id in self._locked

    def seat(
        self, student: Student, school_class: SchoolClass, *, rules: Rules, chosen_by: int
    ) -> None:
        """Give a pupil a seat; a child taught at home takes none.

        ``chosen_by``: the person who puts the pupil there, who may not be the one that agreed to
        more. Without a query, so that many can be placed by one act. Raises Refused for a class
        that was closed, Full for one that would become too large.
        """
        if school_class.pk not in self:
            raise Refused(f"{school_class}已撤销。请另选一个班。")
        if student.attendance != Attendance.IN_SCHOOL:
            return
        seats, coming = self._locked[school_class.pk], self._coming[school_class.pk] + 1
        _answers["require"](seats, coming=coming, rules=rules, chosen_by=chosen_by)
        self._coming[school_class.pk] = coming


def told(classes: Collection[SchoolClass], rules: Rules) -> Mapping[int, str]:
    """Of each class how many sit there and how many may, for who is to choose one."""
    words: Mapping[int, str] = _answers["tell"](classes, rules)
    return words
