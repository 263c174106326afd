from datetime import date
from types import MappingProxyType

import pytest

from enrollment.rules import ClassFacts, most, stops
from xueji.rules.engine import Rules, judge, rule_set
from xueji.rules.files import Effect
from xueji.rules.inheritance import Rule

RULE_TABLES = {"class.capacity": "test_a_class_is_no_larger_than_its_stage_allows"}
ON = date(2026, 9, 1)


def size(heads, *, stage="primary", granted=0):
    return ClassFacts(name="一（1）班", stage=stage, heads=heads, granted=granted)


def told(facts, rules):
    return [(f.effect, f.message) for f in judge("class", facts, rules)]


def changed(*, effect, value, grant=""):
    """Qian'an with another text about class size, as the rule sets of other places have it."""
    rules = rule_set("qianan").at(ON)
    own = rules.rule("class.capacity")
    entry = {**vars(own), "effect": effect, "value": MappingProxyType(value), "grant": grant}
    others = {rule.key: rule for rule in rules}
    return Rules("qianan", ON, {**others, "class.capacity": Rule(**entry)})


OVER = [("warn", "一（1）班将有 46 人，超过小学班额上限 45 人")]


@pytest.mark.parametrize("rules", ["qianan", "national"])
@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (size(0), []),
        (size(45), []),
        (size(46), OVER),
        (size(46, granted=45), OVER),
        (size(46, granted=30), OVER),
        (size(48, granted=48), []),
        (size(49, granted=48), [("warn", "一（1）班将有 49 人，超过已同意的人数 48 人")]),
        (size(50, stage="junior"), []),
        (size(51, stage="junior"), [("warn", "一（1）班将有 51 人，超过初中班额上限 50 人")]),
        (size(90, stage="senior"), []),
    ],
)
def test_a_class_is_no_larger_than_its_stage_allows(facts, says, rules):
    assert told(facts, rule_set(rules).at(ON)) == says


@pytest.mark.parametrize(
    ("rules", "stage", "limit", "clause"),
    [
        ("jinzhou", "primary", 45, "JINZHOU-4.2"),
        ("jinzhou", "junior", 50, "JINZHOU-4.2"),
        ("shanghai", "primary", 40, "SHANGHAI-7"),
        ("shanghai", "junior", 45, "SHANGHAI-7"),
        ("shanghai", "senior", None, "SHANGHAI-7"),
    ],
)
def test_each_place_has_its_own_size_by_its_own_text_and_the_county_lets_more_in(
    rules, stage, limit, clause
):
    in_force = rule_set(rules).at(ON)
    rule = in_force.rule("class.capacity")

    assert most(stage=stage, granted=0, rules=in_force) == limit
    assert told(size(limit or 90, stage=stage), in_force) == []
    assert ([c.id for c in rule.clauses], rule.grant) == ([clause], "county_officer")


def test_the_finding_names_the_setting_and_who_may_let_more_in():
    (finding,) = judge("class", size(46), rule_set("qianan").at(ON))
    assert finding.citation == "文件未规定，按本县设定（可改）：class.capacity"
    assert finding.remedy == "请选别的班，或增设班级。可申请例外，由学校决定"
    assert (finding.grant, stops(finding)) == ("principal", True)


@pytest.mark.parametrize(
    ("effect", "grant", "granted", "says", "stopped"),
    [
        (Effect.BLOCK, "", 0, [("block", "一（1）班将有 46 人，超过小学班额上限 40 人")], True),
        (Effect.BLOCK, "", 50, [("block", "一（1）班将有 46 人，超过小学班额上限 40 人")], True),
        (Effect.WARN, "county_officer", 50, [], None),
        (Effect.NOTIFY, "", 0, [("notify", "一（1）班将有 46 人，超过小学班额上限 40 人")], False),
        (Effect.RECORD, "", 0, [("record", "一（1）班将有 46 人，超过小学班额上限 40 人")], False),
    ],
)
def test_another_text_may_block_or_only_record(effect, grant, granted, says, stopped):
    rules = changed(effect=effect, value={"primary": 40}, grant=grant)
    found = judge("class", size(46, granted=granted), rules)
    assert [(f.effect, f.message) for f in found] == says
    assert [stops(f) for f in found] == ([] if stopped is None else [stopped])


def test_where_a_text_states_no_size_any_is_right():
    rules = changed(effect=Effect.BLOCK, value={"junior": 50})
    assert most(stage="primary", granted=0, rules=rules) is None
    assert told(size(90), rules) == []
