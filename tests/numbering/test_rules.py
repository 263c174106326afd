from datetime import date

import pytest

from numbering.rules import AllocationFacts, NumberFacts, allocator
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "numbering.allocator": "test_only_the_allocator_issues_numbers",
    "number.length": "test_a_number_has_14_digits",
    "number.prefecture": "test_digits_1_and_2_are_the_prefecture",
    "number.county": "test_digits_3_and_4_are_the_county",
    "number.entry_year": "test_digits_5_and_6_are_the_entry_year",
    "number.school": "test_digits_7_to_9_are_the_school",
    "number.category": "test_digit_10_is_the_category_of_the_school",
    "number.serial": "test_digits_11_to_14_run_from_0001_to_9999",
    "number.continuous": "test_numbers_follow_without_a_gap",
}
ON = date(2026, 9, 1)
RIGHT = "02262601700080"


def told(key, number=RIGHT, rules="qianan", **other):
    """Messages of one rule on a number of 清泉小学, entry year 2026."""
    made_of = {
        "prefecture_code": "02",
        "county_code": "26",
        "entry_year": 2026,
        "school_code": "017",
        "stage": "primary",
        "category_code": "0",
    }
    facts = NumberFacts(number=number, **(made_of | other))
    findings = judge("number", facts, rule_set(rules).at(ON))
    return [finding.message for finding in findings if finding.key == key]


@pytest.mark.parametrize("rules", ["qianan", "national"])
def test_nothing_is_said_of_a_right_number(rules):
    facts = NumberFacts(
        number=RIGHT,
        prefecture_code="02",
        county_code="26",
        entry_year=2026,
        school_code="017",
        stage="primary",
        category_code="0",
        last=79,
    )

    assert judge("number", facts, rule_set(rules).at(ON)) == []


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (RIGHT, []),
        ("0226260170008", ["学籍号 0226260170008 不是 14 位数字（现有 13 位）"]),
        ("022626017000801", ["学籍号 022626017000801 不是 14 位数字（现有 15 位）"]),
        ("0226260170008X", ["学籍号 0226260170008X 不是 14 位数字（现有 14 位）"]),
        ("０２262601700080", ["学籍号 ０２262601700080 不是 14 位数字（现有 14 位）"]),
    ],
)
def test_a_number_has_14_digits(number, says):
    assert told("number.length", number) == says


def test_a_number_of_the_wrong_length_is_not_taken_apart():
    facts = NumberFacts(
        number="0226260170008",
        prefecture_code="02",
        county_code="26",
        entry_year=2026,
        school_code="017",
        stage="primary",
        category_code="0",
        last=7,
    )

    assert [f.key for f in judge("number", facts, rule_set("qianan").at(ON))] == ["number.length"]


@pytest.mark.parametrize(
    ("number", "rules", "table", "says"),
    [
        (RIGHT, "qianan", "02", []),
        ("03262601700080", "qianan", "02", ["学籍号中的市代码是 03，应为 02"]),
        ("03262601700080", "qianan", "03", ["学籍号中的市代码是 03，应为 02"]),
        (RIGHT, "qianan", "", []),
        ("03262601700080", "national", "03", []),
        (RIGHT, "national", "03", ["学籍号中的市代码是 02，应为 03"]),
        (RIGHT, "national", "", ["尚未登记本校的市代码，不能编号"]),
    ],
)
def test_digits_1_and_2_are_the_prefecture(number, rules, table, says):
    assert told("number.prefecture", number, rules, prefecture_code=table) == says


@pytest.mark.parametrize(
    ("number", "rules", "table", "says"),
    [
        (RIGHT, "qianan", "26", []),
        ("02832601700080", "qianan", "83", ["学籍号中的县（区）代码是 83，应为 26"]),
        ("02232601700080", "national", "23", []),
        (RIGHT, "national", "23", ["学籍号中的县（区）代码是 26，应为 23"]),
        (RIGHT, "national", "", ["尚未登记本校的县（区）代码，不能编号"]),
    ],
)
def test_digits_3_and_4_are_the_county(number, rules, table, says):
    assert told("number.county", number, rules, county_code=table) == says


@pytest.mark.parametrize(
    ("number", "year", "says"),
    [
        (RIGHT, 2026, []),
        (RIGHT, 2025, ["学籍号中的入学年份代码是 26，应为 25"]),
        ("02260501700080", 2005, []),
        ("02260001700080", 2100, []),
    ],
)
def test_digits_5_and_6_are_the_entry_year(number, year, says):
    assert told("number.entry_year", number, entry_year=year) == says


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("017", []),
        ("018", ["学籍号中的学校代码是 017，应为 018"]),
        ("", ["尚未登记本校的学校代码，不能编号"]),
    ],
)
def test_digits_7_to_9_are_the_school(code, says):
    assert told("number.school", school_code=code) == says


@pytest.mark.parametrize(
    ("number", "rules", "stage", "table", "says"),
    [
        (RIGHT, "qianan", "primary", "", []),
        (RIGHT, "qianan", "primary", "7", []),
        ("02262601710080", "qianan", "primary", "1", ["学籍号中的学校类别代码是 1，应为 0"]),
        ("02262601710080", "qianan", "junior", "1", []),
        (RIGHT, "qianan", "junior", "1", ["学籍号中的学校类别代码是 0，应为 1"]),
        (RIGHT, "qianan", "junior", "", ["尚未登记本校的学校类别代码，不能编号"]),
        ("02262601770080", "national", "primary", "7", []),
        (RIGHT, "national", "primary", "", ["尚未登记本校的学校类别代码，不能编号"]),
    ],
)
def test_digit_10_is_the_category_of_the_school(number, rules, stage, table, says):
    assert told("number.category", number, rules, stage=stage, category_code=table) == says


FULL = ["本校本级学生代码已编到 9999，无号可编"]


@pytest.mark.parametrize(
    ("serial", "last", "says"),
    [
        ("0001", 0, []),
        ("0000", None, ["学生代码从 0001 开始编排，不能是 0000"]),
        ("9999", 9998, []),
        ("10000", 9999, FULL),
        ("10000", 9998, []),
        ("0023", 9999, FULL),
        ("0001", None, []),
    ],
)
def test_digits_11_to_14_run_from_0001_to_9999(serial, last, says):
    assert told("number.serial", f"0226260170{serial}", last=last) == says


@pytest.mark.parametrize(
    ("serial", "last", "voids", "says"),
    [
        (1, 0, (), []),
        (80, 79, (), []),
        (81, 79, (), ["学籍号须连续编排：已编到 0079，不能编 0081"]),
        (79, 79, (), ["学籍号须连续编排：已编到 0079，不能编 0079"]),
        (23, 79, (), ["学籍号须连续编排：已编到 0079，不能编 0023"]),
        (23, 79, (23,), []),
        (24, 79, (23,), ["学籍号须连续编排：已编到 0079，不能编 0024"]),
        (80, 79, (23,), []),
        (500, None, (), []),
    ],
)
def test_numbers_follow_without_a_gap(serial, last, voids, says):
    number = f"0226260170{serial:04d}"

    assert told("number.continuous", number, last=last, voids=frozenset(voids)) == says


TOWNSHIP = "《学生学籍管理制度》二（一）“乡镇学生学籍号由中心校统一编排”"
LOCAL = "文件未规定，按本县设定（可改）：numbering.allocator"
CENTRE, COUNTY, PREFECTURE, ELSEWHERE = 1, 2, 3, 4


@pytest.mark.parametrize(
    ("rules", "area", "stage", "authority", "acting_at", "says"),
    [
        ("qianan", "township", "primary", CENTRE, CENTRE, []),
        ("qianan", "township", "primary", CENTRE, COUNTY, [("中心校", TOWNSHIP)]),
        ("qianan", "township", "primary", CENTRE, ELSEWHERE, [("中心校", TOWNSHIP)]),
        ("qianan", "urban", "primary", COUNTY, COUNTY, []),
        ("qianan", "urban", "primary", COUNTY, CENTRE, [("教育局", LOCAL)]),
        ("qianan", "township", "junior", COUNTY, COUNTY, []),
        ("qianan", "township", "junior", COUNTY, CENTRE, [("教育局", LOCAL)]),
        ("national", "township", "primary", CENTRE, CENTRE, []),
        ("national", "township", "primary", CENTRE, COUNTY, [("学籍主管部门", LOCAL)]),
        ("national", "urban", "senior", PREFECTURE, PREFECTURE, []),
        ("national", "urban", "senior", PREFECTURE, COUNTY, [("学籍主管部门", LOCAL)]),
    ],
)
def test_only_the_allocator_issues_numbers(rules, area, stage, authority, acting_at, says):
    offices = {"centre": CENTRE, "county": COUNTY, "authority": authority}
    facts = AllocationFacts(school_area=area, stage=stage, offices=offices, acting_at=acting_at)

    findings = judge("numbering", facts, rule_set(rules).at(ON))

    assert [(f.key, f.effect, f.message, f.citation) for f in findings] == [
        (
            "numbering.allocator",
            "block",
            f"本校学籍号由{office}统一编排，当前岗位不能编号",
            citation,
        )
        for office, citation in says
    ]


@pytest.mark.parametrize(
    ("area", "stage", "office"),
    [
        ("township", "primary", "centre"),
        ("township", "junior", "county"),
        ("urban", "primary", "county"),
    ],
)
def test_a_centre_allocates_for_its_primaries_and_the_county_otherwise(area, stage, office):
    rules = rule_set("qianan").at(ON)

    assert allocator(school_area=area, stage=stage, rules=rules) == office


def test_values_that_no_text_gives_are_cited_as_the_countys_own():
    rules = rule_set("qianan").at(ON)

    assert (rules.value("number.temporary"), rules.rule("number.temporary").citation) == (
        {"prefix": "借", "digits": 4},
        "文件未规定，按本县设定（可改）：number.temporary",
    )
    assert rules.value("number.freeze_by") == {"month": 9, "day": 30}
