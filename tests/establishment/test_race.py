"""An order is carried out while cases are signed and drafts opened at the school: real threads.

Whoever comes second finds the school where it is now, or is refused in words; nothing breaks, and
both checks stay silent.
"""

import threading
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils.timezone import now

from tests import pupils, world
from tests.establishment.orders import enter, faults
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import Organisation
from xueji.students.models import Placement, Status, Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CASES = 4
SCHOOL = "清泉小学"


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act returned or raised; all begin together, each on a connection of its own."""
    barrier = threading.Barrier(len(acts))
    said: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            said[place] = act()
        except Exception as error:
            said[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return said


@pytest.fixture
def here():
    return world.build()


def waiting(here: world.World) -> list[Case]:
    """Cases whose next signature is the county's, the last one."""
    return [
        pupils.sign(here, pupils.submitted(here, name=name), "principal", "centre")
        for name in ("程咬金", "单雄信", "秦叔宝", "王伯当")[:CASES]
    ]


def sign(here: world.World, case: Case) -> Callable[[], object]:
    seen, acting = {case.pk: case.version}, here.acting("county")

    def act() -> str:
        (outcome,) = cases.decide(seen=seen, decision="agreed", note="", acting=acting).values()
        return str(outcome.kind)

    return act


def draft(here: world.World) -> Callable[[], object]:
    school, acting = here.schools[SCHOOL], here.acting("clerk")

    def act() -> str:
        return cases.open_draft(kind="enrollment", school=school, acting=acting, values={}).org_path

    return act


def order(here: world.World, *what: str) -> Callable[[], object]:
    first = now().date().replace(day=1)
    acting = here.acting("county-head", at=now())
    return lambda: enter(here, *what, acting=acting, effective_on=first).state


def test_a_school_moves_while_its_cases_are_signed(here):
    open_cases = waiting(here)

    *signed, drafted, moved = at_once(
        *(sign(here, case) for case in open_cases),
        draft(here),
        order(here, "move", SCHOOL, "杨各庄镇中心校"),
    )

    path = Organisation.objects.get(name=SCHOOL).path
    assert moved == "done"
    assert isinstance(drafted, str), drafted
    assert path.startswith(here.organisations["杨各庄镇中心校"].path)
    assert set(Case.objects.values_list("org_path", flat=True)) == {path}
    assert set(Placement.objects.values_list("org_path", flat=True)) <= {path}
    assert set(signed) <= {"signed", "decided"}, signed
    enrolled = Student.objects.filter(status=Status.ENROLLED)
    assert enrolled.count() == signed.count("signed")
    reassigned = RegisterEvent.objects.filter(kind=EventKind.REASSIGNED)
    entered_late = enrolled.exclude(pk__in=reassigned.values("student"))
    new = here.organisations["杨各庄镇中心校"].pk
    late = RegisterEvent.objects.filter(kind=EventKind.ENTERED, student__in=entered_late)
    assert set(late.values_list("unit_id", flat=True)) <= {new}
    assert faults_but_empty(enrolled) == []


def test_a_school_merges_while_its_last_case_is_signed(here):
    (case, *others) = waiting(here)
    for other in others:
        cases.close(case_id=other.pk, note="先办这些", acting=here.acting("county-head"))

    signed, merged = at_once(sign(here, case), order(here, "merge", SCHOOL, "邻泉小学"))

    assert signed == "signed"
    student = Student.objects.get(pk=case.student_id)
    if isinstance(merged, Refused):
        assert "没有办结" in str(merged)
        assert student.school_id == here.schools[SCHOOL].pk
    else:
        assert merged == "done"
        assert student.school_id == here.schools["邻泉小学"].pk
    assert faults() == []


def faults_but_empty(enrolled) -> list:
    """An order that came before every signature leaves a register without pupils to check."""
    return faults() if enrolled.exists() else []
