"""The two sides of a transfer with their rule sets, and the stops between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from transfers.models import Direction
from transfers.rules import Sides, direction, placement, places, starts_at_receiving
from xueji.accounts.access import OFFICER_AT_LEVEL
from xueji.cases.kinds import Stop
from xueji.ledger.models import Scope
from xueji.organisations.models import Level, Organisation, StageName
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Rules, rule_set


@dataclass(frozen=True, kw_only=True)
class Way:
    """From which school to which; None is a side outside the register."""

    stage: str
    out: Lineage | None
    into: Lineage | None
    on: date

    @property
    def direction(self) -> Direction:
        return direction(
            Sides(
                stage=self.stage,
                out_county=self.out.county.pk if self.out else None,
                in_county=self.into.county.pk if self.into else None,
                out_centre=_centre(self.out, self.stage),
                in_centre=_centre(self.into, self.stage),
            )
        )

    @property
    def out_rules(self) -> Rules | None:
        return rule_set(self.out.rule_set).at(self.on) if self.out else None

    @property
    def into_rules(self) -> Rules | None:
        return rule_set(self.into.rule_set).at(self.on) if self.into else None

    @property
    def rules(self) -> Rules:
        """The rules by which the case is judged: those of the side that lets go."""
        rules = self.out_rules or self.into_rules
        if rules is None:
            raise LookupError("a transfer has at least one side")
        return rules

    @property
    def starts_at_receiving(self) -> bool:
        return starts_at_receiving(self.direction, out=self.out_rules)

    def places(self) -> list[tuple[str, str]]:
        return places(self.direction, out=self.out_rules, into=self.into_rules)

    def route(self, granting: Sequence[Stop] = ()) -> list[Stop]:
        """The stops after the starter's submission: approval, exceptions, placement."""
        first, *rest = self.places()
        stops = [stop for place in rest if (stop := self._stop(*place))]
        stops = _once(stops)
        stops += [stop for stop in granting if not _has(stops, stop)]
        if self.into is None or self.into_rules is None:
            return stops
        approved = len(stops)
        days = self.into_rules.value("transfer.place_days")
        for where, role in placement(
            into=self.into_rules, started_there=first == ("in_school", "clerk")
        ):
            stop = self._stop(where, role)
            if stop:
                clock = days if len(stops) == approved else 0
                stops.append(
                    Stop(
                        organisation_id=stop.organisation_id,
                        role=role,
                        days=clock,
                        returns_to=approved,
                    )
                )
        return stops

    def certifier(self) -> Organisation | None:
        """The office of the leaving side whose signature is the certificate: the first there."""
        for where, role in self.places():
            if where in ("out_centre", "out_county") and (stop := self._stop(where, role)):
                offices = self.out.offices if self.out else ()
                return next(office for office in offices if office.pk == stop.organisation_id)
        return None

    def _stop(self, where: str, role: str) -> Stop | None:
        """The stop, or None where this side has no such office."""
        side, place = where.split("_")
        line = self.out if side == "out" else self.into
        rules = self.out_rules if side == "out" else self.into_rules
        if line is None or rules is None:
            return None
        office, role = office_of(line, place, role, self.stage)
        if office is None:
            return None
        days = rules.get("transfer.step_days")
        return Stop(organisation_id=office.pk, role=role, days=days)


def office_of(line: Lineage, place: str, role: str, stage: str) -> tuple[Organisation | None, str]:
    """The office at a place of a route, None where this side has none; and whose post there."""
    if place == "school":
        return line.school.organisation, role
    authority = line.authority(stage)
    if place == "centre":
        return (authority if authority.level == Level.CENTRE else None), role
    if authority.level >= Level.COUNTY:
        return line.county, role
    officer = OFFICER_AT_LEVEL[Level(authority.level)]
    return (authority if role == "county_officer" else None), officer


def _centre(line: Lineage | None, stage: str) -> int | None:
    if line is None or stage != StageName.PRIMARY:
        return None
    authority = line.authority(stage)
    return authority.pk if authority.level == Level.CENTRE else None


def _once(stops: Sequence[Stop]) -> list[Stop]:
    """An office that stands on both sides signs once; a school's posts as often as asked."""
    found: list[Stop] = []
    for stop in stops:
        if not _has(found, stop):
            found.append(stop)
    return found


def _has(stops: Sequence[Stop], stop: Stop) -> bool:
    return any(stop.is_of(other.organisation_id, other.role) for other in stops)


def scope_of(out: Lineage | None, into: Lineage | None) -> Scope:
    """The smallest unit that holds both schools."""
    if out is None or into is None:
        return Scope.OUTSIDE
    levels = (
        (Level.CENTRE, Scope.TOWNSHIP),
        (Level.COUNTY, Scope.COUNTY),
        (Level.PREFECTURE, Scope.PREFECTURE),
        (Level.PROVINCE, Scope.PROVINCE),
    )
    for level, scope in levels:
        here, there = out.at(level), into.at(level)
        if here and there and here.pk == there.pk:
            return scope
    return Scope.OUTSIDE
