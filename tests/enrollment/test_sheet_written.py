"""How each item of the national sheet is written, and what is wrong with it otherwise."""

import pytest

from enrollment.services.check import read
from tests.enrollment.test_check import PLAIN, wrong
from tests.pupils import row


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"birth_place_text": "", "birth_place_code": ""}, {("birth_place_text", "missing")}),
        ({"native_place": ""}, set()),
        ({"native_place": "村" * 61}, {("native_place", "long")}),
        ({"native_place": "河北\u202e迁安"}, {("native_place", "characters")}),
        ({"birth_place_text": "军屯\u200b"}, {("birth_place_text", "characters")}),
        ({"compatriot": ""}, {("compatriot", "missing")}),
        ({"compatriot": "77"}, {("compatriot", "unknown_code")}),
        ({"health": "棒"}, {("health", "unknown_code")}),
        ({"political": "院士"}, {("political", "unknown_code")}),
        ({"former_name": "王3"}, {("former_name", "name.digit")}),
        ({"id_valid": "2021.06.01-2026.06.01"}, set()),
        ({"id_valid": "20210601至长期"}, set()),
        ({"id_valid": "2021年6月1日—2026年6月1日"}, set()),
        ({"id_valid": "2021.06.01"}, {("id_valid", "span")}),
        ({"id_valid": "2021.02.30-2026.06.01"}, {("id_valid", "span")}),
        ({"id_valid": "2026.06.01-2021.06.01"}, {("id_valid", "backward")}),
        ({"id_valid": "2010.06.01-2020.06.01"}, {("id_valid", "before_birth")}),
        ({"id_valid": "2027.06.01-2032.06.01"}, {("id_valid", "not_begun")}),
        ({"specialty": "画" * 101}, {("specialty", "long")}),
        ({"blood_type": "Q"}, {("blood_type", "unknown_code")}),
        ({"class_number": "1" * 11}, {("class_number", "form")}),
        ({"class_number": "七号"}, {("class_number", "form")}),
        ({"source": "5"}, {("source", "unknown_code")}),
        ({"mail_address": "村" * 121}, {("mail_address", "long")}),
        ({"family_address": "村\x01"}, {("family_address", "characters")}),
        ({"postcode": ""}, {("postcode", "missing")}),
        ({"postcode": "64400"}, {("postcode", "form")}),
        ({"postcode": "٠٦٤٤٠٠"}, {("postcode", "form")}),
        ({"email": "wang"}, {("email", "form")}),
        ({"email": "a" * 90 + "@example.com"}, {("email", "form")}),
        ({"homepage": "javascript:alert(1)"}, {("homepage", "form")}),
        ({"homepage": "http://"}, {("homepage", "form")}),
        ({"only_child": ""}, {("only_child", "missing")}),
        ({"only_child": "也许"}, {("only_child", "unknown_code")}),
        ({"preschool": "2"}, {("preschool", "unknown_code")}),
        ({"left_behind": "3"}, {("left_behind", "unknown_code")}),
        ({"orphan": "是的"}, {("orphan", "unknown_code")}),
        ({"martyr_family": ""}, {("martyr_family", "missing")}),
        ({"inclusion": "99"}, {("inclusion", "unknown_code")}),
        ({"disability": "8"}, {("disability", "unknown_code")}),
        ({"bought_place": "x"}, {("bought_place", "unknown_code")}),
        ({"needs_aid": ""}, {("needs_aid", "missing")}),
        ({"boarding_subsidy": "?"}, {("boarding_subsidy", "unknown_code")}),
        ({"distance": ""}, {("distance", "missing")}),
        ({"distance": "0"}, set()),
        ({"distance": "200"}, set()),
        ({"distance": "200.1"}, {("distance", "range")}),
        ({"distance": "1.55"}, {("distance", "number")}),
        ({"distance": "-1"}, {("distance", "number")}),
        ({"distance": "1e3"}, {("distance", "number")}),
        ({"travel": ""}, {("travel", "missing")}),
        ({"travel": "飞机"}, {("travel", "unknown_code")}),
        ({"school_bus": ""}, {("school_bus", "missing")}),
        ({"home_taught": "有时"}, {("home_taught", "unknown_code")}),
        ({"m1_workplace": "厂" * 101}, {("m1_workplace", "long")}),
        ({"m1_nation": "火星"}, {("m1_nation", "unknown_code")}),
        ({"m1_id_type": "学生证"}, {("m1_id_type", "unknown_code")}),
        (
            {"m2_workplace": "某厂"},
            {("m2_name", "missing"), ("m2_phone", "missing"), ("m2_relation", "missing")},
        ),
        ({"m1_address_text": "村" * 121}, {("m1_address_text", "long")}),
    ],
)
def test_each_item_is_judged_and_the_fault_is_told_at_it(typed, says):
    assert wrong(read(row(**typed), PLAIN)) == says


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"distance": "2.1"}, "school_bus"),
        ({"distance": "2"}, None),
        ({"travel": "2"}, "school_bus"),
        ({"boarding_subsidy": "1"}, "boarding_subsidy"),
        ({"health": "50"}, "disability"),
        ({"migrant": "1", "left_behind": "1"}, "left_behind"),
        ({"id_valid": "2021.06.01-2026.06.01"}, "id_valid"),
    ],
)
def test_what_does_not_agree_is_said_and_stops_nothing(typed, field):
    checked = read(row(**typed), PLAIN)
    hints = [problem.field for problem in checked.problems if problem.severity == "warning"]
    assert (checked.errors, hints) == ([], [field] if field else [])
