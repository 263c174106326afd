from datetime import date

import pytest

from tests.enrollment.facts import ON, child, found, migrant, told
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "entry.duplicate.exact": "test_one_id_number_has_one_register",
    "entry.duplicate.near": "test_somebody_alike_is_compared_by_the_county",
    "entry.transfer_required": "test_a_pupil_of_another_school_comes_by_transfer",
    "entry.home_taught": "test_a_child_taught_at_home_is_recorded_as_such",
    "entry.home_taught.disability": "test_a_child_taught_at_home_has_a_disability_on_the_sheet",
    "entry.id_missing": "test_a_child_without_id_number_is_entered_and_noted",
    "entry.foreign": "test_a_foreign_child_without_papers_is_noted_since_2025",
    "entry.not_first_grade": "test_only_primary_first_graders_skip_the_national_check",
    "entry.one_number": "test_a_national_number_belongs_to_one_pupil",
    "entry.national_number": "test_no_prefix_of_a_national_number_refuses",
}
ELSEWHERE = {"same_id": 1, "live_elsewhere": True}
TWICE = [("block", "该身份证件号已建有学籍，不得重复建立")]
ON_ITS_WAY = [("block", "该身份证件号正由另一件业务办理入学，不得重复建立")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(same_id=0), []),
        (child(same_id=1), TWICE),
        (child(same_id=2), TWICE),
        (child(same_id=1, same_id_pending=True), ON_ITS_WAY),
        (child(**ELSEWHERE), TWICE),
        (child(**ELSEWHERE, school_kind="special"), []),
        (child(same_id=1, school_kind="special"), TWICE),
        (child(**ELSEWHERE, from_special_school=True), []),
        (child(**ELSEWHERE, from_special_school=True, school_kind="other"), TWICE),
        (child(live_elsewhere=True), []),
        (migrant(same_id=1), TWICE),
    ],
)
def test_one_id_number_has_one_register(facts, says):
    assert told("entry.duplicate.exact", facts) == says
    assert told("entry.duplicate.exact", facts, "national") == says


@pytest.mark.parametrize(
    ("near", "says"),
    [
        (0, []),
        (1, [("warn", "疑似重复：有 1 名学生可能是同一人")]),
        (3, [("warn", "疑似重复：有 3 名学生可能是同一人")]),
    ],
)
def test_somebody_alike_is_compared_by_the_county(near, says):
    assert told("entry.duplicate.near", child(same_person_near=near)) == says
    assert [f.grant for f in found(child(same_person_near=near))] == ["county_officer"] * len(says)


REFUSED = [("block", "该生在他校有学籍，未办转学手续不能入学")]


def _passes(why):
    return [("record", f"他校在籍学生，属除外情形（{why}），不办转学手续即可就读")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (child(same_id=1), []),
        (child(**ELSEWHERE), REFUSED),
        (child(live_elsewhere=True), REFUSED),
        (child(**ELSEWHERE, school_kind="special"), _passes("特殊教育学校")),
        (child(**ELSEWHERE, school_kind="reform"), _passes("专门学校")),
        (
            child(**ELSEWHERE, from_special_school=True),
            _passes("普通学校接收特殊学校学生随班就读"),
        ),
        (child(from_special_school=True), []),
        (child(**ELSEWHERE, home_taught=True), REFUSED),
        (migrant(**ELSEWHERE), REFUSED),
    ],
)
def test_a_pupil_of_another_school_comes_by_transfer(facts, says):
    assert told("entry.transfer_required", facts) == says


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2024, 9, 1), "工读学校"),
        (date(2025, 1, 2), "工读学校"),
        (date(2025, 1, 3), "专门学校"),
    ],
)
def test_the_third_exception_is_named_as_the_text_of_the_day_names_it(on, name):
    facts = child(**ELSEWHERE, school_kind="reform")

    assert told("entry.transfer_required", facts, on=on) == _passes(name)


@pytest.mark.parametrize(
    ("taught_at_home", "says"),
    [
        (False, []),
        (True, [("record", "送教上门学生：学籍建在承担送教的学校，计入在籍，不计班额")]),
    ],
)
def test_a_child_taught_at_home_is_recorded_as_such(taught_at_home, says):
    assert told("entry.home_taught", child(home_taught=taught_at_home)) == says


@pytest.mark.parametrize(
    ("taught_at_home", "disabled", "warns"),
    [(False, False, False), (False, True, False), (True, True, False), (True, False, True)],
)
def test_a_child_taught_at_home_has_a_disability_on_the_sheet(taught_at_home, disabled, warns):
    says = [("warn", "送教上门的学生没有填残疾类型，或填的是无残疾")] if warns else []
    facts = child(home_taught=taught_at_home, disabled=disabled)

    assert told("entry.home_taught.disability", facts) == says


@pytest.mark.parametrize(
    ("missing", "is_foreign", "says"),
    [
        (False, False, []),
        (True, False, [("record", "没有身份证件号：已按姓名、性别、出生日期查重")]),
        (True, True, []),
    ],
)
def test_a_child_without_id_number_is_entered_and_noted(missing, is_foreign, says):
    facts = child(id_missing=missing, foreign=is_foreign)

    assert told("entry.id_missing", facts) == says


@pytest.mark.parametrize(
    ("missing", "is_foreign", "on", "noted"),
    [
        (True, True, ON, True),
        (True, True, date(2025, 1, 3), True),
        (True, True, date(2025, 1, 2), False),
        (False, True, ON, False),
        (True, False, ON, False),
    ],
)
def test_a_foreign_child_without_papers_is_noted_since_2025(missing, is_foreign, on, noted):
    says = [("record", "港澳台侨及外籍学生没有登记有效身份证件")]
    facts = child(id_missing=missing, foreign=is_foreign)

    assert told("entry.foreign", facts, on=on) == (says if noted else [])


@pytest.mark.parametrize(
    ("stage", "grade", "noted"),
    [
        ("primary", 1, False),
        ("primary", 2, True),
        ("junior", 7, True),
        ("senior", 10, True),
    ],
)
def test_only_primary_first_graders_skip_the_national_check(stage, grade, noted):
    says = [("record", "非小学一年级新生建籍，须列入月末全国查重名单")]

    assert told("entry.not_first_grade", child(stage=stage, grade=grade)) == (says if noted else [])


@pytest.mark.parametrize(
    ("taken", "says"),
    [(False, []), (True, [("block", "该全国学籍号已登记在另一名学生名下")])],
)
def test_a_national_number_belongs_to_one_pupil(taken, says):
    facts = child(national_number="L130283202003170001", national_number_taken=taken)

    assert told("entry.one_number", facts) == says


UNKNOWN = [("record", "全国学籍号的字头不是 G、J、L")]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("", []),
        ("G130283202003170027", []),
        ("J130283202003170027", []),
        ("L130283202003170001", []),
        ("X130283202003170001", UNKNOWN),
        ("130283202003170027", UNKNOWN),
    ],
)
def test_no_prefix_of_a_national_number_refuses(number, says):
    assert told("entry.national_number", child(national_number=number)) == says


@pytest.mark.parametrize("rules", ["national", "hebei", "qianan"])
@pytest.mark.parametrize(
    "other", [{}, {"same_person_near": 1}, ELSEWHERE, {"papers": frozenset()}, {"grade": 4}]
)
def test_a_temporary_national_number_changes_nothing_in_what_is_found(rules, other):
    in_force = rule_set(rules).at(ON)
    judged = [
        judge("entry", child(national_number=f"{prefix}130283202003170001", **other), in_force)
        for prefix in "GJL"
    ]

    assert judged == [judge("entry", child(**other), in_force)] * 3
