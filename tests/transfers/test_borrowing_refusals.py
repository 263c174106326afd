"""What stands in the way of borrowed study, of its end and of its undoing; and guests of afar."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from tests import pupils
from tests.transfers.borrowers import (
    ENDING,
    HOST,
    INSIDE,
    arrived,
    asked,
    changed,
    lent,
    of,
)
from tests.transfers.movers import NOON, class_of, numbered
from transfers.services import NotTaken, borrow_sheet
from transfers.services.borrow_change import CONVERSION, END
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.ledger.check import check
from xueji.organisations.models import Organisation, School, SchoolClass
from xueji.students.models import Student
from xueji.students.queries import counts

TODAY = NOON.date()


def school(name: str):
    return School.objects.filter(organisation__name=name)


def undone(world, case) -> None:
    cases.reverse(case_id=case.pk, note="办错", acting=world.acting("county"))


def outcome(world, case, who: str = "county") -> tuple[str, str]:
    seen = {case.pk: case.version}
    acting = world.acting(who)
    (found,) = cases.decide(seen=seen, decision="agreed", note="", acting=acting).values()
    return found.kind, found.text


# -- who may ask what -----------------------------------------------------------------------------
def test_only_the_clerk_of_the_host_ends_and_converts(world):
    case = arrived(world)
    for kind in (END, CONVERSION):
        for who in ("urban-principal", "principal", "centre", "county", "county-head", "auditor"):
            with pytest.raises(PermissionDenied):
                changed(world, case, kind, clerk=who)
        for neighbour in ("clerk", "clerk2", "clerk9"):
            with pytest.raises(Refused, match="现在不在本校借读"):
                changed(world, case, kind, clerk=neighbour)


def test_what_was_typed_wrong_is_said_before_anything_is_sent(world):
    student = numbered(world)
    with pytest.raises(NotTaken) as wrong:
        asked(world, until=TODAY, **of(student))
    assert [(one.field, one.message) for one in wrong.value.problems] == [
        ("until", "预计借读到的日期已经过了。")
    ]
    case = lent(world, student)
    with pytest.raises(Refused, match="还没有写是什么情况"):
        changed(world, case, END, reason="special", reason_text=" ")


def test_a_temporary_register_elsewhere_is_not_lent_on(world):
    student = arrived(world).student
    school("上庄小学").update(designated_for_borrowed=True)
    with pytest.raises(Refused, match="该生现在不能办借读。请监护人与原学校或迁安市教育局联系。"):
        asked(world, clerk="clerk2", school_class=class_of(world, "上庄小学"), **of(student))


# -- what happened meanwhile ----------------------------------------------------------------------
def test_a_host_that_stopped_working_takes_nobody_and_nobody_back(world):
    waiting = pupils.sign(world, asked(world, **of(numbered(world))), *INSIDE[:2])
    end = pupils.sign(world, changed(world, lent(world, numbered(world)), END), *ENDING)
    school(HOST).update(connected_on=None)
    kind, text = outcome(world, waiting)
    assert (kind, text) == ("refused", "借读学校还没有入网，不能收借读生。请退回。")
    with pytest.raises(Refused, match="借读学校还没有入网，不能退回去"):
        undone(world, end)


def test_a_class_that_was_closed_takes_nobody_and_nobody_back(world):
    waiting = pupils.sign(world, asked(world, **of(numbered(world))), *INSIDE[:2])
    end = pupils.sign(world, changed(world, lent(world, numbered(world)), END), *ENDING)
    SchoolClass.objects.filter(school=world.schools[HOST]).update(closed_on=TODAY)
    kind, text = outcome(world, waiting)
    assert (kind, "已撤销。请另选一个班" in text) == ("refused", True)
    with pytest.raises(Refused, match="借读的班已撤销，不能退回去"):
        undone(world, end)


def test_an_end_is_asked_for_in_vain_once_the_register_has_changed(world):
    case = lent(world, numbered(world))
    end = pupils.sign(world, changed(world, case, END), "urban-principal")
    Student.objects.filter(pk=case.student_id).update(status="suspended")
    kind, text = outcome(world, end)
    assert (kind, "借读又有变动" in text) == ("refused", True)


def test_nothing_is_undone_over_what_came_later(world):
    student = numbered(world)
    case = lent(world, student)
    end = changed(world, case, END)
    with pytest.raises(Refused, match=f"有业务件 {end.number} 在办.*才能撤销借读"):
        undone(world, case)
    pupils.sign(world, end, *ENDING)
    again = asked(world, **of(student))
    with pytest.raises(Refused, match=f"有业务件 {again.number} 在办"):
        undone(world, end)
    pupils.sign(world, again, *INSIDE)
    with pytest.raises(Refused, match="此后学籍又有变动"):
        undone(world, end)


def test_a_register_sheet_is_lent_while_the_guest_is_there_and_until_a_day_to_come(world):
    case = lent(world, numbered(world))
    said = {"case_id": case.pk, "note": "", "acting": world.acting("clerk")}
    with pytest.raises(Refused, match="日期已经过了"):
        borrow_sheet.lend_sheet(due_on=TODAY - timedelta(days=1), **said)
    pupils.sign(world, changed(world, case, END), *ENDING)
    with pytest.raises(Refused, match="借读已经结束"):
        borrow_sheet.lend_sheet(due_on=TODAY, **said)


# -- of another county ----------------------------------------------------------------------------
def test_a_guest_of_another_county_is_lent_out_there_and_borrowed_in_here(world):
    Organisation.objects.filter(name="滦州市教育局").update(rule_set="qianan")
    child = pupils.enrolled(world, "clerk9", **pupils.LUANZHOU)
    case = asked(world, **of(child))
    stops = case.steps.exclude(position=0).order_by("position")
    assert [str(step.organisation) for step in stops] == [HOST, "滦州甲小学", "迁安市教育局"]
    case = pupils.sign(world, case, "urban-principal", "principal9", "county")

    def figures(name: str) -> tuple[int, ...]:
        found = counts(world.organisations[name].path)
        return (found.enrolled, found.present, found.borrowed_out, found.borrowed_in)

    assert {name: figures(name) for name in ("滦州市教育局", "迁安市教育局", "唐山市教育局")} == {
        "滦州市教育局": (1, 0, 1, 0),
        "迁安市教育局": (0, 1, 0, 1),
        "唐山市教育局": (1, 1, 1, 1),
    }
    assert (set(case.events.values_list("scope", flat=True)), check()["faults"]) == (
        {"prefecture"},
        [],
    )
