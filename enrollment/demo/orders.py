"""The demo's orders: a school that was to be closed came to another centre instead, with all its
pupils; one class waits for the day on which it goes to another school, and in the second county a
school for the day on which it goes into another.

Their numbers and papers are invented.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from enrollment.demo import calendar
from enrollment.demo.accounts import Staff
from enrollment.demo.organisations import LUANZHOU, QIANAN, TOWN, VILLAGE, Campus
from enrollment.demo.pictures import scan
from xueji.accounts.models import Role
from xueji.establishment import services
from xueji.establishment.models import Order, OrderKind, OrderState
from xueji.establishment.services.judging import NewOrder
from xueji.ledger.services import month_of
from xueji.organisations.models import Organisation, SchoolClass

Deed = Callable[[datetime], None]
# where the officer of the accounts has a second post
NEW_CENTRE = "彭店子镇中心校"
NOT_CLOSED = f"改为整校调整到{NEW_CENTRE}，原文件废止"


@dataclass(frozen=True, kw_only=True)
class Orders:
    """The acts of both counties, each with its time."""

    campuses: Sequence[Campus]
    staff: Staff
    today: date

    def deeds(self) -> Iterator[tuple[datetime, Deed]]:
        first = month_of(self.today)
        for campus in self._movers()[:1]:
            closes = partial(self._enter, OrderKind.CLOSE, campus, None, 71, first)
            yield calendar.at(calendar.working_day(first, -15), 9, 20), closes
            kept = partial(self._withdraw, campus)
            yield calendar.at(calendar.working_day(first, -10), 15, 5), kept
            centre = Organisation.objects.get(name=NEW_CENTRE)
            moves = partial(self._enter, OrderKind.MOVE, campus, centre, 74, first)
            yield calendar.at(calendar.working_day(first, -8), 10, 40), moves
            yield calendar.at(first, 5), self._carry_out
        later = calendar.following(calendar.following(first))
        known = {campus.known_as: campus for campus in self.campuses}
        into = known["clerk"].lineage.school.organisation
        hands_over = partial(self._enter, OrderKind.CLASS, known["clerk2"], into, 79, later)
        yield calendar.at(calendar.working_day(self.today, -4), 10, 10), hands_over
        small, big = self._neighbours()
        into = big.lineage.school.organisation
        merges = partial(self._enter, OrderKind.MERGE, small, into, 33, later)
        yield calendar.at(calendar.working_day(self.today, -6), 14, 30), merges

    def _movers(self) -> list[Campus]:
        """Primaries of 迁安市 in which nobody of the accounts and no case of the autumn is."""
        found = [
            campus
            for campus in self.campuses
            if campus.lineage.county.division_code == QIANAN
            and campus.form in (VILLAGE, TOWN)
            and not campus.known_as
            and campus.index % 3
            and campus.lineage.offices[-2].name != NEW_CENTRE
        ]
        return sorted(found, key=lambda campus: campus.form is not VILLAGE)

    def _neighbours(self) -> tuple[Campus, Campus]:
        """The two primaries of 雷庄镇: the other one, and that of the account."""
        (big,) = (campus for campus in self.campuses if campus.known_as == "clerk9")
        small = next(
            campus
            for campus in self.campuses
            if campus.lineage.county.division_code == LUANZHOU and not campus.known_as
        )
        return small, big

    def _enter(
        self,
        kind: OrderKind,
        campus: Campus,
        into: Organisation | None,
        number: int,
        effective_on: date,
        at: datetime,
    ) -> None:
        county = campus.lineage.county
        classes = SchoolClass.objects.filter(school=campus.pk, grade=3).order_by("number")
        row = classes.first() if kind == OrderKind.CLASS else None
        services.enter(
            typed=NewOrder(
                kind=kind,
                school_id=campus.pk,
                into_id=into.pk if into else None,
                school_class_id=row.pk if row else None,
                number=f"{county.name[0]}教〔{at.year}〕{number} 号",
                decided_on=at.date() - timedelta(days=3),
                effective_on=effective_on,
            ),
            file_name="文件（虚构）.png",
            data=scan(),
            acting=self.staff.acting(county, Role.COUNTY_OFFICER, at),
        )

    def _withdraw(self, campus: Campus, at: datetime) -> None:
        waiting = Order.objects.get(school=campus.pk, state=OrderState.WAITING)
        head = self.staff.acting(campus.lineage.county, Role.COUNTY_HEAD, at)
        services.withdraw(order_id=waiting.pk, reason=NOT_CLOSED, acting=head)

    def _carry_out(self, at: datetime) -> None:
        """As the daily job does."""
        services.carry_out_due(at=at)
