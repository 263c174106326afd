"""What a clerk is told of a child who has a register: all inside the reach, little outside."""

from datetime import date, timedelta

import pytest

from enrollment.services import doubles
from enrollment.services.check import check_rows
from enrollment.services.context import load
from enrollment.services.submit import Rejected
from tests import pupils
from tests.world import NOON
from xueji.audit import services as audit
from xueji.audit.models import AccessKind
from xueji.cases import services as cases
from xueji.rules.engine import rule_set

NUMBER = pupils.id_number(born=date(2020, 4, 5), order=7)
SAME_DAY = pupils.id_number(born=date(2020, 4, 5), order=9)
SWAPPED = pupils.id_number(born=date(2020, 5, 4), order=9)


def answer(world, clerk, **typed):
    acting = world.acting(clerk)
    context = load(world.school_of(clerk).pk, today=acting.today)
    (checked,) = check_rows([pupils.row(**typed)], context)
    return doubles.answer(checked, context, acting)


def words(found):
    return [double.text + double.remedy for double in found.doubles]


def test_a_new_child_is_answered_nothing(world):
    pupils.enrolled(world, id_number=NUMBER, name="赵一")
    assert answer(world, "clerk", name="钱二") == doubles.Answer()


def test_inside_the_reach_the_school_and_the_pupil_are_named(world):
    pupils.enrolled(world, id_number=NUMBER, name="欧阳若曦")

    found = answer(world, "clerk", id_number=NUMBER, name="欧阳若曦")

    assert words(found) == [
        "这个证件号在清泉小学已有学籍：欧阳若曦，在读。"
        "请先核对证件号；号码无误的，在原学籍上办理转学或复学，不另建。"
    ]
    assert found.kind == AccessKind.VIEW


@pytest.mark.parametrize("clerk", ["clerk1b", "clerk2", "urban", "clerk9"])
def test_outside_the_reach_it_is_county_office_and_first_character(world, clerk):
    pupils.enrolled(world, id_number=NUMBER, name="欧阳若曦")

    found = answer(world, clerk, id_number=NUMBER, name="欧阳若曦")

    assert words(found) == [
        "这个证件号已在别处建有学籍（迁安市教育局所辖，主管部门 建昌营镇中心校），"
        "学生姓名的首字是“欧”。请先核对证件号；号码无误的，在原学籍上办理转学或复学，不另建。"
        "请监护人到原学校办理，或请上级与该主管部门联系。"
    ]
    assert found.kind == AccessKind.LOOKUP


def test_a_number_alone_is_looked_for_before_a_name_is_typed(world):
    pupils.enrolled(world, id_number=NUMBER)
    assert len(answer(world, "clerk2", id_number=NUMBER, name="").doubles) == 1


def test_a_wrong_number_is_not_looked_for(world):
    pupils.enrolled(world, id_number=NUMBER)
    assert answer(world, "clerk2", id_number=NUMBER[:-1] + "5", name="某某") == doubles.Answer()


def test_a_child_on_the_way_to_a_register_elsewhere_is_told_without_case_and_school(world):
    case = pupils.submitted(world, id_number=NUMBER, name="孙小美")

    (text,) = words(answer(world, "clerk2", id_number=NUMBER, name="孙小美"))

    assert text == (
        "这个证件号正在别处办理入学（迁安市教育局所辖，主管部门 建昌营镇中心校），"
        "学生姓名的首字是“孙”。请先核对证件号；号码无误的，由先办的学校办完或者撤回，"
        "一名学生只能由一所学校建籍。请与该主管部门联系。"
    )
    for secret in (case.number, "清泉", "孙小美", "principal"):
        assert secret not in text
    with pytest.raises(Rejected):
        pupils.submitted(world, "clerk2", id_number=NUMBER)


@pytest.mark.parametrize("register", [pupils.submitted, pupils.enrolled])
@pytest.mark.parametrize("clerk", ["clerk", "clerk2"])
def test_the_form_says_beside_the_double_what_the_rule_says(world, register, clerk):
    register(world, id_number=NUMBER, name="孙小美")
    acting = world.acting(clerk)
    context = load(world.school_of(clerk).pk, today=acting.today)
    typed = pupils.row(id_number=NUMBER, name="孙小美")
    (checked,) = check_rows([typed], context)
    (double,) = doubles.answer(checked, context, acting).doubles
    (finding,) = [f for f in checked.findings if f.key == "entry.duplicate.exact"]

    assert double.remedy.startswith(f"{finding.remedy}。")


def test_a_withdrawn_case_leaves_nothing_to_tell(world):
    case = pupils.submitted(world, id_number=NUMBER)
    cases.withdraw(case_id=case.pk, note="不来了", acting=world.acting("clerk"))
    assert answer(world, "clerk2", id_number=NUMBER) == doubles.Answer()


@pytest.mark.parametrize(
    ("typed", "likeness"),
    [
        ({"id_number": SAME_DAY, "name": "陈雨桐"}, "同名，同性别，出生日期相同，证件号不同"),
        ({"id_number": SAME_DAY, "name": "陈羽彤"}, "姓名同音，同性别，出生日期相同，证件号不同"),
        ({"id_number": SWAPPED, "name": "陈雨桐"}, "同名，同性别，出生日期月日颠倒，证件号不同"),
    ],
)
def test_a_near_match_outside_the_reach_tells_only_how_it_compares(world, typed, likeness):
    pupils.enrolled(world, id_number=NUMBER, name="陈雨桐")

    (text,) = words(answer(world, "clerk2", **typed))

    assert text.startswith(
        f"另一名学生（{likeness}）登记在本单位以外，由上级比对双方材料。请先核对"
    )


def test_a_near_match_in_the_own_school_is_named(world):
    pupils.enrolled(world, id_number=NUMBER, name="陈雨桐")

    (text,) = words(answer(world, "clerk", id_number=SAME_DAY, name="陈雨桐"))

    assert text.startswith(
        "另一名学生（同名，同性别，出生日期相同，证件号不同）在清泉小学已有学籍：陈雨桐，在读。"
    )


def look(world, clerk, student_id, at=NOON):
    audit.shown(
        acting=world.acting(clerk, at=at),
        kind=AccessKind.LOOKUP,
        page=doubles.PAGE,
        students=[student_id],
    )


LIMIT = rule_set("qianan").at(NOON.date()).value("entry.lookups_per_hour")


def test_after_so_many_children_within_the_hour_nobody_new_is_told(world):
    student = pupils.enrolled(world, id_number=NUMBER)
    for other in range(LIMIT):
        look(world, "clerk2", 10_000 + other)

    held = answer(world, "clerk2", id_number=NUMBER)

    assert held == doubles.Answer(
        wait="一小时内查到外单位学生已达 60 名，暂不再答复。"
        "请过一小时再试；急需核对的，请与教育局联系。"
    )
    look(world, "clerk2", student.pk)  # told before: told again
    assert len(answer(world, "clerk2", id_number=NUMBER).doubles) == 1


def test_looks_of_others_of_an_hour_ago_and_of_one_child_do_not_count(world):
    pupils.enrolled(world, id_number=NUMBER)
    for other in range(LIMIT):
        look(world, "clerk9", 10_000 + other)
        look(world, "clerk2", 20_000 + other, at=NOON - timedelta(minutes=61))
        look(world, "clerk2", 30_000)

    assert len(answer(world, "clerk2", id_number=NUMBER).doubles) == 1


def test_the_own_school_is_never_held_back(world):
    pupils.enrolled(world, id_number=NUMBER)
    for other in range(LIMIT):
        look(world, "clerk", 10_000 + other)
    assert len(answer(world, "clerk", id_number=NUMBER).doubles) == 1
