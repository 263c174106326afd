"""Offices at once: one child is registered once, one form is one draft, nobody hangs."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from enrollment.models import Draw, DrawPlace
from enrollment.services.assign import assign, move
from enrollment.services.draft import keep
from enrollment.services.draw import Asked, confirm, plan
from enrollment.services.submit import Rejected, submit
from tests import pupils
from tests.numbering import making
from tests.world import build
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, CaseForm, State
from xueji.ledger.models import RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students.models import Student

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROUNDS = 5
HOMES = {
    "clerk": pupils.living_in("130283103227", "建昌营镇 军屯村"),
    "clerk2": pupils.living_in("130283101201", "杨各庄镇 上庄村"),
    "urban": pupils.URBAN,
}


def together(*acts):
    """Run acts at the same moment on connections of their own; results or exceptions, in order."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except (Refused, Rejected) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_several_schools_submit_the_same_child_and_one_of_them_has_it():
    world = build()
    for _ in range(ROUNDS):
        number = pupils.id_number()

        def entering(clerk, number=number):
            acting = world.acting(clerk)
            draft = cases.open_draft(
                kind="enrollment", school=world.school_of(clerk), acting=acting, values={}
            )
            row = pupils.row(id_number=number, **HOMES[clerk])
            return lambda: submit(case_id=draft.pk, row=row, reasons={}, acting=acting)

        results = together(*(entering(clerk) for clerk in HOMES))

        won = [result for result in results if isinstance(result, Case)]
        assert len(won) == 1
        assert all(isinstance(r, Case | Refused | Rejected) for r in results)
        student = Student.objects.get(id_number__isnull=False, cases__in=won)
        assert list(student.cases.values_list("state", flat=True)) == [State.OPEN]
    assert Student.objects.count() == ROUNDS
    assert Case.objects.filter(state=State.DRAFT).count() == ROUNDS * (len(HOMES) - 1)


def test_two_schools_take_up_the_same_withdrawn_child_and_one_of_them_has_it():
    world = build()
    number = pupils.id_number()
    first = pupils.submitted(world, id_number=number)
    cases.withdraw(case_id=first.pk, note="不来了", acting=world.acting("clerk"))

    def entering(clerk):
        acting = world.acting(clerk)
        draft = cases.open_draft(
            kind="enrollment", school=world.school_of(clerk), acting=acting, values={}
        )
        row = pupils.row(id_number=number, **HOMES[clerk])
        return lambda: submit(case_id=draft.pk, row=row, reasons={}, acting=acting)

    results = together(entering("clerk2"), entering("urban"))

    assert sorted(type(result).__name__ for result in results) in (
        ["Case", "Refused"],
        ["Case", "Rejected"],
    )
    for result in results:
        assert "2026-" not in str(result) or isinstance(result, Case)  # no number of a stranger
    assert Case.objects.filter(student=first.student_id, state=State.OPEN).count() == 1


def test_saves_of_one_form_at_the_same_moment_make_one_draft():
    world = build()
    acting = world.acting("clerk")
    tab = "6f9619ff-8b86-4011-b42d-00c04fc964ff"

    def saving(name):
        return lambda: keep(case=None, row=pupils.row(name=name), tab=tab, version=0, acting=acting)

    kept = together(saving("王一"), saving("王二"), saving("王三"))

    assert len({one.case.pk for one in kept}) == 1
    assert sorted(one.is_new for one in kept) == [False, False, True]
    assert CaseForm.objects.get().version == 3


def test_two_clerks_give_away_the_last_seat_and_one_of_them_is_refused():
    world = build()
    first = SchoolClass.objects.get(school=world.school_of("clerk"), number=1)
    making.entrants(world, making.names(44), class_number=1)
    for n in range(ROUNDS):
        names = making.names(2, start=100 + 2 * n)
        pair = making.entrants(world, names, class_number=None)

        def assigning(student):
            return lambda: assign(
                student_ids=[student.pk], school_class=first, acting=world.acting("clerk")
            )

        results = together(*(assigning(student) for student in pair))

        assert sorted(isinstance(result, Refused) for result in results) == [False, True]
        inside = Student.objects.filter(school_class=first)
        assert inside.count() == 45
        leaving = inside.last()
        second = SchoolClass.objects.get(school=first.school_id, number=2)
        how = {"out_of": first, "into": second, "reason": "让出座位"}
        move(student_ids=[leaving.pk], **how, acting=world.acting("clerk"))


def test_two_clerks_draw_at_once_and_the_intake_is_drawn_once():
    world = build()
    school = making.line(world)
    classes = SchoolClass.objects.filter(school=school.school).values_list("pk", flat=True)
    for n in range(ROUNDS):
        making.entrants(world, making.names(10, start=10 * n), class_number=None)
        acting = world.acting("clerk")

        def drawing(seed, acting=acting):
            asked = Asked(
                entry_year=2026, classes=tuple(sorted(classes)), keys=("birth",), seed=seed
            )
            token = plan(school=school, asked=asked, acting=acting).token
            how = {"school": school, "asked": asked, "is_typed": True, "token": token}
            return lambda: confirm(**how, acting=acting)

        results = together(drawing("1"), drawing("2"))

        assert sorted(isinstance(result, Refused) for result in results) == [False, True]
        assert Draw.objects.count() == n + 1
        assert not Student.objects.filter(school_class__isnull=True).exists()
    assert DrawPlace.objects.count() == RegisterEvent.objects.count() == 10 * ROUNDS
