"""The host school and the home school of borrowed study, and the stops of its routes."""

from dataclasses import dataclass

from transfers.models import Direction
from transfers.rules import borrowing
from transfers.services.sides import Way, office_of
from transfers.services.submit import at_work
from xueji.accounts.access import OFFICER_AT_LEVEL, Acting
from xueji.cases.kinds import Refused, Stop
from xueji.organisations.models import Level, Organisation
from xueji.organisations.queries import Lineage, lineage
from xueji.rules.engine import Finding, Rules, judge_by, rule_set
from xueji.students.models import Placement, PlacementKind

HOME = "home"
CLOSING = ("borrowing.enabled", "borrowing.designated")


@dataclass(frozen=True, kw_only=True)
class Hosting:
    """From which home school to which host; None is one outside the register."""

    way: Way  # out is home, into is host

    @property
    def host(self) -> Lineage:
        if self.way.into is None:
            raise LookupError("borrowed study has a host")
        return self.way.into

    @property
    def rules(self) -> Rules:
        """The rules by which the case is judged: those of the host, else of the home."""
        rules = self.way.into_rules or self.way.out_rules
        if rules is None:
            raise LookupError("borrowed study has a school of ours")
        return rules

    @property
    def direction(self) -> Direction:
        return self.way.direction

    def stops(self, step: Direction | str) -> list[Stop]:
        """Who signs after the clerk who asks; who has no such office is left out."""
        found = []
        for at, role in borrowing.route(step, self.rules)[1:]:
            side, place = at.split("_")
            line = self.way.out if side == HOME else self.way.into
            office, role = _office(line, place, role, self.way.stage) if line else (None, role)
            if office:
                found.append(Stop(organisation_id=office.pk, role=role))
        return found


def way_of(place: Placement, own: Lineage, acting: Acting) -> Way:
    """Of a guest's open place; ``own`` is the host school, or the home of a guest outside."""
    if place.school_id is None:
        return Way(stage=place.stage, out=own, into=None, on=acting.today)
    is_lent = place.kind == PlacementKind.BORROWED
    home = lineage(place.student.school_id) if is_lent else None
    return Way(stage=place.stage, out=home, into=own, on=acting.today)


def _office(line: Lineage, place: str, role: str, stage: str) -> tuple[Organisation | None, str]:
    if place != "authority":
        return office_of(line, place, role, stage)
    authority = line.authority(stage)
    return authority, OFFICER_AT_LEVEL[Level(authority.level)]


def hosting(acting: Acting) -> Lineage:
    """The acting school, as a host; Refused while it takes nobody, with the clause."""
    host = at_work(acting)
    if found := closed(host, acting):
        raise Refused(f"{found.message}（{found.citation}）。{found.remedy}。")
    return host


def closed(host: Lineage, acting: Acting) -> Finding | None:
    """Why this school takes no guests whoever comes: the first of the rules that say so."""
    rules = rule_set(host.rule_set).at(acting.today)
    facts = borrowing.BorrowingFacts(is_designated=host.school.designated_for_borrowed)
    return next(iter(judge_by(CLOSING, facts, rules)), None)


def closed_to_lend(home: Lineage, acting: Acting) -> Finding | None:
    """Why this school lends nobody, whoever goes."""
    facts = borrowing.BorrowingFacts(is_designated=True)
    rules = rule_set(home.rule_set).at(acting.today)
    return next(iter(judge_by(["borrowing.enabled"], facts, rules)), None)
