"""Offices at once: one case is signed once, one pupil goes to one school, one seat to one pupil."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from tests import pupils
from tests.jobs.processes import LONG
from tests.numbering import making
from tests.races import report
from tests.transfers import movers
from tests.transfers.movers import approved, class_of, sign
from tests.transfers.test_take import of, taken
from tests.world import NOON, build, hire
from transfers import services
from transfers.services import NotTaken, Rejected
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision
from xueji.cases.services import Typed
from xueji.students.models import Placement, Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
RACES, CHILDREN, ROUNDS = (200, 100, 25) if LONG else (5, 2, 2)
FIRST = re.compile(r"某(\S+) 9 月 2 日 12:00 (\S+)。$")


def together(*acts):
    """Run acts at the same moment on connections of their own; results or refusals, in order."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except (Refused, Rejected, NotTaken) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def reported(what: str, races: int) -> None:
    if LONG:
        where = "`tests/transfers/test_race.py`: the services on connections of their own."
        rows = {what: f"{races} races, each with exactly one effect"}
        report.write("Transfers at one moment", what=where, rows=rows, keep=True)


@pytest.mark.parametrize("other", [Decision.AGREED, Decision.RETURNED])
def test_two_officers_sign_one_case_and_one_of_them_is_told_who_was_first(other):
    world = build()
    hire(world, "centre2b", "centre_officer", "杨各庄镇中心校")
    student = pupils.enrolled(world)
    for _ in range(RACES // 2 + 1):
        case = sign(world, movers.submitted(world, student), "principal", "centre")

        def signing(who, decision, case=case):
            acting = world.acting(who)
            seen = {case.pk: case.version}
            return lambda: cases.decide(seen=seen, decision=decision, note="已看", acting=acting)[
                case.pk
            ]

        outcomes = together(signing("centre2", Decision.AGREED), signing("centre2b", other))

        assert sorted(outcome.kind for outcome in outcomes) == ["decided", "signed"]
        late = next(outcome for outcome in outcomes if outcome.kind == "decided")
        (signed,) = case.steps.filter(organisation__name="杨各庄镇中心校").exclude(decision=None)
        first = [(signed.decided_by.username, signed.get_decision_display())]
        assert FIRST.findall(late.text) == first
        movers.withdraw(world, case)
    reported(f"two officers sign one case: agreed and {other}", RACES // 2 + 1)


def test_two_schools_ask_for_one_pupil_and_one_of_them_has_it():
    world = build()
    student = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    for race in range(1, CHILDREN + 1):

        def taking(clerk):
            acting, asked = world.acting(clerk), taken(world, **of(student))
            return lambda: services.take(
                typed=Typed(row={}), taken=asked, reasons={}, acting=acting
            )

        results = together(taking("clerk"), taking("clerk2"), taking("urban"))

        won = [result for result in results if isinstance(result, Case)]
        assert len(won) == 1
        assert all(isinstance(result, Case | Refused) for result in results)
        # of the other school's case nothing is told but the office to ask
        assert [r for r in results if isinstance(r, Refused) and won[0].number in str(r)] == []
        assert Case.objects.filter(student=student, kind="transfer").count() == race
        post = won[0].opened_post
        by = Acting(user=post.user, post=post, at=NOON)
        cases.withdraw(case_id=won[0].pk, note="监护人不转了", acting=by)
    reported("three schools ask for one pupil", CHILDREN)


def test_two_clerks_of_the_former_school_send_one_pupil_two_ways():
    world = build()
    hire(world, "clerk1c", "clerk", "清泉小学")
    for _ in range(ROUNDS):
        student = pupils.enrolled(world)

        def asking(who, to, student=student):
            return lambda: movers.submitted(world, student, to, clerk=who)

        results = together(asking("clerk", "上庄小学"), asking("clerk1c", "邻泉小学"))
        assert sorted(type(result).__name__ for result in results) == ["Case", "Refused"]


def test_two_pupils_for_the_last_seat_and_one_of_them_is_placed():
    world = build()
    last = class_of(world, "上庄小学")
    making.entrants(world, making.names(44), school="上庄小学", class_number=1)
    hire(world, "principal2b", "principal", "上庄小学")
    pair = [approved(world, pupils.enrolled(world)) for _ in range(2)]
    for case in pair:
        movers.receive(world, case, "clerk2", last)
        case.refresh_from_db()

    def signing(who, case):
        acting, seen = world.acting(who), {case.pk: case.version}
        return lambda: cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=acting)[
            case.pk
        ]

    outcomes = together(signing("principal2", pair[0]), signing("principal2b", pair[1]))

    assert sorted(outcome.kind for outcome in outcomes) == ["refused", "signed"]
    assert Student.objects.filter(school_class=last).count() == 45
    assert Placement.objects.filter(case__in=pair).count() == 1
