"""This autumn's cases in every state, made act by act through the services the pages use.

Each act happens under a real post at a working hour before ``today``, all schools' acts in the
order of time, as do the acceptances of monthly reports and the nightly lapse between them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from enrollment.demo import calendar, workbooks
from enrollment.demo.accounts import Staff
from enrollment.demo.applicants import ILLNESS, REASONS, Applicants
from enrollment.demo.beyond import Beyond, Guest
from enrollment.demo.documents import Documents
from enrollment.demo.orders import Orders
from enrollment.demo.organisations import PRIMARY, SPECIAL, Campus
from enrollment.demo.scripts import COUNTY, EVERYWHERE, FULL, LATECOMERS, SHORT, Act, Script
from enrollment.models import Deferral
from enrollment.services.assign import assign
from enrollment.services.deferral import apply_for
from enrollment.services.draft import keep
from enrollment.services.submit import submit
from numbering.models import SeriesKind
from numbering.queries.preview import preview
from numbering.services import issue
from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases import services
from xueji.cases.models import Case, Decision, Step
from xueji.ledger.models import AcceptedMonth
from xueji.organisations.models import SchoolClass, StageName

ISSUED, LAPSED = 24, 5  # working days before today
ELSEWHERE = 45  # of the schools without accounts only the first have cases under way
DECISIONS = {
    Act.AGREE: Decision.AGREED,
    Act.RETURN: Decision.RETURNED,
    Act.REFUSE: Decision.REFUSED,
}
Deed = Callable[[datetime], None]


@dataclass
class _Child:
    """A child on the way into a school."""

    campus: Campus
    row: dict[str, str]
    case: int = 0
    is_deferral: bool = False


@dataclass
class Autumn:
    """Everything that is done, with its time."""

    staff: Staff
    random: Random
    documents: Documents
    today: date
    _deeds: list[tuple[datetime, Deed]] = field(default_factory=list)

    def tell(
        self, campuses: Sequence[Campus], *, beside: Sequence[tuple[datetime, Deed]] = ()
    ) -> None:
        """All of it in the order of time, with the acts of other apps ``beside`` it."""
        self._deeds += beside
        applicants = Applicants(self.random, self.documents)
        for campus in campuses:
            for script in _scripts(campus):
                child = self._child(campus, script, applicants)
                self._deeds += self._acts(script, child)
            if campus.known_as == "clerk":
                self._deeds.append((self._moment(ISSUED, 9), partial(self._issue, campus)))
        self._deeds += Beyond(self.staff, self.today, self._sign).deeds(campuses)
        self._deeds += Orders(campuses=campuses, staff=self.staff, today=self.today).deeds()
        self._deeds += workbooks.tell(campuses, self.staff, self.documents, self.today)
        self._deeds += self._acceptances(campuses)
        self._deeds.append((self._moment(LAPSED, 1), self._lapse))
        for campus in campuses:
            for script in LATECOMERS if campus.known_as == "clerk" else ():
                child = self._child(campus, script, applicants)
                self._deeds += self._acts(script, child)
        for at, deed in sorted(self._deeds, key=lambda timed: timed[0]):
            deed(at)

    def _child(self, campus: Campus, script: Script, applicants: Applicants) -> _Child:
        row = applicants.row(campus, snag=script.snag)
        if script.in_class:
            row["school_class"] = str(_first_class(campus).pk)
        if script.deferred_for:
            until = self.today + timedelta(days=script.deferred_for)
            until = min(until, calendar.year_ends(calendar.THIS_YEAR))
            row |= {**ILLNESS, "until": until.isoformat()}
        return _Child(campus, row, is_deferral=bool(script.deferred_for))

    def _moment(self, days: int, hour: int) -> datetime:
        day = calendar.working_day(self.today, -days)
        return calendar.at(day, hour, self.random.randrange(60))

    def _acts(self, script: Script, child: _Child) -> Iterator[tuple[datetime, Deed]]:
        for order, (days, who, act) in enumerate(script.acts):
            at = self._moment(days, 8 + 2 * order)
            yield at, partial(self._do, child, who, act, script.note)

    def _do(self, child: _Child, who: int, act: Act, note: str, at: datetime) -> None:
        match act:
            case Act.DRAFT:
                self._draft(child, at)
            case Act.SUBMIT:
                self._submit(child, at)
            case Act.WITHDRAW:
                services.withdraw(case_id=child.case, note=note, acting=self._clerk(child, at))
            case Act.CLOSE:
                services.close(case_id=child.case, note=note, acting=self._signer(child, who, at))
            case Act.REVERSE:
                services.reverse(case_id=child.case, note=note, acting=self._signer(child, who, at))
            case Act.ASSIGN:
                self._assign(child, at)
            case _:
                self._decide(child, who, DECISIONS[act], note, at)

    def _clerk(self, child: _Child, at: datetime) -> Acting:
        school = child.campus.lineage.school.organisation
        return self.staff.acting(school, Role.CLERK, at)

    def _signer(self, child: _Child | Guest, who: int, at: datetime) -> Acting:
        """The post of a step of the route, or the county's officer."""
        if who == COUNTY:
            office = child.campus.lineage.county
            return self.staff.acting(office, Role.COUNTY_OFFICER, at)
        steps = Step.objects.filter(case=child.case, position=who).order_by("-round")
        step = steps.select_related("organisation").first()
        return self.staff.acting(step.organisation, step.role, at)

    def _draft(self, child: _Child, at: datetime) -> None:
        tab = str(UUID(int=self.random.getrandbits(128), version=4))
        acting = self._clerk(child, at)
        child.case = keep(case=None, row=child.row, tab=tab, version=0, acting=acting).case.pk

    def _submit(self, child: _Child, at: datetime) -> None:
        if child.is_deferral:
            self._apply(child, at)
            return
        if not child.case:
            self._draft(child, at)
        submit(case_id=child.case, row=child.row, reasons=REASONS, acting=self._clerk(child, at))

    def _apply(self, child: _Child, at: datetime) -> None:
        acting, school = self._clerk(child, at), child.campus.lineage.school
        values = {"row": child.row}
        draft = services.open_draft(kind=Deferral.KIND, school=school, acting=acting, values=values)
        child.case = draft.pk
        apply_for(case_id=draft.pk, row=child.row, reasons=REASONS, acting=acting)

    def _sign(self, guest: Guest, who: int, at: datetime) -> None:
        if guest.case:
            self._decide(guest, who, Decision.AGREED, "", at)

    def _decide(
        self, child: _Child | Guest, who: int, decision: Decision, note: str, at: datetime
    ) -> None:
        version = Case.objects.values_list("version", flat=True).get(pk=child.case)
        agreed = decision == Decision.AGREED
        outcomes = services.decide(
            seen={child.case: version},
            decision=decision,
            note="同意" if agreed else note,
            acting=self._signer(child, who, at),
        )
        outcome = outcomes[child.case]
        if outcome.kind != services.OutcomeKind.SIGNED:
            raise RuntimeError(f"{child.case}: {outcome.text}")

    def _assign(self, child: _Child, at: datetime) -> None:
        student = Case.objects.values_list("student", flat=True).get(pk=child.case)
        assign(
            student_ids=[student],
            school_class=_first_class(child.campus),
            acting=self._clerk(child, at),
        )

    def _issue(self, campus: Campus, at: datetime) -> None:
        """The centre numbers who has been approved and put in a class so far."""
        lineage = campus.lineage
        acting = self.staff.acting(lineage.authority(StageName.PRIMARY), Role.CENTRE_OFFICER, at)
        stage, kind = StageName.PRIMARY, SeriesKind.REGISTER
        planned = preview(
            lineage=lineage,
            stage=stage,
            entry_year=calendar.THIS_YEAR,
            kind=kind,
            on=acting.today,
        )
        issue(
            acting=acting,
            lineage=lineage,
            stage=stage,
            entry_year=calendar.THIS_YEAR,
            kind=kind,
            token=planned.token,
        )

    def _lapse(self, at: datetime) -> None:
        services.lapse(today=at.date(), at=at)

    def _acceptances(self, campuses: Sequence[Campus]) -> Iterator[tuple[datetime, Deed]]:
        units = {
            campus.lineage.monthly_unit(stage).pk
            for campus in campuses
            for stage, *_ in campus.form.stages
        }
        for month in calendar.accepted_months(self.today):
            yield calendar.accepted_at(month), partial(_accept, sorted(units), month)


def _accept(units: Sequence[int], month: date, at: datetime) -> None:
    AcceptedMonth.objects.bulk_create(
        [AcceptedMonth(unit_id=unit, month=month, accepted_at=at) for unit in units],
        batch_size=1000,
    )


def _scripts(campus: Campus) -> Sequence[Script]:
    """Everything at two of the accounts' primaries, some at the others, a little elsewhere."""
    if PRIMARY not in campus.form.stages or campus.form is SPECIAL:
        return ()
    own = {"clerk": FULL, "urban": FULL, "clerk2": SHORT, "clerk9": SHORT}
    if campus.known_as:
        return own[campus.known_as]
    return EVERYWHERE if campus.index % 3 == 0 and campus.index <= ELSEWHERE else ()


def _first_class(campus: Campus) -> SchoolClass:
    return (
        SchoolClass.objects.filter(
            school=campus.pk, stage=StageName.PRIMARY, entry_year=calendar.THIS_YEAR
        )
        .order_by("number")
        .first()
    )
