"""The registry of workflows: the kernel calls it and imports none of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from xueji.accounts.access import Acting
from xueji.cases.models import Case, Step
from xueji.organisations.models import School
from xueji.students.models import Student


@dataclass(frozen=True, kw_only=True)
class Stop:
    """One stop of a route: which post at which organisation signs.

    ``days`` and ``returns_to`` are those of the Step it becomes.
    """

    organisation_id: int
    role: str
    days: int | None = None
    returns_to: int | None = None

    def is_of(self, organisation_id: int, role: str) -> bool:
        return (self.organisation_id, self.role) == (organisation_id, role)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What a workflow tells the kernel.

    ``apply`` runs on the last yes, in the transaction of the signature, for locked cases; it
    returns why single cases cannot be signed ({} = all done). ``reverse`` undoes one done case
    or raises Refused. ``edit_url`` names the view that edits a draft or returned case, by case
    number. ``panel`` gives the template and context with which the case page shows the facts
    to the post that looks; ids of other pupils shown there are its ``named``. ``outside`` does the
    same for a party to the case that the pupil is not shown to; without it there are no facts.
    ``turn_url`` gives the page on which the post whose turn it is acts, where the plain decision
    does not suffice, else "". ``then`` tells whoever signed last what is so now and what comes
    next. ``undo`` is what reversing is called, ``undo_help`` when it is right and what it brings
    back. ``asked`` gives, by case, the school that is asked for its pupil and is not to be named
    before it agrees (`veil`). ``offered`` gives the page on which the pupil's own school begins
    such a case from the page of the pupil, "" where it may not.
    """

    name: str
    label: str
    letter: str
    exclusive: bool
    apply: Callable[[Sequence[Case], Acting], Mapping[int, str]]
    reverse: Callable[[Case, Acting, str], None]
    then: str
    undo: str
    undo_help: str
    edit_url: str
    panel: Callable[[Case, Acting], tuple[str, dict[str, object]]]
    outside: Callable[[Case, Acting], tuple[str, dict[str, object]]] | None = None
    turn_url: Callable[[Case, Step], str] | None = None
    asked: Callable[[Sequence[Case]], Mapping[int, School]] | None = None
    offered: Callable[[Student, Acting], str] | None = None


class Refused(Exception):
    """An act was refused; the text is a Chinese sentence for the person who tried."""


class Unreasoned(Refused):
    """It was refused for its reason, which is missing or too long: another one helps."""


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a workflow known; called from its AppConfig.ready."""
    if _KINDS.setdefault(kind.name, kind) is not kind:
        raise LookupError(f"two kinds named {kind.name}")


def get(name: str) -> Kind:
    return _KINDS[name]


def all_kinds() -> Iterable[Kind]:
    return _KINDS.values()
