import hashlib
from datetime import date

import pytest

from enrollment.rules import admission
from tests.rules.sets import CLAUSES, COUNTY_CLAUSES, write
from xueji.rules import files
from xueji.rules.engine import Finding, NoSuchValue, RuleSet, judge, judge_of, judges, rule_set
from xueji.rules.files import Effect, Malformed

ON = date(2026, 9, 1)
BLOCKS = "[{from: 2013-09-01, effect: block, clauses: [N-1, N-2]}]"


def rules_of(root, name="county", on=ON):
    return RuleSet(files.chain(name, root)).at(on)


def two_sets(root, *, scope, upper, lower, narrows="", kind="value"):
    """A national and a county set that both speak about ``some.key``."""
    direction = f", narrows: {narrows}" if narrows else ""
    write(
        root,
        "national",
        clauses=CLAUSES,
        entries=f"some.key: {{title: 甲, kind: {kind}, scope: {scope}{direction}, "
        f"versions: [{{from: 2013-09-01, {upper}}}]}}",
    )
    write(
        root,
        "county",
        parent="national",
        level="county",
        clauses=COUNTY_CLAUSES,
        entries=f"some.key: {{versions: [{{from: 2015-09-01, {lower}}}]}}",
    )
    return rules_of(root).rule("some.key")


def test_the_lower_text_decides_a_local_matter(tmp_path):
    rule = two_sets(
        tmp_path,
        scope="local",
        upper="value: 6, clauses: [N-1]",
        lower="value: 7, clauses: [C-1]",
    )

    assert (rule.value, rule.set_name, [c.id for c in rule.clauses]) == (7, "county", ["C-1"])


def test_the_upper_text_decides_until_the_lower_one_begins(tmp_path):
    two_sets(tmp_path, scope="local", upper="value: 6", lower="value: 7")

    values = [
        rules_of(tmp_path, on=day).get("some.key")
        for day in (date(2013, 8, 31), date(2013, 9, 1), date(2015, 8, 31), date(2015, 9, 1))
    ]

    assert values == [None, 6, 6, 7]


@pytest.mark.parametrize(
    ("narrows", "upper", "lower", "value"),
    [
        ("max", 10, 5, 5),
        ("max", 10, 15, 10),
        ("max", 10, 10, 10),
        ("min", 6, 7, 7),
        ("min", 6, 5, 6),
        ("subset", "[a, b]", "[b, c]", ("b",)),
        ("subset", "[a, b]", "[b, a]", ("a", "b")),
        ("subset", "{a: 1, b: 2}", "{b: 3}", {"b": 2}),
        ("superset", "[a]", "[b]", ("a", "b")),
        ("superset", "[a, b]", "[a]", ("a", "b")),
        ("max", "null", 5, 5),
        ("max", 10, "null", 10),
    ],
)
def test_below_a_floor_a_value_only_narrows(tmp_path, narrows, upper, lower, value):
    rule = two_sets(
        tmp_path, scope="floor", narrows=narrows, upper=f"value: {upper}", lower=f"value: {lower}"
    )

    assert rule.value == value


@pytest.mark.parametrize(
    ("upper", "lower", "decides"),
    [
        ("effect: warn, grant: county_officer", "effect: block", ("block", "", "county")),
        ("effect: block", "effect: record", ("block", "", "national")),
        (
            "effect: warn, grant: county_officer",
            "effect: warn, grant: principal",
            ("warn", "county_officer", "national"),
        ),
        ("effect: record", "effect: notify", ("notify", "", "county")),
    ],
)
def test_below_a_floor_an_effect_only_grows_stricter(tmp_path, upper, lower, decides):
    rule = two_sets(tmp_path, scope="floor", kind="rule", upper=upper, lower=lower)

    assert (rule.effect, rule.grant, rule.set_name) == decides


@pytest.mark.parametrize(
    ("upper", "lower", "cited"),
    [
        ("value: 10, clauses: [N-1]", "value: 15, clauses: [C-1]", ["N-1"]),
        ("value: 10, clauses: [N-1]", "value: 10, clauses: [C-1]", ["N-1"]),
        ("value: 10, clauses: [N-1]", "value: 5, clauses: [C-1]", ["C-1"]),
    ],
)
def test_a_floor_cites_the_text_that_narrowed_last(tmp_path, upper, lower, cited):
    rule = two_sets(tmp_path, scope="floor", narrows="max", upper=upper, lower=lower)

    assert [clause.id for clause in rule.clauses] == cited


def test_what_two_texts_demand_together_cites_both(tmp_path):
    rule = two_sets(
        tmp_path,
        scope="floor",
        narrows="superset",
        upper="value: [a], clauses: [N-1]",
        lower="value: [b], clauses: [C-1]",
    )

    assert rule.citation == (
        "《国家办法》（某〔2013〕7号）第一条“一人一号”；《县制度》二（一）“坚持‘两个统一’”"
    )


def test_of_dated_versions_the_newest_not_after_the_day_holds(tmp_path):
    write(
        tmp_path,
        "national",
        entries="""
        some.key:
          title: 甲
          kind: value
          scope: local
          versions:
            - {from: 2013-09-01, value: 1}
            - {from: 2025-01-03, value: 2}
        """,
    )

    values = [
        rules_of(tmp_path, "national", day).value("some.key")
        for day in (date(2013, 9, 1), date(2025, 1, 2), date(2025, 1, 3), date(2099, 1, 1))
    ]

    assert values == [1, 1, 2, 2]


def test_a_key_that_nobody_speaks_about_is_not_guessed():
    rules = rule_set("qianan").at(ON)

    assert (rules.has("entry.colour"), rules.get("entry.colour", "无")) == (False, "无")
    with pytest.raises(NoSuchValue, match=r"entry\.colour: not in qianan on 2026-09-01"):
        rules.value("entry.colour")


def test_an_unknown_rule_set_is_refused():
    with pytest.raises(Malformed, match="luanzhou: no such rule set"):
        rule_set("luanzhou")


def test_the_digest_is_that_of_the_values_and_not_of_the_words(tmp_path):
    digests = []
    for number, (value, title) in enumerate([(6, "甲"), (6, "乙"), (7, "甲")]):
        root = tmp_path / str(number)
        root.mkdir()
        entry = f"{{title: {title}, kind: value, scope: local, versions: "
        write(root, "county", entries=f"a.b: {entry}[{{from: 2013-09-01, value: {value}}}]}}")
        digests.append(rules_of(root).digest)

    assert digests[0] == digests[1] != digests[2]
    assert digests[0] == hashlib.sha256(b'{"a.b": [null, "", 6]}').hexdigest()


def test_a_day_on_which_nothing_begins_does_not_change_the_digest():
    rules = rule_set("qianan")

    assert rules.at(date(2026, 9, 1)).digest == rules.at(date(2026, 9, 2)).digest
    assert rules.at(date(2025, 1, 2)).digest != rules.at(date(2025, 1, 3)).digest


def test_a_value_in_force_cannot_be_changed_by_its_reader():
    value = rule_set("qianan").at(ON).value("entry.migrant")

    with pytest.raises(TypeError):
        value["register_type"] = "regular"


def a_finding(root, key="some.key", **other):
    entry = f"{{title: 甲, kind: rule, scope: local, versions: {BLOCKS}}}"
    write(root, "county", clauses=CLAUSES, entries=f"{key}: {entry}")
    said = {"field": "name", "message": "不对", "remedy": "改"}
    return rules_of(root).finding(key, **(said | other))


def test_a_finding_carries_effect_and_clauses_of_its_rule(tmp_path):
    finding = a_finding(tmp_path)

    assert (finding.key, finding.effect, finding.grant) == ("some.key", "block", "")
    assert finding.citation == ("《国家办法》（某〔2013〕7号）第一条“一人一号”；第二条“不得重复”")


@pytest.mark.parametrize("milder", [Effect.RECORD, Effect.NOTIFY, Effect.WARN])
def test_a_finding_may_be_milder_than_its_rule(tmp_path, milder):
    assert a_finding(tmp_path, effect=milder).effect == milder


def test_what_is_pending_stops_nothing(tmp_path):
    finding = a_finding(tmp_path, pending=True)

    assert (finding.effect, finding.pending) == ("record", True)


@pytest.mark.parametrize(
    ("key", "effect", "why"),
    [
        ("entry.underage", Effect.BLOCK, "stricter than the rule's warn"),
        ("entry.age", None, "is a value and finds nothing"),
    ],
)
def test_a_finding_beyond_its_rule_is_refused(key, effect, why):
    rules = rule_set("qianan").at(ON)

    with pytest.raises(ValueError, match=why):
        rules.finding(key, field="", message="", remedy="", effect=effect)


@pytest.mark.parametrize(
    ("name", "key", "above"),
    [
        ("qianan", "entry.migrant", ("national", "regular")),
        ("qianan", "entry.late_papers", ("national", None)),  # decided by hebei
        ("hebei", "entry.late_papers", ("national", None)),
        ("qianan", "entry.papers", None),  # no higher text has it
        ("national", "entry.migrant", None),
    ],
)
def test_a_rule_knows_what_held_without_the_set_that_decides_it(name, key, above):
    rules = rule_set(name)
    upper = rules.above(rules.at(ON).rule(key), ON)

    told = upper and (upper.set_name, dict(upper.value or {}).get("register_type"))
    assert told == above


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("entry.underage", "enrollment.rules.admission.underage"),
        ("entry.ineligible", "enrollment.rules.admission.ineligible"),  # concludes
        ("entry.age", ""),
    ],
)
def test_where_a_key_is_judged_can_be_told(key, where):
    assert judge_of(key) == where


def test_a_key_has_one_function():
    with pytest.raises(ValueError, match=r"entry\.underage has a function already"):
        judges("entry.underage")(admission.underage)


def test_a_group_is_not_mixed_up_with_one_whose_name_begins_alike():
    # "number." and "numbering." share their first letters
    assert judge("numb", None, rule_set("qianan").at(ON)) == []


@pytest.mark.parametrize(
    ("effect", "label"),
    [("record", "记录"), ("notify", "通知"), ("warn", "提醒"), ("block", "阻止")],
)
def test_an_effect_has_its_word_on_screen(effect, label):
    assert Effect(effect).label == label


@pytest.mark.parametrize(
    ("grant", "decider", "exception"),
    [
        ("county_officer", "教育局", "可申请例外，由教育局决定；学校不能自行放行"),
        ("centre_officer", "中心校", "可申请例外，由中心校决定；学校不能自行放行"),
        ("principal", "学校", "可申请例外，由学校决定"),
    ],
)
def test_a_warning_says_who_decides_on_an_exception(tmp_path, grant, decider, exception):
    entry = "{title: 甲, kind: rule, scope: local, versions: "
    write(
        tmp_path,
        "county",
        entries=f"a.b: {entry}[{{from: 2013-09-01, effect: warn, grant: {grant}}}]}}",
    )
    rule = rules_of(tmp_path).rule("a.b")

    assert (rule.decider, rule.exception) == (decider, exception)


@pytest.mark.parametrize(("key", "decider"), [("entry.ineligible", ""), ("entry.papers", "教育局")])
def test_what_blocks_has_an_exception_only_where_it_names_who_grants_it(key, decider):
    assert rule_set("qianan").at(ON).rule(key).decider == decider


def test_where_no_text_decides_the_citation_says_so_with_the_key():
    finding = Finding("case.step_days", Effect.NOTIFY, "", "", "", "", ())

    assert finding.citation == "文件未规定，按本县设定（可改）：case.step_days"
