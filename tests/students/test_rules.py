"""Key data: what of a built register no school changes by itself."""

from datetime import date

import pytest

from xueji.rules.engine import judge, rule_set
from xueji.students.rules import WAY, EditFacts, migrant_decides

RULE_TABLES = {
    "keydata.fields": "test_name_and_number_are_key_data",
    "keydata.dependent": "test_what_the_number_says_goes_with_it",
}
ON = date(2026, 9, 1)


def told(keys, name="qianan", key=""):
    facts = EditFacts(changed=frozenset(keys.split()))
    found = judge("keydata", facts, rule_set(name).at(ON))
    return [(f.effect, f.field, f.message) for f in found if f.key == key]


NAME = ("block", "name", "姓名是关键信息，建籍以后不能直接修改")
NUMBER = ("block", "id_number", "身份证件号是关键信息，建籍以后不能直接修改")


@pytest.mark.parametrize("name", ["qianan", "national"])
@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ("", []),
        ("phone address_text former_name nation", []),
        ("name", [NAME]),
        ("phone id_number name", [NAME, NUMBER]),
        ("sex", []),
    ],
)
def test_name_and_number_are_key_data(keys, says, name):
    assert told(keys, name, "keydata.fields") == says


@pytest.mark.parametrize(
    ("keys", "fields"),
    [
        ("", []),
        ("name phone", []),
        ("birth_date", ["birth_date"]),
        ("birth_date sex id_type", ["id_type", "sex", "birth_date"]),
    ],
)
def test_what_the_number_says_goes_with_it(keys, fields):
    assert [field for _, field, _ in told(keys, key="keydata.dependent")] == fields


def test_each_says_its_text_and_the_way_to_go():
    facts = EditFacts(changed=frozenset({"name", "sex"}))
    name, sex = judge("keydata", facts, rule_set("qianan").at(ON))

    assert [finding.remedy for finding in (name, sex)] == [WAY, WAY]
    assert name.clauses[0].id == "ANNEX1-1.3"
    assert name.citation.startswith("《中小学生学籍管理相关问题处理办法》一3")
    assert sex.citation == "文件未规定，按本县设定（可改）：keydata.dependent"


@pytest.mark.parametrize(("name", "decides"), [("qianan", True), ("national", False)])
def test_where_migrants_have_another_register_it_is_no_item_to_edit(name, decides):
    assert migrant_decides(rule_set(name).at(ON)) is decides
