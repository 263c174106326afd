from datetime import date

import pytest

from enrollment.rules import Parent
from tests.enrollment.facts import child, found, told

RULE_TABLES = {
    "entry.parent_age": "test_a_parent_was_old_enough",
    "entry.parent_sex": "test_a_father_is_a_man_and_a_mother_a_woman",
}
BORN = date(2020, 3, 17)


def of(born=date(1990, 1, 1), relation="1", sex="1"):
    """A child with this one parent."""
    parent = Parent(field="m1_id_number", relation=relation, sex=sex, birth_date=born)
    return child(birth_date=BORN, parents=(parent,))


def _young(who, years):
    return [("warn", f"{who}的身份证件号说明，学生出生时才 {years} 岁，不满 14 周岁")]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (of(), []),
        (of(date(2006, 3, 17)), []),
        (of(date(2006, 3, 18)), _young("父亲", 13)),
        (of(date(2010, 1, 1), "2", "2"), _young("母亲", 10)),
        (of(date(2021, 1, 1)), []),  # refused where it is typed
    ],
)
def test_a_parent_was_old_enough(facts, says):
    assert told("entry.parent_age", facts) == says


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (of(), []),
        (of(relation="2", sex="2"), []),
        (of(sex="2"), [("warn", "关系是父亲，身份证件号却是女性的")]),
        (of(relation="2", sex="1"), [("warn", "关系是母亲，身份证件号却是男性的")]),
    ],
)
def test_a_father_is_a_man_and_a_mother_a_woman(facts, says):
    assert told("entry.parent_sex", facts) == says


def test_the_field_of_the_parent_and_what_to_do_are_told():
    [finding] = found(of(sex="2"))

    assert (finding.field, finding.remedy, finding.citation) == (
        "m1_id_number",
        "请核对这名成员的证件号和关系。确实如此的，可申请例外，由教育局决定；学校不能自行放行",
        "文件未规定，按本县设定（可改）：entry.parent_sex",
    )
