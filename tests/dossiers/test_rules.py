"""Which papers the file needs, by rule set and pupil, and the days that are counted."""

from datetime import date

import pytest

from xueji.dossiers.rules import FLAGS, counted_from, days, demanded, flags
from xueji.rules.engine import rule_set
from xueji.rules.papers import named
from xueji.students.models import Attendance, Student, StudentSheet

ON = date(2026, 9, 1)


@pytest.mark.parametrize(
    ("rules", "pupil", "papers"),
    [
        ("qianan", {}, ["户口簿", "房产证明", "预防接种证"]),
        ("qianan", {"migrant": True}, ["户口簿", "暂住证", "就业证明或营业执照", "预防接种证"]),
        ("qianan", {"stage": "junior"}, ["户口簿或户籍证明", "预防接种证"]),
        (
            "qianan",
            {"id_index": None},
            ["户口簿", "房产证明", "预防接种证", "无身份证学生在校就读证明"],
        ),
        ("national", {}, ["户口簿或户籍证明", "预防接种证"]),
        ("national", {"migrant": True}, ["户口簿或户籍证明", "预防接种证"]),
    ],
)
def test_papers_follow_from_rule_set_and_pupil(rules, pupil, papers):
    student = Student(**{"stage": "primary", "migrant": False, "id_index": b"1", **pupil})
    asked = demanded(student, None, rule_set(rules).at(ON))
    assert [named(demand.group) for demand in asked] == papers


def test_each_paper_names_its_clause_or_that_there_is_none():
    student = Student(stage="junior", id_index=b"1")
    asked = demanded(student, None, rule_set("qianan").at(ON))
    assert [demand.citation for demand in asked] == [
        "《中小学生学籍管理办法细则(全文)》第七条第二项"
        "“学籍信息证明材料(户籍证明、转学申请、休学申请等)”",
        "文件未规定，按本县设定（可改）：register.file.more.papers",
    ]


def test_the_file_is_due_thirty_days_after_the_entry_and_reminded_after_twenty():
    counted = days(ON, rule_set("qianan").at(ON))
    assert (counted.remind_on, counted.due_on) == (date(2026, 9, 21), date(2026, 10, 1))


NOTHING = {"left_behind": "0", "orphan": False, "inclusion": "00", "disability": "0"}


@pytest.mark.parametrize(
    ("sheet", "paper", "because"),
    [
        ({"left_behind": "1"}, "留守儿童情况证明", "留守儿童"),
        ({"left_behind": "2"}, "留守儿童情况证明", "留守儿童"),
        ({"orphan": True}, "孤儿证明", "孤儿"),
        ({"martyr_family": True}, "烈士或优抚证明", "烈士或优抚子女"),
        ({"disability": "5"}, "残疾人证或县级以上医院证明", "残疾"),
        ({"inclusion": "13"}, "随班就读认定材料", "随班就读"),
        ({"needs_aid": True}, "资助申请表", "申请资助"),
        ({"boarding_subsidy": True}, "享受一补审批材料", "享受一补"),
    ],
)
def test_what_is_registered_of_a_pupil_asks_for_its_proof(sheet, paper, because):
    student = Student(stage="junior", id_index=b"1")
    *_, last = demanded(student, StudentSheet(**{**NOTHING, **sheet}), rule_set("qianan").at(ON))
    assert (named(last.group), last.because) == (paper, because)
    assert last.citation.startswith("文件未规定，按本县设定（可改）：register.proof.")


def test_a_pupil_taught_at_home_needs_a_proof_of_it():
    student = Student(stage="junior", id_index=b"1", attendance=Attendance.HOME_TAUGHT)
    *_, last = demanded(student, None, rule_set("national").at(ON))
    assert (named(last.group), last.is_medical) == ("送教上门认定材料", False)


def test_what_is_not_so_or_not_filled_in_asks_for_nothing():
    assert flags(Student(), StudentSheet(**NOTHING)) == []
    assert flags(Student(), StudentSheet()) == []


def test_every_flag_has_its_papers_in_the_rule_set():
    rules = rule_set("national").at(ON)
    assert [flag for flag in FLAGS if not rules.has(f"register.proof.{flag}.papers")] == []


@pytest.mark.parametrize(
    ("before", "was_complete", "lacks", "start"),
    [
        (None, False, True, ON),  # never assessed: from the entry
        (date(2026, 10, 8), False, True, date(2026, 10, 8)),
        (ON, True, False, ON),
        (ON, True, True, date(2027, 3, 1)),  # complete, and now lacks again: from today
    ],
)
def test_the_days_begin_anew_when_a_complete_file_lacks_again(before, was_complete, lacks, start):
    today = date(2027, 3, 1)
    counted = counted_from(ON, before=before, was_complete=was_complete, lacks=lacks, today=today)
    assert counted == start
