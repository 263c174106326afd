"""Balanced assignment (均衡分班): the same seed and list give the same classes, for ever.

Pure, and small enough to be repeated on paper. A *lot* is the SHA-256 of the seed, a blank and
what it is drawn for, in hexadecimal: ``lot("8136", "班3")`` for class 3, ``lot("8136", "12")`` for
number 12 of the list. Everything that is equal otherwise goes by the lower lot.

1. Seats. Pupil by pupil one more seat goes to the class with the fewest heads that has room.
2. Boys. Boy by boy one of these seats goes to the class with the fewest boys; of equal ones to
   that with more seats left. The other seats are the girls'.
3. Who. Boys, then girls, are lined up by the chosen keys, then by lot, and dealt out: the n-th
   seat of a class with q seats is served at (2n − 1) / 2q of the way, so that neighbours in the
   line go to different classes. Classes served at the same moment come in the order of their
   lots, forwards and backwards by turns; girls begin backwards.
4. Wishes, in their order. Of two who should be together (or apart) and are not, the second, else
   the first, changes places with the pupil of the same sex who is most like him in the keys and
   is in no wish; who was in a wish before moves last. Heads, boys and girls of each class stay.
"""

import hashlib
import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from xueji.cases.kinds import Refused
from xueji.identity.codes import BOY


@dataclass(frozen=True, kw_only=True)
class Child:
    """One pupil of the list; ``keys`` are the values to be spread, the weightiest first."""

    order: int
    sex: str
    keys: tuple[str, ...] = ()

    @property
    def is_boy(self) -> bool:
        return self.sex == BOY


@dataclass(frozen=True, kw_only=True)
class Room:
    """One class as it is before: who sits in it, and how many more may come."""

    number: int
    boys: int = 0
    girls: int = 0
    seats: int


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Two pupils of the list, by their order, whose parents want them together or apart."""

    first: int
    second: int
    together: bool


class CannotBalance(Refused):
    """No assignment does what is asked; says what is in the way."""


def lot(seed: str, what: str) -> str:
    return hashlib.sha256(f"{seed} {what}".encode()).hexdigest()


def balance(
    *, children: Sequence[Child], rooms: Sequence[Room], seed: str, wishes: Iterable[Wish] = ()
) -> dict[int, int]:
    """Order in the list → number of the class. Raises CannotBalance."""
    wishes = tuple(wishes)
    free = sum(max(room.seats, 0) for room in rooms)
    if len(children) > free:
        raise CannotBalance(
            f"待分班 {len(children)} 人，所选各班只有 {free} 个空位，差 {len(children) - free} 个。"
            "请多选几个班，或先增设班级。"
        )
    rooms = sorted(rooms, key=lambda room: lot(seed, f"班{room.number}"))
    seats = _seats(rooms, len(children))
    boys = _boys(rooms, seats, sum(child.is_boy for child in children))
    girls = [all_ - own for all_, own in zip(seats, boys, strict=True)]
    line = sorted(children, key=lambda child: (child.keys, lot(seed, str(child.order))))
    placed: dict[int, int] = {}
    for is_boy, quotas in ((True, boys), (False, girls)):
        dealt = _deal(quotas, begins_backwards=not is_boy)
        group = [child for child in line if child.is_boy == is_boy]
        for child, index in zip(group, dealt, strict=True):
            placed[child.order] = rooms[index].number
    _fulfil(wishes, {child.order: child for child in children}, placed, seed)
    return placed


def _seats(rooms: Sequence[Room], count: int) -> list[int]:
    seats = [0] * len(rooms)
    queue = [(room.boys + room.girls, i) for i, room in enumerate(rooms) if room.seats > 0]
    heapq.heapify(queue)
    for _ in range(count):
        heads, i = heapq.heappop(queue)
        seats[i] += 1
        if seats[i] < rooms[i].seats:
            heapq.heappush(queue, (heads + 1, i))
    return seats


def _boys(rooms: Sequence[Room], seats: Sequence[int], count: int) -> list[int]:
    boys = [0] * len(rooms)
    queue = [(room.boys, -seats[i], i) for i, room in enumerate(rooms) if seats[i]]
    heapq.heapify(queue)
    for _ in range(count):
        already, free, i = heapq.heappop(queue)
        boys[i] += 1
        if boys[i] < seats[i]:
            heapq.heappush(queue, (already + 1, free + 1, i))
    return boys


def _deal(quotas: Sequence[int], *, begins_backwards: bool) -> list[int]:
    """The index of the class that each one in the line comes to."""
    served = []
    for index, quota in enumerate(quotas):
        for turn in range(quota):
            backwards = (turn % 2 == 1) != begins_backwards
            served.append(((2 * turn + 1) / (2 * quota), -index if backwards else index, index))
    return [index for _, _, index in sorted(served)]


def _fulfil(
    wishes: Sequence[Wish], children: Mapping[int, Child], placed: dict[int, int], seed: str
) -> None:
    bound = {order for wish in wishes for order in (wish.first, wish.second)}
    if bound - children.keys():
        raise CannotBalance("要求同班或不同班的学生不在待分班名单里。请按名单序号重填。")
    settled: set[int] = set()
    for wish in wishes:
        if not _is_kept(wish, placed):
            _exchange(wish, children, placed, bound, settled, seed)
        settled |= {wish.first, wish.second}
    for wish in wishes:
        if not _is_kept(wish, placed):
            raise _unfulfilled(wish)


def _is_kept(wish: Wish, placed: Mapping[int, int]) -> bool:
    return wish.first != wish.second and wish.together == (
        placed[wish.first] == placed[wish.second]
    )


def _exchange(
    wish: Wish,
    children: Mapping[int, Child],
    placed: dict[int, int],
    bound: set[int],
    settled: set[int],
    seed: str,
) -> None:
    """Let one of the two change places with somebody who does not mind."""
    pair = ((wish.second, wish.first), (wish.first, wish.second))
    for mover, stays in sorted(pair, key=lambda both: both[0] in settled):
        child = children[mover]
        others = [
            other
            for other in children.values()
            if other.is_boy == child.is_boy
            and other.order not in bound
            and (placed[other.order] == placed[stays]) == wish.together
        ]
        if others:
            chosen = min(others, key=lambda other: _unlike(child, other, seed))
            placed[mover], placed[chosen.order] = placed[chosen.order], placed[mover]
            return
    raise _unfulfilled(wish)


def _unlike(child: Child, other: Child, seed: str) -> tuple[int, str]:
    differing = sum(own != theirs for own, theirs in zip(child.keys, other.keys, strict=True))
    return differing, lot(seed, str(other.order))


def _unfulfilled(wish: Wish) -> CannotBalance:
    what = "同班" if wish.together else "不同班"
    return CannotBalance(
        f"名单第 {wish.first} 号和第 {wish.second} 号的{what}要求做不到。请去掉或更正这一条。"
    )
