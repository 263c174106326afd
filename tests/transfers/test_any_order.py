"""Pupils go, come, are lent and called back in any order, and always are what a small model says.

Each act is one of those possible then, drawn by chance; at length under `dev.py test --long`.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from numbering.models import NumberState, RegisterNumber
from numbering.queries.check import check as check_numbers
from tests.jobs.processes import LONG
from tests.numbering import making
from tests.transfers import borrowers, lenders, movers
from tests.transfers.movers import class_of
from tests.transfers.test_take import of, taken
from tests.world import World
from transfers import services
from xueji.accounts.access import SCHOOL_ROLES
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision, State
from xueji.cases.queries import current, steps_of
from xueji.cases.services import Typed
from xueji.ledger.check import check
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.students.models import Placement, Student
from xueji.students.queries import counts

EXAMPLES, LENGTH = (150, 25) if LONG else (4, 8)
CLERKS = {"清泉小学": "clerk", "邻泉小学": "clerk1b", "上庄小学": "clerk2"}
ISSUERS = {"清泉小学": "centre", "邻泉小学": "centre", "上庄小学": "centre2"}
ENDED = (Decision.RETURNED, Decision.REFUSED)


@dataclass(frozen=True)
class Stand:
    """Where a child is: no ``school`` is outside the register; ``host`` teaches whom it lent.

    A host outside the register is lenders.HOST.
    """

    school: str | None
    number: str | None
    host: str | None = None
    lent: Case | None = None


@dataclass
class Child:
    student: Student
    now: Stand
    done: list[tuple[Case, Stand]] = field(default_factory=list)  # with what was before
    asked: Case | None = None
    then: Stand | None = None


@dataclass
class Story:
    """The model, and the acts of the office on both it and the product."""

    world: World
    children: list[Child]
    numbers: set[str]
    reversed: int = 0

    # -- what may be done -------------------------------------------------------------------------
    def possible(self) -> list[tuple]:
        return [act for child in self.children for act in self._of(child)] + [
            (self.issue, school) for school in ISSUERS if self._waits_for_number(school)
        ]

    def _of(self, child: Child) -> list[tuple]:
        if child.asked:
            step = self._turn(child.asked)
            over = [(self.withdraw, child)]
            if step is None:
                return over
            no = [] if step.returns_to else [(self.no, child, decision) for decision in ENDED]
            return [(self.carry, child), (self.agree, child), *no, *over]
        undo = [(self.undo, child)] if child.done else []
        now = child.now
        if now.host:
            return [(self.end, child), *undo]
        if now.school is None:
            return [*[(self.come_back, child, to) for to in CLERKS], *undo]
        others = [to for to in CLERKS if to != now.school]
        asks = [(self.ask, child, to) for to in (*others, None)]
        return [*asks, (self.lend, child), (self.lend_outside, child), *undo]

    def _waits_for_number(self, school: str) -> bool:
        return any(c.now.school == school and not c.now.number for c in self.children)

    # -- acts -------------------------------------------------------------------------------------
    def ask(self, child: Child, to: str | None) -> None:
        clerk = CLERKS[child.now.school]
        child.asked = movers.submitted(self.world, child.student, to, clerk=clerk)
        child.then = Stand(to, None)

    def come_back(self, child: Child, to: str) -> None:
        coming = of(child.student, school_class=class_of(self.world, to))
        child.asked = services.take(
            typed=Typed(row={}),
            taken=taken(self.world, **coming),
            reasons={},
            acting=self.world.acting(CLERKS[to]),
        )
        child.then = Stand(to, None)

    def lend(self, child: Child) -> None:
        child.asked = borrowers.asked(self.world, **borrowers.of(child.student))
        child.then = replace(child.now, host=borrowers.HOST, lent=child.asked)

    def lend_outside(self, child: Child) -> None:
        clerk = CLERKS[child.now.school]
        child.asked = lenders.asked(self.world, child.student, who=clerk)
        child.then = replace(child.now, host=lenders.HOST, lent=child.asked)

    def end(self, child: Child) -> None:
        lent, clerk = child.now.lent, CLERKS[child.now.school]
        if child.now.host == lenders.HOST:
            child.asked = lenders.called_back(self.world, lent, who=clerk)
        else:
            child.asked = borrowers.changed(self.world, lent, "borrowing_end")
        child.then = replace(child.now, host=None, lent=None)

    def agree(self, child: Child) -> None:
        self._sign(child, Decision.AGREED)

    def carry(self, child: Child) -> None:
        while child.asked:
            self.agree(child)

    def no(self, child: Child, decision: Decision) -> None:
        self._sign(child, decision)

    def withdraw(self, child: Child) -> None:
        case = child.asked
        clerk = self._person(case.opened_post.organisation_id, "clerk")
        cases.withdraw(case_id=case.pk, note="家长又不转了", acting=self.world.acting(clerk))
        child.asked = child.then = None

    def undo(self, child: Child) -> None:
        case, before = child.done.pop()
        office = [
            step
            for step in steps_of([case.pk])[case.pk]
            if step.decision == Decision.AGREED and step.role not in SCHOOL_ROLES
        ][-1]
        standing = RegisterEvent.objects.filter(student=child.student, reversed_by__isnull=True)
        # a number given since names the case of the place it was given at
        self.reversed += standing.filter(case=case).exclude(kind=EventKind.REVERSED).count()
        if before.school == child.now.school:  # it was lent or came home: numbers stay
            before = replace(before, number=child.now.number)
        person = self._person(office.organisation_id, office.role)
        cases.reverse(case_id=case.pk, note="办错了", acting=self.world.acting(person))
        child.now = before

    def issue(self, school: str) -> None:
        making.issue(self.world, school, who=ISSUERS[school])
        for child in self.children:
            if child.now.school == school and not child.now.number:
                child.student.refresh_from_db()
                number = child.student.number
                assert number not in {None, *self.numbers}
                self.numbers.add(number)
                child.now = replace(child.now, number=number)
                if child.then and child.then.school == school:
                    child.then = replace(child.then, number=number)

    # -- signatures -------------------------------------------------------------------------------
    def _sign(self, child: Child, decision: Decision) -> None:
        case, step = child.asked, self._turn(child.asked)
        acting = self.world.acting(self._person(step.organisation_id, step.role))
        said = {"decision": decision, "note": "已核对", "acting": acting}
        if step.role == "clerk":
            here = class_of(self.world, step.organisation.name)
            chosen = here if case.approved else None
            outcome = services.receive(
                case_id=case.pk, version=case.version, school_class=chosen, **said
            )
        else:
            outcome = cases.decide(seen={case.pk: case.version}, **said)[case.pk]
        assert outcome.kind == "signed", outcome
        case.refresh_from_db()
        if case.state == State.DONE:
            child.done.append((case, child.now))
            child.now, child.then, child.asked = child.then, None, None
        elif case.state == State.REFUSED:
            child.asked = child.then = None

    def _turn(self, case: Case):
        return current(case, steps_of([case.pk])[case.pk]) if case.state == State.OPEN else None

    def _person(self, office: int, role: str) -> str:
        return next(
            username
            for username, post in self.world.posts.items()
            if (post.organisation_id, post.role) == (office, role)
        )

    # -- what must be so --------------------------------------------------------------------------
    def holds(self) -> None:
        for child in self.children:
            student, now = Student.objects.get(pk=child.student.pk), child.now
            school = self.world.schools[now.school] if now.school else None
            assert (student.school, student.number) == (school, now.number)
            assert student.status == ("enrolled" if school else "transferred")
            open_ = Placement.objects.filter(student=student, ends__isnull=True)
            places = [("home", now.school), ("borrowed", now.host)]
            assert sorted((p.kind, p.where) for p in open_) == sorted(
                place for place in places if place[1]
            )
            live = RegisterNumber.objects.filter(holder=student, state=NumberState.LIVE)
            kept = live.filter(series__kind="register")
            assert [row.number for row in kept] == [now.number] * bool(now.number)
        home = Counter(child.now.school for child in self.children)
        away = Counter(child.now.school for child in self.children if child.now.host)
        guests = Counter(child.now.host for child in self.children)
        for name in (*CLERKS, borrowers.HOST):
            found = counts(self.world.organisations[name].path)
            present = home[name] - away[name] + guests[name]
            told = (found.registered, found.enrolled, found.present)
            assert told == (home[name], home[name], present), name
        assert RegisterEvent.objects.filter(kind=EventKind.REVERSED).count() == self.reversed

    def is_proven(self) -> None:
        assert (check()["faults"], check_numbers().faults) == ([], [])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def acts_and_undos(start: Story, data: st.DataObject) -> None:
    with transaction.atomic():
        children = [Child(child.student, child.now) for child in start.children]
        story = Story(start.world, children, set(start.numbers))
        for _ in range(LENGTH):
            possible = story.possible()
            act, *rest = possible[data.draw(st.integers(0, len(possible) - 1), label="act")]
            act(*rest)
            story.holds()
        story.is_proven()
        transaction.set_rollback(True)


def test_whatever_is_done_and_undone_registers_numbers_and_counts_are_what_the_model_says(world):
    students = [movers.numbered(world, name=name) for name in ("单雄信", "单雄义")]
    children = [Child(student, Stand("清泉小学", student.number)) for student in students]
    acts_and_undos(Story(world, children, {student.number for student in students}))
