"""The words of the clauses are the source's own, and the data says what the clauses say."""

from datetime import date
from pathlib import Path

import pytest

from xueji.management.commands.check_rules import faults
from xueji.rules import files
from xueji.rules.engine import rule_set
from xueji.rules.papers import PAPERS, missing, named

SOURCES = Path(__file__).parent / "sources"
ON = date(2026, 9, 1)
CLAUSES = {
    clause.id: clause for name in files.names() for clause in files.read(name).clauses.values()
}
NAMED = (
    "QIANAN-2.1.1 QIANAN-2.1.2 QIANAN-2.1.4 QIANAN-2.1.5 QIANAN-2.1.6 QIANAN-2.1.7 "
    "QIANAN-2.1.9 QIANAN-2.1.10 QIANAN-2.1.11 QIANAN-3.1.1 QIANAN-3.1.2 QIANAN-3.1.3 "
    "QIANAN-3.1.4 QIANAN-3.1.5 QIANAN-3.1.6 QIANAN-3.1.7 QIANAN-3.1.8 "
    "QIANAN-1.1 QIANAN-3.2.1 NATFULL-6.1 NATFULL-6.2 NATFULL-6.3 NATFULL-7 NATIONAL-4 NATIONAL-5 "
    "ANNEX1-1.1b ANNEX1-1.4 ANNEX1-2"
).split()


def _unbroken(text):
    """Without blanks and line ends, which in the sources are the page's and not the text's."""
    return "".join(text.split())


def test_the_rules_have_no_fault():
    assert faults() == []


@pytest.mark.parametrize("clause", [c for c in CLAUSES.values() if c.held], ids=lambda c: c.id)
def test_the_words_of_a_clause_stand_in_its_source(clause):
    source = _unbroken((SOURCES / f"{clause.document}.txt").read_text())

    assert [part for part in clause.words.split("……") if _unbroken(part) not in source] == []


def test_of_texts_we_do_not_hold_no_words_are_printed():
    absent = {clause.id: clause.passage for clause in CLAUSES.values() if not clause.held}

    assert absent == {
        "HEBEI-LATE": "缓学（条次待核）（原文未收录）",
        "LAW-11": "第十一条（原文未收录）",
        "NATIONAL2025-2": "第二条（原文未收录）",
        "NATIONAL2025-10": "第十条（原文未收录）",
        "NATIONAL2025-14": "第十四条（原文未收录）",
        "NATIONAL2025-15": "第十五条（原文未收录）",
        "NATIONAL2025-25": "第二十五条（原文未收录）",
    }


@pytest.mark.parametrize("clause", NAMED)
def test_a_clause_in_force_is_held_and_decides_something(clause):
    deciding = [r.key for r in rule_set("qianan").at(ON) if clause in {c.id for c in r.clauses}]

    assert (CLAUSES[clause].held, deciding != []) == (True, True)


def test_what_becomes_of_a_clause_that_decides_no_entry():
    """human: never automated. Where nothing follows, the product does not meet it yet."""
    told = {c.id: (c.reaction, c.held, bool(c.how)) for c in CLAUSES.values() if c.reaction}

    assert told == {
        "QIANAN-1.2": ("office", True, True),
        "QIANAN-1.3": ("office", True, True),
        "QIANAN-2.0": ("office", True, True),
        "QIANAN-2.1.3": ("block", True, True),
        "QIANAN-2.1.8": ("human", True, True),
        "QIANAN-2.2.5": ("block", True, True),
        "QIANAN-2.2.6": ("block", True, True),
        "QIANAN-2.3.4": ("record", True, True),
        "QIANAN-2.3.8": ("record", True, True),
        "NATTRIAL-5.1": ("notify", True, True),
        "NATTRIAL-5.2": ("office", True, True),
        "ANNEX1-1.1a": ("record", True, True),
        "ANNEX1-1.1c": ("record", True, False),
        "ANNEX1-1.2a": ("block", True, True),
        "ANNEX1-1.2c": ("record", True, False),
        "LINGCHENG-1.7": ("record", True, True),
        "LINGCHENG-1.9": ("block", True, True),
        "RURAL-2.2": ("human", True, True),
        "RURAL-2.4": ("record", True, True),
    }


@pytest.mark.parametrize(
    ("key", "value", "clauses"),
    [("register.file_due_days", 30, ["NATFULL-7"]), ("register.file_remind_days", 20, [])],
)
def test_the_file_is_due_in_a_month_and_the_reminder_is_our_own(key, value, clauses):
    rule = rule_set("qianan").at(ON).rule(key)

    assert (rule.value, rule.unit, [clause.id for clause in rule.clauses]) == (value, "天", clauses)


@pytest.mark.parametrize("name", files.names())
def test_every_citation_fits_where_cases_keep_it(name):
    too_long = [rule.key for rule in rule_set(name).at(ON) if len(rule.citation) > 300]

    assert too_long == []


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("national", ["national"]),
        ("hebei", ["national", "hebei"]),
        ("qianan", ["national", "hebei", "qianan"]),
        ("jinzhou", ["national", "hebei", "jinzhou"]),
        ("lingcheng", ["national", "lingcheng"]),
        ("shanghai", ["national", "shanghai"]),
    ],
)
def test_a_set_inherits_from_the_one_above(name, chain):
    assert [layer.name for layer in rule_set(name).layers] == chain


@pytest.mark.parametrize(
    ("name", "papers"),
    [("national", ()), ("hebei", (("hospital_proof",),)), ("qianan", (("hospital_proof",),))],
)
def test_what_the_county_leaves_open_the_province_decides(name, papers):
    assert rule_set(name).at(ON).value("entry.late_papers") == papers


@pytest.mark.parametrize(
    ("rules", "key", "citation"),
    [
        (
            "qianan",
            "entry.cutoff",
            "《学生学籍管理制度》二（一）“凡年满6周岁(截至当年8月31日)的儿童”",
        ),
        ("national", "entry.cutoff", "文件未规定，按本县设定（可改）：entry.cutoff"),
        ("qianan", "number.length", "《学生学籍管理制度》三1“中小学生学籍号由14位数字组成”"),
        ("national", "number.length", "文件未规定，按本县设定（可改）：number.length"),
        ("qianan", "case.step_days", "文件未规定，按本县设定（可改）：case.step_days"),
        (
            "qianan",
            "transfer.step_days",
            "《中小学生学籍管理办法》（教基〔2025〕1号）第十五条（原文未收录）",
        ),
    ],
)
def test_each_set_cites_its_own_text_or_none(rules, key, citation):
    assert rule_set(rules).at(ON).rule(key).citation == citation


GROUPS = (("household_book",), ("job_proof", "business_licence"))


@pytest.mark.parametrize(
    ("held", "lacks"),
    [
        (set(), ["户口簿", "就业证明或营业执照"]),
        ({"household_book"}, ["就业证明或营业执照"]),
        ({"business_licence"}, ["户口簿"]),
        ({"household_book", "job_proof"}, []),
        (set(PAPERS), []),
    ],
)
def test_of_a_group_any_one_paper_will_do(held, lacks):
    assert [named(group) for group in missing(GROUPS, held)] == lacks
