"""How far a pupil goes, and by whose signatures: the route of the rule sets, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile

from transfers.models import Direction
from xueji.rules.engine import Rules

RECEIVING = "receiving_school"
Place = tuple[str, str]  # where, which role
IN_SCHOOL = "in_school"


@dataclass(frozen=True, kw_only=True)
class Sides:
    """Where the two schools stand: the ids of their counties and, for a township primary, centres.

    None is a side outside the register; a centre is None where no centre answers for the school.
    """

    stage: str
    out_county: int | None
    in_county: int | None
    out_centre: int | None = None
    in_centre: int | None = None


def direction(sides: Sides) -> Direction:
    """The one direction that a transfer has."""
    if sides.out_county is None:
        return Direction.FROM_OUTSIDE
    if sides.in_county is None:
        return Direction.TO_OUTSIDE
    if sides.out_county != sides.in_county:
        return Direction.CROSS_COUNTY
    if sides.stage != "primary":
        return Direction(sides.stage)
    if sides.out_centre and sides.in_centre:
        same = sides.out_centre == sides.in_centre
        return Direction.SAME_TOWNSHIP if same else Direction.BETWEEN_TOWNSHIPS
    if sides.out_centre:
        return Direction.TOWNSHIP_TO_URBAN
    return Direction.URBAN_TO_TOWNSHIP if sides.in_centre else Direction.BETWEEN_URBAN


def starts_at_receiving(way: Direction, *, out: Rules | None) -> bool:
    """Whether the receiving school starts; the rule set of the out side says so."""
    if out is None:
        return True
    if way == Direction.TO_OUTSIDE:
        return False
    return inside_at_receiving(out)


def inside_at_receiving(out: Rules) -> bool:
    """Whether that is so of every transfer of its pupils inside the register."""
    return bool(out.get("transfer.starter", RECEIVING) == RECEIVING)


def places(way: Direction, *, out: Rules | None, into: Rules | None) -> list[Place]:
    """Who signs up to the approval, the starter first.

    Each side's rule set governs its half; between two counties the steps of leaving come before
    those of arriving.
    """
    if way == Direction.CROSS_COUNTY and out and into:
        leaving = _route(out, Direction.TO_OUTSIDE)
        arriving = _route(into, Direction.FROM_OUTSIDE)
        there = [place for place in arriving if place[0] == IN_SCHOOL]
        offices = list(dropwhile(lambda place: place[0] == IN_SCHOOL, arriving))
        if starts_at_receiving(way, out=out):
            return [*there, *leaving, *offices]
        return [*leaving, *offices]
    rules = out or into
    return _route(rules, way) if rules else []


def placement(*, into: Rules, started_there: bool) -> list[Place]:
    """Who receives after the approval; whoever started there has had a say already."""
    found = [(step["at"], step["role"]) for step in into.value("transfer.route.placement")]
    return [place for place in found if not (started_there and place == (IN_SCHOOL, "clerk"))]


def _route(rules: Rules, way: Direction) -> list[Place]:
    steps: Sequence = rules.value(f"transfer.route.{way}")
    return [(step["at"], step["role"]) for step in steps]
