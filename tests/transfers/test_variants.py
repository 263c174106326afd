"""What other counties and schools ask of a transfer, by the words of their own texts."""

from dataclasses import replace
from datetime import date

import pytest

from tests.transfers.test_rules import FINE, IN, NATIONAL, OUT, QIANAN
from transfers.models import Direction
from transfers.rules import papers, places, starts_at_receiving
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "transfer.papers": "test_papers",
    "transfer.arriving.papers": "test_papers_of_who_comes",
    "transfer.outside.papers": "test_papers_of_the_side_outside_the_register",
    "transfer.grade.papers": "test_papers_of_a_grade",
    "transfer.national_number": "test_the_national_number_of_who_comes_from_outside",
}
ON = date(2026, 9, 2)
JINZHOU, LINGCHENG, RURAL, XXPRI = (
    rule_set(name).at(ON) for name in ("jinzhou", "lingcheng", "rural", "xxpri")
)
NUMBER = "外地转入，还没有填全国学籍号"


def found(key: str, rules, seen=(), **changes) -> list[tuple[str, str]]:
    facts = replace(FINE, papers=frozenset(seen), **changes)
    return [(f.effect, f.message) for f in judge("transfer", facts, rules) if f.key == key]


@pytest.mark.parametrize(
    ("rules", "seen", "told"),
    [
        (QIANAN, {"household_book", "property_proof"}, []),
        (QIANAN, {"household_book"}, [("block", "缺房产证明")]),
        (QIANAN, {"property_proof"}, [("block", "缺户口簿")]),
        (QIANAN, set(), [("block", "缺户口簿、房产证明")]),
        (NATIONAL, set(), []),
        (JINZHOU, set(), []),
    ],
)
def test_papers(rules, seen, told):
    assert found("transfer.papers", rules, seen) == told


@pytest.mark.parametrize(
    ("rules", "seen", "told"),
    [
        (LINGCHENG, {"posting_order", "urban_household", "register_file"}, []),
        (LINGCHENG, {"posting_order", "urban_household"}, [("block", "缺学籍档案")]),
        (LINGCHENG, set(), [("block", "缺家长调令、市区居民户口证明、学籍档案")]),
        (NATIONAL, set(), []),
        (QIANAN, set(), []),
    ],
)
def test_papers_of_who_comes(rules, seen, told):
    assert found("transfer.arriving.papers", rules, seen) == told


@pytest.mark.parametrize(
    ("rules", "direction", "seen", "told"),
    [
        (JINZHOU, "from_outside", set(), [("block", "缺盖齐四个章的转学表")]),
        (JINZHOU, "to_outside", set(), [("block", "缺盖齐四个章的转学表")]),
        (JINZHOU, "from_outside", {"four_seal_form"}, []),
        (JINZHOU, "cross_county", set(), []),  # all four sign here
        (LINGCHENG, "from_outside", {"bureau_proof"}, []),
        (LINGCHENG, "from_outside", set(), [("block", "缺两地教育行政部门的证明或公章")]),
        (
            LINGCHENG,
            "to_outside",
            {"bureau_proof"},
            [("block", "缺接收学校签意见并盖章的转学证明表")],
        ),
        (LINGCHENG, "junior", set(), []),
        (RURAL, "from_outside", set(), [("block", "缺转学证明")]),
        (RURAL, "from_outside", {"transfer_certificate"}, []),
        (RURAL, "to_outside", set(), []),
        (XXPRI, "from_outside", {"transfer_certificate"}, [("block", "缺转学申请表")]),
        (XXPRI, "from_outside", {"transfer_certificate", "transfer_application"}, []),
        (XXPRI, "to_outside", {"receiving_proof"}, [("block", "缺接收证明上的主管部门印章")]),
        (XXPRI, "to_outside", {"receiving_proof", "receiving_office_seal"}, []),
        (QIANAN, "to_outside", set(), []),
    ],
)
def test_papers_of_the_side_outside_the_register(rules, direction, seen, told):
    assert found("transfer.outside.papers", rules, seen, direction=direction) == told


@pytest.mark.parametrize(
    ("rules", "grade", "seen", "told"),
    [
        (LINGCHENG, 8, set(), []),
        (LINGCHENG, 9, set(), [("block", "缺八年级会考地理、生物成绩证明")]),
        (LINGCHENG, 9, {"exam_result"}, []),
        (QIANAN, 9, set(), []),
    ],
)
def test_papers_of_a_grade(rules, grade, seen, told):
    assert found("transfer.grade.papers", rules, seen, grade=grade) == told


@pytest.mark.parametrize(
    ("rules", "direction", "has", "told"),
    [
        (JINZHOU, "from_outside", False, [("block", NUMBER)]),
        (JINZHOU, "from_outside", True, []),
        (JINZHOU, "cross_county", False, []),
        (QIANAN, "from_outside", False, []),
    ],
)
def test_the_national_number_of_who_comes_from_outside(rules, direction, has, told):
    changes = {"direction": direction, "has_national_number": has}
    assert found("transfer.national_number", rules, **changes) == told


@pytest.mark.parametrize(
    ("rules", "reason", "stops"),
    [(LINGCHENG, "discharge", 0), (LINGCHENG, "special", 1), (QIANAN, "discharge", 1)],
)
def test_reasons_that_one_text_admits_and_another_does_not(rules, reason, stops):
    told = found("transfer.reason", rules, reason=reason, reason_text="照料")
    assert [effect for effect, _ in told] == ["block"] * stops


# -- routes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("rules", [JINZHOU, LINGCHENG, XXPRI, RURAL])
def test_inside_the_county_the_receiving_school_starts_and_four_parties_sign(rules):
    assert starts_at_receiving(Direction.JUNIOR, out=rules)
    parties = [place for place, _ in places(Direction.JUNIOR, out=rules, into=rules)]
    assert list(dict.fromkeys(parties)) == ["in_school", "out_school", "out_county", "in_county"]


@pytest.mark.parametrize("rules", [JINZHOU, LINGCHENG])
def test_between_counties_each_of_the_four_stamps_is_one_signature(rules):
    assert places(Direction.CROSS_COUNTY, out=rules, into=rules) == [
        *IN,
        *OUT,
        ("out_county", "county_officer"),
        ("in_county", "county_officer"),
    ]


@pytest.mark.parametrize("rules", [JINZHOU, LINGCHENG, RURAL, QIANAN])
def test_the_bureau_of_who_leaves_the_register_signs_last(rules):
    stops = places(Direction.TO_OUTSIDE, out=rules, into=None)
    assert stops == [
        ("out_school", "clerk"),
        ("out_school", "principal"),
        *([("out_centre", "centre_officer")] if rules is QIANAN else []),
        ("out_county", "county_officer"),
    ]


@pytest.mark.parametrize(
    ("rules", "number", "goes", "copy"),
    [
        (JINZHOU, "renew", "original", True),
        (LINGCHENG, "renew", "card", False),
        (RURAL, "renew", "original", True),
        (XXPRI, "renew", "original", True),
        (QIANAN, "renew", "register_sheet", False),
    ],
)
def test_what_goes_with_the_pupil_and_whether_the_number_does(rules, number, goes, copy):
    assert rules.value("transfer.number") == number
    assert rules.value("transfer.file") == {"goes": goes, "copy": copy}


def test_the_form_offers_every_paper_that_may_be_asked_for():
    assert papers.asked_for(LINGCHENG, papers.LISTS) == [
        "posting_order",
        "urban_household",
        "register_file",
        "bureau_proof",
        "receiving_opinion",
        "exam_result",
    ]
    assert (JINZHOU.value("transfer.form_copies"), QIANAN.value("transfer.form_copies")) == (4, 1)
