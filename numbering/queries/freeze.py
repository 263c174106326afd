"""Freezing a series: by when, by whom, confirmed by whom, and what still stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case, Q, QuerySet, Value, When

from numbering.models import Series, SeriesAct
from numbering.queries.allocator import allocator_of
from numbering.queries.codes import rules_of
from numbering.queries.refusal import CannotFreeze
from numbering.queries.series import Proof
from numbering.queries.waiting import Waiting
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.organisations.models import Level, Organisation, within
from xueji.organisations.queries import Lineage
from xueji.rules.engine import Rules, rule_set


class Progress(StrEnum):
    """How far the freezing of a series has come."""

    OPEN = "open"
    FROZEN = "frozen"  # waits to be confirmed
    CONFIRMED = "confirmed"


def progress(series: Series) -> Progress:
    if series.confirmed_at:
        return Progress.CONFIRMED
    return Progress.FROZEN if series.frozen_at else Progress.OPEN


def due_on(entry_year: int, rules: Rules) -> date:
    """The day by which a series of that entry year is to be frozen and confirmed."""
    return date(entry_year, **rules.value("number.freeze_by"))


@dataclass(frozen=True, kw_only=True)
class Confirmer:
    """The office that confirms a freeze, and its posts that may."""

    office: Organisation
    roles: tuple[str, ...]

    def is_played_by(self, acting: Acting) -> bool:
        return (
            acting.may("numbering.confirm")
            and acting.acts_at(self.office.pk)
            and acting.post.role in self.roles
        )

    def __str__(self) -> str:
        return f"{self.office}（{'、'.join(Role(role).label for role in self.roles)}）"


def confirmer(lineage: Lineage, stage: str, on: date) -> Confirmer:
    """The county for a series of a centre; above that the allocator's own office."""
    allocator = allocator_of(lineage, stage, on)
    roles = rules_of(lineage, on).value("number.freeze_confirm")[
        Level(allocator.level).name.lower()
    ]
    office = lineage.county if allocator.level == Level.CENTRE else allocator
    return Confirmer(office=office, roles=tuple(roles))


def obstacles(
    *, lineage: Lineage, proof: Proof, waiting: Waiting | None, on: date
) -> Iterator[CannotFreeze]:
    """Why the series cannot be frozen yet, the gravest first."""
    rules = rules_of(lineage, on)
    continuous = rules.rule("number.continuous").citation
    if not proof.holds:
        yield CannotFreeze(
            f"连续性证明有误：重号 {proof.double} 个，缺号 {proof.missing} 个，不能冻结",
            remedy="请报技术管理员查清以后再办",
            citation=continuous,
        )
    if proof.unexplained:
        yield CannotFreeze(
            f"有 {proof.unexplained} 个空号没有原因或没有业务件，不能冻结",
            remedy="请报技术管理员查清空号的来历",
            citation=continuous,
        )
    if waiting:
        count = waiting.ready + waiting.without_class
        yield CannotFreeze(
            f"还有 {count} 人没有编号，不能冻结",
            remedy="请先由学校分班，再给他们发号" if waiting.without_class else "请先给他们发号",
            citation=rules.rule("number.freeze_by").citation,
        )


def acts(series: Series) -> list[SeriesAct]:
    """What was done with the series as a whole, newest first."""
    found = SeriesAct.objects.filter(series=series).order_by("-pk")
    return list(found.select_related("post__organisation", "post__user"))


def overdue(many: QuerySet[Series], *, path: str, on: date) -> QuerySet[Series]:
    """Of series at or below ``path`` those by whose day they were to be frozen and confirmed.

    The day comes from the rule set of the nearest office above each school, in one more query.
    """
    offices = Organisation.objects.exclude(rule_set="").filter(
        within(path, "path") | Q(pk__in=Organisation.objects.above(path).values("pk"))
    )
    latest = [
        When(within(office.path, "unit__organisation__path"), then=Value(_latest(office, on)))
        for office in offices.order_by("-path")
    ]
    return many.filter(entry_year__lte=Case(*latest, default=Value(0)))


def _latest(office: Organisation, on: date) -> int:
    """The newest entry year whose day has passed under the office's own rule set."""
    year = on.year
    return year if due_on(year, rule_set(office.rule_set).at(on)) < on else year - 1
