"""What cannot be recorded of a pupil, each with the sentence, the clause or that there is none."""

from datetime import date

import pytest

from tests.conduct.entries import DAY, reward, sanction
from xueji.conduct.rules import Revocation, judge_entry, judge_revocation
from xueji.rules.engine import rule_set

TODAY, BORN = date(2026, 9, 2), date(2020, 3, 1)
RULES = rule_set("qianan").at(TODAY)


def found(entry, *, has_proof=True) -> list[tuple[str, str]]:
    said = judge_entry(entry, born=BORN, has_proof=has_proof, rules=RULES, today=TODAY)
    return [(problem.field, problem.code) for problem in said]


@pytest.mark.parametrize(
    ("entry", "problems"),
    [
        (reward(), []),
        (sanction(), []),
        (sanction(given_on=TODAY), []),
        (sanction(given_on=date(2026, 9, 3)), [("given_on", "future")]),
        (reward(given_on=BORN), []),
        (reward(given_on=date(2020, 2, 29)), [("given_on", "before_birth")]),
        (reward(level="班级"), [("level", "not_listed")]),
        (reward(name="警告"), [("name", "not_listed")]),
        (sanction(name="三好学生"), [("name", "not_listed")]),
        (sanction(name="其他处分"), [("text", "unnamed")]),
        (sanction(name="其他处分", text="公开检讨"), []),
    ],
)
def test_an_entry_is_judged_by_the_lists_and_the_days(entry, problems):
    assert found(entry) == problems


def test_an_entry_without_proof_is_refused_with_the_key_of_the_rule():
    (problem,) = judge_entry(reward(), born=BORN, has_proof=False, rules=RULES, today=TODAY)
    assert str(problem) == (
        "没有选证明材料。登记的内容以证明材料为准，材料要存入学籍档案"
        "（文件未规定，按本县设定（可改）：conduct.proof）。"
        "请选表彰决定、证书、处分决定或撤销决定的扫描件。"
    )


@pytest.mark.parametrize(
    ("on", "has_proof", "problems"),
    [
        (DAY, True, []),
        (TODAY, True, []),
        (date(2026, 9, 3), True, [("on", "future")]),
        (date(2026, 8, 31), True, [("on", "before_given")]),
        (DAY, False, [("file", "no_proof")]),
    ],
)
def test_a_revocation_is_judged_by_its_day_and_its_paper(on, has_proof, problems):
    said = Revocation(on=on, paper_number="")
    told = judge_revocation(said, given_on=DAY, has_proof=has_proof, rules=RULES, today=TODAY)
    assert [(problem.field, problem.code) for problem in told] == problems
