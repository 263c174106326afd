"""Each fault planted once in a set that has none: the check must name it."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.rules.sets import CLAUSES, write
from xueji.rules.check import faults

VALUE = "title: 乙, kind: value, scope: local"
GOOD = """
    some.rule:
      {title: 甲, kind: rule, scope: local, versions: [
        {from: 2013-09-01, effect: warn, grant: county_officer, clauses: [N-1]},
        {from: 2015-09-01, effect: block, clauses: [N-2]}]}
    some.value: {title: 乙, kind: value, scope: local, versions: [
        {from: 2013-09-01, value: 6, clauses: [N-3]}]}
    some.limit: {title: 丙, kind: value, scope: floor, narrows: max, versions: [
        {from: 2013-09-01, value: 10}]}
"""
TABLE = """
import pytest
RULE_TABLES = {"some.rule": "test_it"}

@pytest.mark.parametrize("row", [1, 2])
def test_it(row): ...
"""


def check(root, *, entries=GOOD, county="{}", clauses=CLAUSES, table=TABLE, judged=("some.rule",)):
    sets, tests = root / "sets", root / "tests"
    sets.mkdir()
    tests.mkdir()
    write(sets, "national", entries=entries, clauses=clauses)
    write(sets, "county", parent="national", level="county", entries=county)
    (tests / "test_rules.py").write_text(table)
    return faults(judged=judged, root=sets, tests=tests)


def test_good_rules_have_no_fault(tmp_path):
    assert check(tmp_path) == []


def test_where_the_tests_are_not_installed_the_rest_is_still_checked(tmp_path):
    check(tmp_path)

    assert faults(judged=[], root=tmp_path / "sets", tests=tmp_path / "none") == [
        "some.rule: a rule without a function"
    ]


def test_no_rules_are_no_pass(tmp_path):
    assert faults(judged=[], root=tmp_path) == [f"{tmp_path}: no rule sets"]


@pytest.mark.parametrize(
    ("judged", "fault"),
    [
        ([], "some.rule: a rule without a function"),
        (["some.rule", "some.value"], "some.value: a function without a rule"),
        (["some.rule", "some.other"], "some.other: a function without a rule"),
    ],
)
def test_a_rule_has_one_function_and_a_function_one_rule(tmp_path, judged, fault):
    assert check(tmp_path, judged=judged) == [fault]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ("", "some.rule: a rule without a test table"),
        (TABLE.replace("some.rule", "some.value"), "test_rules.py some.value: a table without"),
        (TABLE.replace("[1, 2]", "[1]"), "test_rules.py some.rule: test_it is not a test over"),
        (TABLE.replace("def test_it", "def test_x"), "test_rules.py some.rule: test_it is not a"),
        (TABLE.replace("@pytest", "# @pytest"), "test_rules.py some.rule: test_it is not a test"),
    ],
)
def test_a_rule_has_a_test_table(tmp_path, table, fault):
    assert [found for found in check(tmp_path, table=table) if found.startswith(fault)] != []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("clauses: [N-3]", "clauses: []", "national N-3: used by no entry"),
        ("clauses: [N-3]", "clauses: [N-3, N-9]", "some.value: cites an unknown clause N-9"),
        (", grant: county_officer", "", "a warning needs a role that grants exceptions, not ''"),
        ("county_officer", "mayor", "a warning needs a role that grants exceptions, not 'mayor'"),
        ("effect: block,", "effect: record, grant: clerk,", "only what stops somebody has"),
        ("effect: block,", "effect: block, grant: mayor,", "no such role: mayor"),
        ("from: 2015-09-01", "from: 2013-09-01", "versions are not in order of their dates"),
        ("from: 2015-09-01", "from: 2012-09-01", "versions are not in order of their dates"),
        ("effect: block, ", "", "national some.rule: a rule without an effect"),
        ("value: 6", "value: 6, effect: block", "some.value: a value has a value and no effect"),
        ("value: 6, ", "", "some.value: a value has a value and no effect"),
        ("value: 6", "value: 'age >= 6'", "'age >= 6' looks like an expression"),
        ("narrows: max, ", "", "some.limit: a floor with a value says in which direction"),
        ("effect: block", "effect: stop", "'stop' is not a valid Effect"),
        ("from: 2015-09-01, ", "", "some.rule: a version without a date"),
        ("scope: local", "scope: loose", "scope is floor or local"),
        ("title: 乙, ", "", "some.value: no title"),
        ("narrows: max", "narrows: down", "some.limit: narrows is one of"),
        ("value: 6", "value: 6.5", "6.5 is not text, a whole number or yes/no"),
        ("value: 6", "when: x", "unknown ['when']"),
        ("some.value", "some_value", "some_value: not a key"),
        ("some.value", "some.rule", "['some.rule'] written twice"),
        ("title: 乙, kind", "name: 乙, kind", "unknown ['name']"),
        ("versions: [\n        {from: 2013-09-01, value: 6, clauses: [N-3]}]", "a: 1", "unknown"),
        ("{from: 2013-09-01, value: 10}", "", "some.limit: no versions"),
        ("some.rule:", "some.rule: {", "national/entries.yaml:"),
    ],
)
def test_a_planted_fault_in_an_entry_is_found(tmp_path, right, wrong, fault):
    assert right in GOOD
    found = check(tmp_path, entries=GOOD.replace(right, wrong))

    assert [one for one in found if fault in one] != []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (", words: 一人一号", ""),
        ("words: 一人一号", "words: ''"),
        ("words: 一人一号", "source: 未收录"),
        ("source: 原文未收录", "source: 原文未收录, words: 编的话"),
    ],
)
def test_a_clause_has_words_or_says_that_we_do_not_hold_them(tmp_path, right, wrong):
    assert right in CLAUSES
    [fault] = check(tmp_path, clauses=CLAUSES.replace(right, wrong))

    assert fault.endswith("needs either words or 'source: 原文未收录'")


@pytest.mark.parametrize(
    ("county", "fault"),
    [
        ("some.limit: {versions: [{from: 2013-09-01, value: 5}]}", []),
        (
            "some.limit: {versions: [{from: 2013-09-01, value: 11}]}",
            ["county some.limit: widens what a higher set says"],
        ),
        (
            "some.new: {versions: [{from: 2013-09-01, value: 5}]}",
            ["county some.new: declared nowhere"],
        ),
        (
            f"some.value: {{{VALUE}, versions: [{{from: 2013-09-01, value: 5}}]}}",
            ["county some.value: declared a second time, a higher set has done so"],
        ),
        (
            "a.route.b: {title: 丁, kind: value, scope: local, versions: "
            "[{from: 2013-09-01, value: [{at: school, role: mayor}]}]}",
            ["county a.route.b: no such role: mayor"],
        ),
        (
            "a.route.b: {title: 丁, kind: value, scope: local, versions: "
            "[{from: 2013-09-01, value: [{at: town, role: clerk}]}]}",
            [
                "county a.route.b: a step is a place (authority, centre, county, home_authority,"
                " home_school, host_authority, host_centre, host_county, host_school, in_authority,"
                " in_centre, in_county, in_school, out_centre, out_county, out_school, province,"
                " school) and a role"
            ],
        ),
        (
            "a.papers: {title: 丁, kind: value, scope: local, versions: "
            "[{from: 2013-09-01, value: [[passport]]}]}",
            ["county a.papers: no such paper: passport"],
        ),
    ],
)
def test_a_lower_set_keeps_to_what_is_declared_above(tmp_path, county, fault):
    assert check(tmp_path, county=county) == fault


@pytest.mark.parametrize(
    ("narrows", "upper", "lower", "widens"),
    [
        ("min", "10", "9", True),
        ("min", "10", "11", False),
        ("subset", "[a, b]", "[b, c]", True),
        ("subset", "[a, b]", "[b]", False),
        ("superset", "[a, b]", "[c]", False),
    ],
)
def test_a_floor_is_not_widened_in_its_own_direction(tmp_path, narrows, upper, lower, widens):
    found = check(
        tmp_path,
        entries=GOOD.replace("narrows: max", f"narrows: {narrows}").replace("10}", f"{upper}}}"),
        county=f"some.limit: {{versions: [{{from: 2013-09-01, value: {lower}}}]}}",
    )

    assert found == (["county some.limit: widens what a higher set says"] if widens else [])


def test_a_rule_has_one_table(tmp_path):
    check(tmp_path)
    (tmp_path / "tests" / "test_more.py").write_text(TABLE)

    assert faults(judged=["some.rule"], root=tmp_path / "sets", tests=tmp_path / "tests") == [
        "test_rules.py some.rule: its table is in test_more.py already"
    ]


@pytest.mark.parametrize(
    ("file", "text", "fault"),
    [
        ("set.yaml", "title: 甲\nlevel: national", "set.yaml: has ['level', 'title'], needs level"),
        ("more.yaml", "some.limit: {versions: []}", "more.yaml some.limit: the key stands in two"),
        ("more.yaml", "- some.limit", "national/more.yaml: not a mapping"),
        (
            "clauses.yaml",
            CLAUSES + CLAUSES[CLAUSES.index("      - title") :],
            "clauses.yaml N-1: the clause stands there twice",
        ),
    ],
)
def test_a_file_of_the_wrong_form_is_named(tmp_path, file, text, fault):
    check(tmp_path)
    (tmp_path / "sets" / "national" / file).write_text(text)

    [found] = faults(judged=["some.rule"], root=tmp_path / "sets", tests=None)
    assert fault in found


REACTION = "from: 2013-09-01, reaction: human"


@pytest.mark.parametrize(
    ("reaction", "cited", "fault"),
    [
        (f", {REACTION}", False, None),
        (f", {REACTION}, how: 由人决定", False, None),
        ("", True, None),
        ("", False, "national N-9: used by no entry, and no reaction"),
        (f", {REACTION}", True, "national N-9: has a reaction of its own, and yet an entry cites"),
        (", reaction: human", False, "clauses.yaml N-9: a reaction and a date go together"),
        (", from: 2013-09-01", False, "clauses.yaml N-9: a reaction and a date go together"),
        (", how: 由人决定", False, "clauses.yaml N-9: a reaction and a date go together"),
        (f", {REACTION}s", False, "clauses.yaml N-9: no such reaction: humans"),
    ],
)
def test_a_clause_decides_an_entry_or_says_what_becomes_of_it(tmp_path, reaction, cited, fault):
    clauses = CLAUSES.rstrip() + f"\n          N-9: {{place: 第九条, words: 清退{reaction}}}\n"
    entries = GOOD.replace("[N-3]", "[N-3, N-9]") if cited else GOOD
    found = check(tmp_path, entries=entries, clauses=clauses)

    assert len(found) == (fault is not None)
    assert all(fault in one for one in found)


def test_a_milder_effect_below_a_floor_is_a_fault(tmp_path):
    found = check(
        tmp_path,
        entries=GOOD.replace("kind: rule, scope: local", "kind: rule, scope: floor"),
        county="some.rule: {versions: [{from: 2015-09-01, effect: record}]}",
    )

    assert found == ["county some.rule: is milder than a higher set"]


@pytest.mark.parametrize(
    ("parent", "fault"),
    [("nowhere", "nowhere: no such rule set"), ("a", "a: inherits from itself")],
)
def test_a_chain_ends_at_the_top(tmp_path, parent, fault):
    write(tmp_path, "a", parent=parent)

    assert faults(judged=[], root=tmp_path) == [fault]


def test_the_command_counts_what_it_looked_at(capsys):
    call_command("check_rules")

    counted = json.loads(capsys.readouterr().out)
    assert (counted["ok"], counted["faults"], counted["sets"]) == (True, [], 8)
    assert min(counted["rules"], counted["values"], counted["clauses"]) > 10


def test_the_command_fails_on_a_fault(capsys, tmp_path):
    check(tmp_path)

    with pytest.raises(CommandError, match="faults in the rules"):
        call_command("check_rules", data=tmp_path / "sets")
    counted = json.loads(capsys.readouterr().out)
    assert (counted["ok"], "some.rule: a rule without a function" in counted["faults"]) == (
        False,
        True,
    )
