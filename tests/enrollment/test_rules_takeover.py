"""Grade, year of entry and number of an existing pupil agree."""

from datetime import date

import pytest

from enrollment.rules import TakeoverFacts
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "takeover.grade": "test_the_year_of_entry_is_that_of_the_grade_or_a_reason_is_given",
    "takeover.number": "test_only_this_years_entrants_wait_for_a_number",
}
RULES = rule_set("qianan").at(date(2026, 9, 1))


def told(**facts):
    right = {
        "grade": "三年级", "entry_year": 2024, "due": 2024, "is_first": False, "has_number": True
    }  # fmt: skip
    return [
        (finding.key, str(finding.effect))
        for finding in judge("takeover", TakeoverFacts(**(right | facts)), RULES)
    ]


@pytest.mark.parametrize(("year", "says"), [(2024, []), (2023, ["warn"]), (2025, ["warn"])])
def test_the_year_of_entry_is_that_of_the_grade_or_a_reason_is_given(year, says):
    assert told(entry_year=year) == [("takeover.grade", effect) for effect in says]


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({}, []),
        ({"is_first": True, "has_number": False}, []),
        ({"has_number": False}, [("takeover.number", "block")]),
    ],
)
def test_only_this_years_entrants_wait_for_a_number(facts, says):
    assert told(**facts) == says
