"""The three exceptions of NATFULL-6.2, and what else an admission without transfer has to be."""

from dataclasses import replace
from datetime import date

import pytest

from enrollment.rules import AdmissionFacts
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "admission.ground": "test_exactly_the_exception_that_there_is_passes",
    "admission.status": "test_only_a_pupil_in_reading_is_taken",
    "admission.grade": "test_the_grade_stays_what_it_is",
    "admission.inclusion.papers": "test_each_exception_has_its_papers",
    "admission.special.papers": "test_each_exception_has_its_papers",
    "admission.reform.papers": "test_each_exception_has_its_papers",
}
ON = date(2026, 9, 2)
PASSES = AdmissionFacts(
    ground="special",
    school_kind="special",
    former_kind="ordinary",
    status=("enrolled", "在读"),
    papers=frozenset({"placement_opinion", "reform_decision"}),
)
ELSE = "未办转学手续不能接收"


def told(key, on=ON, rules="qianan", **other):
    """Effect and message of each finding of one rule."""
    found = judge("admission", replace(PASSES, **other), rule_set(rules).at(on))
    return [(f.effect, f.message) for f in found if f.key == key]


def _passes(words):
    return [("record", f"属除外情形（{words}），不办转学手续接收，原学籍转到本校")]


def _not(why):
    return [("block", f"{why}，{ELSE}")]


INTO_ORDINARY = "普通学校接收特殊学校学生随班就读"
NOT_SPECIAL = _not("原学籍不在特殊教育学校，不属于随班就读的除外情形")
NOT_OURS = {
    words: _not(f"本校不属于“{words}”的情形")
    for words in (INTO_ORDINARY, "特殊教育学校", "专门学校")
}


@pytest.mark.parametrize(
    ("ground", "school", "former", "says"),
    [
        ("inclusion", "ordinary", "special", _passes(INTO_ORDINARY)),
        ("inclusion", "ordinary", "ordinary", NOT_SPECIAL),
        ("inclusion", "ordinary", "reform", NOT_SPECIAL),
        ("inclusion", "ordinary", "", NOT_SPECIAL),
        ("inclusion", "special", "special", NOT_OURS[INTO_ORDINARY]),
        ("inclusion", "reform", "special", NOT_OURS[INTO_ORDINARY]),
        ("special", "special", "ordinary", _passes("特殊教育学校")),
        ("special", "special", "special", _passes("特殊教育学校")),
        ("special", "special", "reform", _passes("特殊教育学校")),
        ("special", "ordinary", "special", NOT_OURS["特殊教育学校"]),
        ("special", "reform", "ordinary", NOT_OURS["特殊教育学校"]),
        ("reform", "reform", "ordinary", _passes("专门学校")),
        ("reform", "reform", "special", _passes("专门学校")),
        ("reform", "ordinary", "special", NOT_OURS["专门学校"]),
        ("reform", "special", "ordinary", NOT_OURS["专门学校"]),
        ("", "special", "ordinary", _not("不属于三种除外情形")),
        ("transfer", "ordinary", "ordinary", _not("不属于三种除外情形")),
    ],
)
def test_exactly_the_exception_that_there_is_passes(ground, school, former, says):
    facts = {"ground": ground, "school_kind": school, "former_kind": former}
    assert told("admission.ground", **facts) == says
    assert told("admission.ground", rules="national", **facts) == says


def test_a_refusal_cites_the_clause_and_sends_to_the_transfer():
    (found,) = [
        f
        for f in judge(
            "admission", replace(PASSES, school_kind="ordinary"), rule_set("national").at(ON)
        )
        if f.key == "admission.ground"
    ]
    assert (found.remedy, found.field, [c.id for c in found.clauses]) == (
        "请按规定办理转学手续",
        "ground",
        ["NATFULL-6.2", "NATIONAL2025-2"],
    )


@pytest.mark.parametrize(
    ("on", "words"), [(date(2025, 1, 2), "工读学校"), (date(2025, 1, 3), "专门学校")]
)
def test_the_third_exception_is_named_as_the_text_of_the_day_names_it(on, words):
    reform = {"ground": "reform", "school_kind": "reform"}
    assert told("admission.ground", on, **reform) == _passes(words)


@pytest.mark.parametrize(
    ("status", "word", "is_taken"),
    [
        ("enrolled", "在读", True),
        ("suspended", "休学", False),
        ("dropped", "辍学", False),
        ("abroad", "出国", False),
        ("graduated", "毕业", False),
        ("transferred", "转出", False),
    ],
)
def test_only_a_pupil_in_reading_is_taken(status, word, is_taken):
    says = [] if is_taken else [("block", f"该生现在的学籍状态是“{word}”，不能接收")]
    assert told("admission.status", status=(status, word)) == says


@pytest.mark.parametrize(
    ("teaches", "class_fits", "says"),
    [
        (True, True, []),
        (True, False, [("block", "所选班级不是该生所在年级的班，接收不变更年级")]),
        (False, True, [("block", "本校没有该生所在的年级，接收不变更年级")]),
        (False, False, [("block", "本校没有该生所在的年级，接收不变更年级")]),
    ],
)
def test_the_grade_stays_what_it_is(teaches, class_fits, says):
    assert told("admission.grade", teaches=teaches, class_fits=class_fits) == says


OPINION, PROOF = "缺教育安置意见", "缺教育安置意见或残疾人证或残疾诊断证明"


@pytest.mark.parametrize(
    ("ground", "papers", "says"),
    [
        ("inclusion", {"placement_opinion"}, []),
        ("inclusion", {"disability_card"}, [("block", OPINION)]),
        ("special", {"disability_card"}, []),
        ("special", {"disability_diagnosis"}, []),
        ("special", set(), [("block", PROOF)]),
        ("reform", {"reform_decision"}, []),
        ("reform", {"placement_opinion"}, [("block", "缺专门学校入学决定")]),
        ("", set(), []),
    ],
)
def test_each_exception_has_its_papers(ground, papers, says):
    found = [
        line
        for of in ("inclusion", "special", "reform")
        for line in told(f"admission.{of}.papers", ground=ground, papers=frozenset(papers))
    ]
    assert found == says
