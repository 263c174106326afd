"""What stands against a transfer: each clause with values on both sides of its edge."""

from dataclasses import replace
from datetime import date

import pytest

from transfers.models import Direction
from transfers.rules import (
    Sides,
    TransferFacts,
    direction,
    placement,
    places,
    starts_at_receiving,
)
from xueji.rules.engine import judge, rule_set

RULE_TABLES = {
    "transfer.reason": "test_reasons",
    "transfer.window": "test_the_window_is_fourteen_days_from_the_first_day_of_lessons",
    "transfer.final_grade": "test_the_final_grade",
    "transfer.sanction": "test_open_sanctions",
    "transfer.status": "test_statuses",
    "transfer.suspended": "test_suspension",
    "transfer.grade": "test_the_grade_stays",
    "transfer.receiving": "test_receiving_schools",
    "transfer.offline": "test_what_was_done_on_paper_first_has_its_day_and_its_paper",
    "transfer.duplicate": "test_who_looks_like_a_pupil_of_the_register",
}
QIANAN = rule_set("qianan").at(date(2026, 9, 2))
NATIONAL = rule_set("national").at(date(2026, 9, 2))
FINE = TransferFacts(
    reason="move",
    reason_text="",
    term_day=2,
    status=("enrolled", "在读"),
    is_final=False,
    sanctions=0,
    grade=3,
    papers=frozenset({"household_book", "property_proof"}),
    term_starts_on=date(2026, 9, 1),
)


def found(key: str, rules=QIANAN, **changes) -> list[tuple[str, str]]:
    findings = judge("transfer", replace(FINE, **changes), rules)
    return [(f.effect, f.message) for f in findings if f.key == key]


def test_nothing_stands_against_a_plain_transfer():
    assert judge("transfer", FINE, QIANAN) == []
    assert judge("transfer", replace(FINE, papers=frozenset()), NATIONAL) == []


@pytest.mark.parametrize(
    ("day", "paper", "told"),
    [
        (None, "", []),
        (
            None,
            "审〔2026〕3 号",
            [("block", "填了线下审批表“审〔2026〕3 号”，还没有填线下办理的日期")],
        ),
        (1, " ", [("block", "填了 2026-09-01 线下办理，还没有填审批表的编号")]),
        (2, "3 号", [("record", "系统故障期间 2026-09-02 线下先办，审批表 3 号")]),
        (3, "3 号", [("block", "线下办理的日期 2026-09-03 还没有到")]),
    ],
)
def test_what_was_done_on_paper_first_has_its_day_and_its_paper(day, paper, told):
    on = date(2026, 9, day) if day else None
    today = date(2026, 9, 2)
    assert found("transfer.offline", offline_on=on, offline_paper=paper, today=today) == told


ON_PAPER = "系统故障期间 {} 线下先办，审批表 3 号"
BEFORE_TERM = "线下办理的日期 {} 在录入时的学期开学（2026-09-01）以前"
BEFORE_PLACE = "线下办理的日期 {} 在该生到原学校就读以前"


@pytest.mark.parametrize(
    ("on", "former", "told"),
    [
        (date(2026, 9, 1), None, [("record", ON_PAPER)]),
        (date(2026, 8, 31), None, [("block", BEFORE_TERM)]),
        (date.min, None, [("block", BEFORE_TERM)]),
        (date(2026, 9, 4), date(2026, 9, 4), [("record", ON_PAPER)]),
        (date(2026, 9, 3), date(2026, 9, 4), [("block", BEFORE_PLACE)]),
        (date(2026, 9, 1), date(2025, 9, 1), [("record", ON_PAPER)]),
    ],
)
def test_the_day_on_the_paper_is_of_this_term_and_of_this_school(on, former, told):
    today = date(2026, 9, 22)
    changes = {"offline_on": on, "offline_paper": "3 号", "former_starts_on": former}
    said = [(effect, words.format(on)) for effect, words in told]
    assert found("transfer.offline", today=today, **changes) == said


def test_without_a_calendar_the_day_on_the_paper_is_left_to_who_approves():
    changes = {"offline_on": date(2026, 9, 2), "offline_paper": "3 号", "term_starts_on": None}
    assert found("transfer.offline", today=date(2026, 9, 22), **changes) == [
        ("record", "本县校历里没有已开学的学期，不能判断线下办理的日子是不是在本学期"),
        ("record", ON_PAPER.format("2026-09-02")),
    ]


def test_the_start_of_term_names_the_day_that_it_judges():
    changes = {"reason": "special", "reason_text": "有病", "term_day": 15}
    assert found("transfer.window", offline_on=date(2026, 9, 15), **changes) == [
        ("warn", "线下办理那天是开学第 15 天，已过学期初 14 天")
    ]


@pytest.mark.parametrize(
    ("reason", "text", "told"),
    [
        ("move", "", []),
        ("job", "", []),
        ("special", "随父母照料", [("record", "理由为其他特殊情况：随父母照料")]),
        ("special", " ", [("block", "选了“其他特殊情况”，还没有写是什么情况")]),
        ("", "", [("block", "没有准予转学的理由")]),
        ("wish", "", [("block", "没有准予转学的理由")]),
    ],
)
def test_reasons(reason, text, told):
    assert found("transfer.reason", reason=reason, reason_text=text) == told


@pytest.mark.parametrize(
    ("reason", "day", "told"),
    [
        ("special", 1, []),
        ("special", 14, []),
        ("special", 15, [("warn", "提交日是开学第 15 天，已过学期初 14 天")]),
        ("move", 15, []),
        ("job", 120, []),
        ("special", None, [("record", "本县校历里没有已开学的学期，不能判断是不是在学期初")]),
    ],
)
def test_the_window_is_fourteen_days_from_the_first_day_of_lessons(reason, day, told):
    assert found("transfer.window", reason=reason, reason_text="有病", term_day=day) == told


@pytest.mark.parametrize(
    ("is_final", "told"),
    [(False, []), (True, [("warn", "该生在毕业年级，没有特殊情况不得转学")])],
)
def test_the_final_grade(is_final, told):
    assert found("transfer.final_grade", is_final=is_final) == told


@pytest.mark.parametrize(
    ("sanctions", "told"),
    [(0, []), (1, [("warn", "该生有 1 项处分没有撤销，受处分期间一般不予转学")])],
)
def test_open_sanctions(sanctions, told):
    assert found("transfer.sanction", sanctions=sanctions) == told


@pytest.mark.parametrize(
    ("status", "told"),
    [
        (("enrolled", "在读"), []),
        (("abroad", "出国"), []),
        (("left", "其他离校"), []),
        (("withdrawn", "退学"), []),
        (("expelled", "开除"), []),
        (("suspended", "休学"), []),  # the next rule's
        (("dropped", "辍学"), [("block", "该生现在的学籍状态是“辍学”，不能转学")]),
        (("missing", "失踪"), [("block", "该生现在的学籍状态是“失踪”，不能转学")]),
    ],
)
def test_statuses(status, told):
    assert found("transfer.status", status=status) == told


@pytest.mark.parametrize(
    ("rules", "status", "told"),
    [
        (QIANAN, ("enrolled", "在读"), []),
        (QIANAN, ("suspended", "休学"), [("block", "该生正在休学，休学期间不能转学")]),
        (NATIONAL, ("suspended", "休学"), [("block", "该生正在休学，休学期间不能转学")]),
    ],
)
def test_suspension(rules, status, told):
    assert found("transfer.suspended", rules, status=status) == told


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (None, []),
        (3, []),
        (2, [("block", "所选班级不是该生所在年级的班，转学不变更年级")]),
        (4, [("block", "所选班级不是该生所在年级的班，转学不变更年级")]),
    ],
)
def test_the_grade_stays(after, told):
    assert found("transfer.grade", grade_after=after) == told


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"is_same": True}, [("block", "转入学校就是该生现在的学校")]),
        ({"teaches": False}, [("block", "转入学校没有该生所在的年级")]),
        (
            {"receiving_why": "还没有入网"},
            [("block", "转入学校还没有入网，现在不能接收")],
        ),
    ],
)
def test_receiving_schools(changes, told):
    assert found("transfer.receiving", **changes) == told


@pytest.mark.parametrize(
    ("alike", "told"),
    [(0, []), (1, [("warn", "疑似重复：有 1 名学生可能是同一人")])],
)
def test_who_looks_like_a_pupil_of_the_register(alike, told):
    assert found("transfer.duplicate", alike=alike) == told


# -- routes ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("sides", "way"),
    [
        (("primary", 1, 1, 11, 11), "same_township"),
        (("primary", 1, 1, 11, 12), "between_townships"),
        (("primary", 1, 1, 11, None), "township_to_urban"),
        (("primary", 1, 1, None, 12), "urban_to_township"),
        (("primary", 1, 1, None, None), "between_urban"),
        (("junior", 1, 1, None, None), "junior"),
        (("senior", 1, 1, None, None), "senior"),
        (("primary", 1, 2, 11, 21), "cross_county"),
        (("junior", 1, 2, None, None), "cross_county"),
        (("primary", 1, None, 11, None), "to_outside"),
        (("primary", None, 1, None, 11), "from_outside"),
    ],
)
def test_directions(sides, way):
    names = ("stage", "out_county", "in_county", "out_centre", "in_centre")
    assert direction(Sides(**dict(zip(names, sides, strict=True)))) == way


OUT = [("out_school", "clerk"), ("out_school", "principal")]
CENTRE, COUNTY = ("out_centre", "centre_officer"), ("out_county", "county_officer")
IN = [("in_school", "clerk"), ("in_school", "principal")]


@pytest.mark.parametrize(
    ("way", "route"),
    [
        ("township_to_urban", [*OUT, CENTRE, ("in_county", "county_officer")]),
        ("between_townships", [*OUT, CENTRE, ("in_centre", "centre_officer")]),
        ("same_township", [*OUT, CENTRE]),
        ("between_urban", [*OUT, COUNTY]),
        ("urban_to_township", [*OUT, COUNTY]),
        ("junior", [*OUT, COUNTY]),
        ("senior", [*OUT, COUNTY]),
    ],
)
def test_routes_of_qianan(way, route):
    assert places(Direction(way), out=QIANAN, into=QIANAN) == route


def test_who_leaves_qianan_goes_by_its_steps_and_then_by_those_of_the_other_county():
    assert places(Direction.TO_OUTSIDE, out=QIANAN, into=None) == [*OUT, CENTRE, COUNTY]
    assert places(Direction.CROSS_COUNTY, out=QIANAN, into=NATIONAL) == [
        *OUT,
        CENTRE,
        COUNTY,
        ("in_county", "county_officer"),
        ("in_county", "county_head"),
    ]


def test_the_leaving_side_says_who_starts():
    heads = [("out_county", "county_officer"), ("out_county", "county_head")]
    assert places(Direction.CROSS_COUNTY, out=NATIONAL, into=QIANAN) == [
        *IN,
        *OUT,
        *heads,
        ("in_county", "county_officer"),
    ]
    assert starts_at_receiving(Direction.CROSS_COUNTY, out=NATIONAL)
    assert not starts_at_receiving(Direction.CROSS_COUNTY, out=QIANAN)
    assert not starts_at_receiving(Direction.TO_OUTSIDE, out=NATIONAL)
    assert starts_at_receiving(Direction.FROM_OUTSIDE, out=None)


def test_whoever_started_at_the_receiving_school_does_not_receive_by_the_same_hand():
    assert placement(into=QIANAN, started_there=False) == IN
    assert placement(into=QIANAN, started_there=True) == IN[1:]
