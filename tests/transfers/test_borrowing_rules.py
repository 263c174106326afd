"""What stands against borrowed study: each clause with values on both sides of its edge."""

from dataclasses import replace
from datetime import date

import pytest

from transfers.models import Direction
from transfers.rules.borrowing import BorrowingFacts, conversion_papers, lending_papers, route
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "borrowing.enabled": "test_only_rule_sets_that_have_it_let_anybody_borrow",
    "borrowing.principle": "test_in_principle_none",
    "borrowing.designated": "test_only_designated_schools",
    "borrowing.papers": "test_papers_of_migrants",
    "borrowing.letter_papers": "test_the_letter_of_the_home_school",
    "borrowing.window": "test_the_start_of_term",
    "borrowing.grade": "test_the_grade_stays",
    "borrowing.status": "test_statuses",
    "borrowing.suspended": "test_suspension",
    "borrowing.host": "test_host_schools",
    "conversion.papers": "test_papers_of_a_conversion",
    "lending.papers": "test_papers_of_who_is_lent_outside",
}
QIANAN = rule_set("qianan").at(date(2026, 9, 2))
NATIONAL = rule_set("national").at(date(2026, 9, 2))
HEBEI = rule_set("hebei").at(date(2026, 9, 2))
SEEN = frozenset({"residence_permit", "job_proof", "borrowing_letter"})
FINE = BorrowingFacts(is_designated=True, term_day=2, grade=3, grade_after=3, papers=SEEN)


def found(key: str, rules=QIANAN, **changes) -> list[tuple[str, str]]:
    findings = judge("borrowing", replace(FINE, **changes), rules)
    return [(f.effect, f.message) for f in findings if f.key == key]


def test_nothing_stands_against_a_migrants_child_in_time():
    assert judge("borrowing", FINE, QIANAN) == []


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        (QIANAN, []),
        (NATIONAL, [("block", "学籍随人走，不办理借读", True)]),
        (HEBEI, [("block", "学籍随人走，不办理借读", True)]),
    ],
)
def test_only_rule_sets_that_have_it_let_anybody_borrow(rules, told):
    findings = [f for f in judge("borrowing", FINE, rules) if f.key == "borrowing.enabled"]
    assert [(f.effect, f.message, "》第六条" in f.citation) for f in findings] == told


@pytest.mark.parametrize(
    ("ground", "text", "told"),
    [
        ("migrant", "", []),
        ("special", "父母在外", [("warn", "学校原则上不收借读生；理由为：父母在外")]),
        (
            "special",
            " ",
            [("warn", "选了“其他情况”，还没有写是什么情况；学校原则上不收借读生")],
        ),
    ],
)
def test_in_principle_none(ground, text, told):
    assert found("borrowing.principle", ground=ground, ground_text=text) == told


@pytest.mark.parametrize(
    ("is_designated", "told"),
    [(True, []), (False, [("block", "本校不是指定的借读学校，不能收借读生")])],
)
def test_only_designated_schools(is_designated, told):
    assert found("borrowing.designated", is_designated=is_designated) == told


@pytest.mark.parametrize(
    ("ground", "papers", "told"),
    [
        ("migrant", {"residence_permit", "job_proof"}, []),
        ("migrant", {"residence_permit", "business_licence"}, []),
        ("migrant", {"residence_permit"}, [("block", "缺就业证明或营业执照")]),
        ("migrant", {"job_proof", "business_licence"}, [("block", "缺暂住证")]),
        ("migrant", set(), [("block", "缺暂住证、就业证明或营业执照")]),
        ("special", set(), []),
    ],
)
def test_papers_of_migrants(ground, papers, told):
    assert found("borrowing.papers", ground=ground, papers=frozenset(papers)) == told


@pytest.mark.parametrize(
    ("papers", "told"),
    [
        ({"borrowing_letter"}, []),
        ({"residence_permit"}, [("block", "缺原学校开具的借读证明信")]),
    ],
)
def test_the_letter_of_the_home_school(papers, told):
    assert found("borrowing.letter_papers", papers=frozenset(papers)) == told


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (1, []),
        (14, []),
        (15, [("warn", "提交日是开学第 15 天，已过学期初 14 天")]),
        (None, [("record", "本县校历里没有已开学的学期，不能判断是不是在学期初")]),
    ],
)
def test_the_start_of_term(day, told):
    assert found("borrowing.window", term_day=day) == told


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (3, []),
        (2, [("block", "所选班级不是该生所在年级的班，借读不变更年级")]),
        (4, [("block", "所选班级不是该生所在年级的班，借读不变更年级")]),
    ],
)
def test_the_grade_stays(after, told):
    assert found("borrowing.grade", grade_after=after) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (("enrolled", "在读"), []),
        (("suspended", "休学"), []),  # the next rule's
        (("abroad", "出国"), [("block", "该生现在的学籍状态是“出国”，不能借读")]),
        (("dropped", "辍学"), [("block", "该生现在的学籍状态是“辍学”，不能借读")]),
    ],
)
def test_statuses(status, told):
    assert found("borrowing.status", status=status) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (("enrolled", "在读"), []),
        (("suspended", "休学"), [("block", "该生正在休学，休学期间不能到其他学校借读")]),
    ],
)
def test_suspension(status, told):
    assert found("borrowing.suspended", status=status) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"is_same": True}, [("block", "该生的学籍就在本校")]),
        ({"teaches": False}, [("block", "本校没有该生所在的年级")]),
        ({"host_why": "还没有入网"}, [("block", "本校还没有入网，现在不能收借读生")]),
    ],
)
def test_host_schools(changes, told):
    assert found("borrowing.host", **changes) == told


@pytest.mark.parametrize(
    ("papers", "told"),
    [({"transfer_certificate"}, []), (set(), ["缺转学证明"])],
)
def test_papers_of_a_conversion(papers, told):
    assert [f.message for f in conversion_papers(frozenset(papers), QIANAN)] == told


SCHOOLS = [
    ("host_school", "clerk"),
    ("host_school", "principal"),
    ("home_school", "principal"),
]


@pytest.mark.parametrize(
    ("way", "stops"),
    [
        ("same_township", [*SCHOOLS, ("host_centre", "centre_officer")]),
        ("between_townships", [*SCHOOLS, ("host_centre", "centre_officer")]),
        *(
            (way, [*SCHOOLS, ("host_county", "county_officer")])
            for way in (
                "township_to_urban",
                "urban_to_township",
                "between_urban",
                "junior",
                "senior",
                "cross_county",
            )
        ),
        ("from_outside", [*SCHOOLS[:2], ("host_county", "county_officer")]),
    ],
)
def test_townships_among_each_other_go_to_the_centre_all_others_to_the_bureau(way, stops):
    assert route(Direction(way), QIANAN) == stops


@pytest.mark.parametrize(
    ("step", "office"), [("ending", "host_authority"), ("conversion", "host_county")]
)
def test_an_end_goes_to_the_authority_and_a_conversion_to_the_bureau(step, office):
    assert route(step, QIANAN) == [*SCHOOLS[:2], (office, "county_officer")]


def test_exceptions_are_the_bureaus_and_exams_are_at_home():
    warned = ("borrowing.principle", "borrowing.window")
    assert [QIANAN.rule(key).grant for key in warned] == ["county_officer"] * 2
    assert QIANAN.value("borrowing.exams") == "home_school"


@pytest.mark.parametrize(
    ("papers", "told"),
    [
        ({"borrowing_proof"}, []),
        ({"borrowing_letter"}, [("block", "缺借读学校开具的借读证明", True)]),
        (set(), [("block", "缺借读学校开具的借读证明", True)]),
    ],
)
def test_papers_of_who_is_lent_outside(papers, told):
    findings = lending_papers(replace(FINE, papers=frozenset(papers)), QIANAN)
    assert [
        (f.effect, f.message, "原学校要保留学生借读证明" in f.citation) for f in findings
    ] == told
