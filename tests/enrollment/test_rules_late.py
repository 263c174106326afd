"""缓学 by the rules: why, with what papers, until when; and what is said of the child who comes."""

from dataclasses import replace
from datetime import date

import pytest

from enrollment.rules import Late
from enrollment.rules.late import latest
from tests.enrollment.facts import ON, child, told
from xueji.rules.engine import rule_set

RULE_TABLES = {
    "entry.late.reason": "test_a_text_admits_reasons_of_health_and_others_are_granted",
    "entry.late_papers": "test_the_state_of_health_is_proven",
    "entry.late.age": "test_only_who_is_of_age_can_be_deferred",
    "entry.late.until": "test_a_deferral_ends_after_today_and_within_a_year",
    "entry.late.back": "test_a_child_who_comes_after_a_deferral_is_told_as_such",
}
YEAR = Late(
    reason="health", until=date(2027, 8, 31), since=date(2026, 9, 1), today=date(2026, 9, 2)
)
PROVEN = frozenset({"hospital_proof"})


def late(*, papers=PROVEN, **other):
    return child(late=replace(YEAR, **other), papers=papers)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (late(), []),
        (late(reason=""), []),
        (late(reason="other"), [("warn", "缓学的原因不是身体状况")]),
    ],
)
def test_a_text_admits_reasons_of_health_and_others_are_granted(facts, says):
    assert told("entry.late.reason", facts) == says


@pytest.mark.parametrize(
    ("facts", "rules", "says"),
    [
        (child(papers=frozenset()), "qianan", []),
        (late(), "qianan", []),
        (late(papers=frozenset()), "qianan", [("block", "缺县级以上医院证明")]),
        (late(papers=frozenset()), "national", []),
        (late(papers=frozenset(), reason="other"), "qianan", []),
    ],
)
def test_the_state_of_health_is_proven(facts, rules, says):
    assert told("entry.late_papers", facts, rules) == says


@pytest.mark.parametrize(
    ("born", "says"),
    [
        (date(2020, 8, 31), []),
        (date(2020, 9, 1), [("block", "到 2026 年 8 月 31 日不足 6 周岁，今年不到入学年龄")]),
        (None, []),
    ],
)
def test_only_who_is_of_age_can_be_deferred(born, says):
    assert told("entry.late.age", replace(late(), birth_date=born)) == says
    assert told("entry.late.age", child(birth_date=born)) == []


@pytest.mark.parametrize(
    ("until", "says"),
    [
        (date(2026, 9, 3), []),
        (date(2027, 9, 1), []),
        (date(2027, 9, 2), [("block", "缓学到 2027-09-02，时间太长")]),
        (date(2026, 9, 2), [("block", "缓学到 2026-09-02，这一天已经过去")]),
        (None, []),
    ],
)
def test_a_deferral_ends_after_today_and_within_a_year(until, says):
    assert told("entry.late.until", late(until=until)) == says


@pytest.mark.parametrize(
    ("since", "last"),
    [
        (date(2026, 9, 1), date(2027, 9, 1)),
        (date(2027, 8, 31), date(2028, 8, 31)),
        (date(2028, 2, 29), date(2029, 3, 1)),
    ],
)
def test_the_longest_time_is_counted_from_the_day_it_begins(since, last):
    assert latest(since, rule_set("qianan").at(ON)) == last


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (child(), []),
        (
            child(deferred_until=date(2027, 8, 31)),
            [("record", "缓学学生（缓学到 2027-08-31）现在入学")],
        ),
        (replace(late(), deferred_until=date(2027, 8, 31)), []),
    ],
)
def test_a_child_who_comes_after_a_deferral_is_told_as_such(facts, says):
    assert told("entry.late.back", facts) == says


@pytest.mark.parametrize(
    ("rules", "citation"),
    [
        (
            "qianan",
            "《河北省义务教育阶段学生学籍管理办法实施细则(修订)》缓学（条次待核）（原文未收录）",
        ),
        ("national", "文件未规定，按本县设定（可改）：entry.late_papers"),
    ],
)
def test_the_papers_cite_the_provinces_text_or_none(rules, citation):
    assert rule_set(rules).at(ON).rule("entry.late_papers").citation == citation
