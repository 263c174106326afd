"""What tests do over and over to a fresh world is done by the services, and later from its rows.

A step with the same arguments in the same world has the same outcome: the first time it is taken,
the second time its rows are noted down, from the third time on they are written. Anything else
that was written meanwhile ends that, and every step is taken again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from itertools import count
from typing import TypeVar

from django.db import connection, models
from django.utils import timezone

from tests import rows


@dataclass(frozen=True)
class Past:
    """All steps since the world was built, and how many rows this connection had written then."""

    steps: tuple
    writes: int


@dataclass(frozen=True)
class Noted:
    statements: str
    model: type[models.Model]
    pk: int
    serial: int


Made = TypeVar("Made", bound=models.Model)
_noted: dict[tuple, Noted | None] = {}
_serials = count(100)  # before there is a world


def serial() -> int:
    """1, 2, 3 … in each world: what makes one pupil differ from the next."""
    return next(_serials)


def begin(world, *steps: object) -> None:
    """The world is as it was built."""
    global _serials
    _serials = count(1)
    world.past = Past(steps, _writes())


def _writes() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables"
        )
        return int(cursor.fetchone()[0])


def step(take: Callable[..., Made]) -> Callable[..., Made]:
    """A function of a world and plain arguments that changes its rows and returns one of them."""

    @wraps(take)
    def taken(world, *args, **changes) -> Made:
        global _serials
        past, world.past = world.past, None
        if past is None or not connection.in_atomic_block or past.writes != _writes():
            return take(world, *args, **changes)
        called = (take.__qualname__, args, tuple(sorted(changes.items())), timezone.now())
        steps = (*past.steps, called)
        if noted := _noted.get(steps):
            rows.write(noted.statements)
            made = noted.model._default_manager.get(pk=noted.pk)
            _serials = count(noted.serial)
        else:
            before = rows.texts() if steps in _noted else None
            made = take(world, *args, **changes)
            following = serial()
            _serials = count(following)
            _noted[steps] = before and Noted(
                rows.written(since=before), type(made), made.pk, following
            )
        world.past = Past(steps, _writes())
        return made

    return taken
