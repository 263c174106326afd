"""An order is carried out while cases are signed and drafts opened at the school, two officers
name the rules of one office: real threads.

Whoever comes second finds the school where it is now, or is refused in words; nothing breaks, and
both checks stay silent.
"""

import threading
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils.timezone import now

from enrollment.services.assign import assign
from tests import pupils, world
from tests.establishment.orders import enter, faults, hand_over
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.establishment import services
from xueji.establishment.models import Order
from xueji.establishment.rules import NewOffice, StageFacts
from xueji.establishment.services.common import BUSY, UnfitRows, last_act
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import Level, Organisation, School
from xueji.organisations.queries import rule_set_of
from xueji.students.models import Placement, Status, Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

CASES, ROUNDS = 4, 4
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


def test_a_class_goes_while_a_pupil_is_put_into_it(here):
    """The pupil goes along, or is told that the class is gone; nobody sits in a closed class."""
    for number in (1, 2):
        row = here.schools[SCHOOL].classes.get(number=number)
        seated, coming = (
            pupils.enrolled(here, name=f"{name}{'甲乙'[number - 1]}") for name in ("程", "单")
        )
        clerk = here.acting("clerk", at=now())
        assign(student_ids=[seated.pk], school_class=row, acting=clerk)

        came, gone = at_once(
            partial(assign, student_ids=[coming.pk], school_class=row, acting=clerk),
            partial(
                hand_over,
                here,
                number=number,
                acting=here.acting("county-head", at=now()),
                effective_on=now().date().replace(day=1),
            ),
        )

        row.refresh_from_db()
        if isinstance(gone, Refused):
            assert (str(gone), came, row.closed_on) == (BUSY, 1, None)
        elif isinstance(came, Refused):
            assert (str(came), gone.pupils) == (f"{row}已撤销。请刷新后另选一个班。", 1)
        else:
            assert (came, gone.pupils) == (1, 2)
    assert not Student.objects.filter(school_class__closed_on__isnull=False).exists()
    assert faults() == []


def test_orders_into_one_centre_are_entered_at_once(here):
    schools = ("清泉小学", "邻泉小学", "迁安城区小学")
    first = now().date().replace(day=1)
    later = (first + timedelta(days=40)).replace(day=1)
    acting = here.acting("county-head", at=now())

    entered = at_once(
        *(
            partial(
                enter, here, "move", school, "杨各庄镇中心校", acting=acting, effective_on=later
            )
            for school in schools
        )
    )

    assert [getattr(order, "state", order) for order in entered] == ["waiting"] * 3


def test_of_orders_on_one_school_entered_at_once_one_is_kept(here):
    first = now().date().replace(day=1)
    later = (first + timedelta(days=40)).replace(day=1)
    acting = here.acting("county-head", at=now())
    asked = {"acting": acting, "effective_on": later}

    entered = at_once(
        partial(enter, here, "move", SCHOOL, "杨各庄镇中心校", **asked),
        partial(enter, here, "merge", SCHOOL, "邻泉小学", **asked),
        partial(enter, here, "merge", "上庄小学", SCHOOL, **asked),
    )

    refused = [said for said in entered if isinstance(said, services.Unfit)]
    assert ["有待执行的文件" in str(said.problems[0]) for said in refused] == [True, True]
    assert Order.objects.count() == 1


def test_the_daily_job_and_the_county_carry_out_the_same_orders_at_once(here):
    """Both lock the county first: neither waits for what the other holds."""
    first = now().date().replace(day=1)
    acting = here.acting("county-head", at=now())
    for round_ in range(ROUNDS):
        into = ("杨各庄镇中心校", "建昌营镇中心校")[round_ % 2]
        orders = [
            enter(
                here,
                *("move", school, into),
                number=f"迁教〔2026〕{round_} 号",
                acting=here.acting("county-head", at=now() - timedelta(days=40)),
                effective_on=first,
            )
            for school in (SCHOOL, "邻泉小学")
        ]

        by_job, *by_county = at_once(
            partial(services.carry_out_due, at=now()),
            *(partial(services.carry_out, order_id=o.pk, acting=acting) for o in orders),
        )

        assert isinstance(by_job, int), by_job
        already = [said for said in by_county if isinstance(said, Refused)]
        assert [str(said) for said in already] == ["这个文件已执行，不能再办。"] * by_job
        assert len(by_county) - len(already) == 2 - by_job
    parents = {here.organisations[into].pk}
    schools = Organisation.objects.filter(name__in=(SCHOOL, "邻泉小学"))
    assert set(schools.values_list("parent", flat=True)) == parents


def faults_but_empty(enrolled) -> list:
    """An order that came before every signature leaves a register without pupils to check."""
    return faults() if enrolled.exists() else []


@pytest.mark.parametrize("office", ["迁安市教育局", SCHOOL])
def test_of_two_officers_who_name_the_rules_of_one_office_the_second_is_shown_the_first(
    here, office
):
    row = here.organisations[office]
    for _ in range(ROUNDS):
        asked = {"organisation_id": row.pk, "seen": last_act(row.pk), "was": rule_set_of(row)}
        wanted = [name for name in ("jinzhou", "hebei", "national") if name != asked["was"]][:2]

        said = at_once(
            *(
                partial(
                    services.name_rules,
                    name=name,
                    reason="批文",
                    acting=here.acting(who),
                    **asked,
                )
                for name, who in zip(wanted, ("city", "province"), strict=True)
            )
        )

        lost = [one for one in said if isinstance(one, Exception)]
        (won,) = (one for one in said if not isinstance(one, Exception))
        assert [type(one) for one in lost] == [services.Outdated]
        row.refresh_from_db()
        assert row.rule_set == won.rules.name
    assert row.acts.filter(kind="rules").count() == ROUNDS


@pytest.mark.parametrize("office", ["迁安市教育局", SCHOOL])
def test_an_office_that_is_closed_while_its_rules_are_named_keeps_them(here, office):
    row, city = here.organisations[office], here.acting("city")
    asked = {"organisation_id": row.pk, "seen": last_act(row.pk), "was": rule_set_of(row)}
    said: list[object] = []

    def name() -> None:
        try:
            said.append(services.name_rules(name="jinzhou", reason="批文", acting=city, **asked))
        except Exception as error:
            said.append(error)
        finally:
            connection.close()

    county = here.organisations["迁安市教育局"]
    with transaction.atomic():
        Organisation.objects.select_for_update().get(pk=county.pk)
        Organisation.objects.filter(pk=row.pk).update(closed_on=now().date())
        second = threading.Thread(target=name)
        second.start()
        second.join(timeout=1)
        assert said == []  # it waits for the county
    second.join(timeout=60)

    assert [type(one) for one in said] == [PermissionDenied]
    was = row.rule_set
    row.refresh_from_db()
    assert row.rule_set == was
    assert row.acts.count() == 0


def test_of_two_counties_that_give_one_identifier_at_once_the_second_is_told(here):
    """A 学校标识码 is one school's in the whole register."""
    for turn in range(ROUNDS):
        row = NewOffice(
            level=Level.SCHOOL,
            name=f"新立第{turn}小学",
            code=f"9{turn:02d}",
            identifier=f"213028{turn:04d}",
            stages=(StageFacts(stage="primary", first=1, years=6),),
        )
        founders = [
            partial(services.add, rows=[row], acting=here.acting(who), reason="批文")
            for who in ("county", "county9")
        ]
        said = at_once(*founders)
        told = [one for one in said if isinstance(one, UnfitRows)]
        assert [str(problem.code) for one in told for problem in one.problems[0]] == ["taken"], said
        assert School.objects.filter(identifier=row.identifier).count() == 1
