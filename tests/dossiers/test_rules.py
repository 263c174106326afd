"""Which papers the file needs, by rule set and pupil, and the days that are counted."""

from datetime import date

import pytest

from xueji.dossiers.rules import days, demanded
from xueji.rules.engine import rule_set
from xueji.rules.papers import named
from xueji.students.models import Student

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
    asked = demanded(student, rule_set(rules).at(ON))
    assert [named(demand.group) for demand in asked] == papers


def test_each_paper_names_its_clause_or_that_there_is_none():
    student = Student(stage="junior", id_index=b"1")
    asked = demanded(student, rule_set("qianan").at(ON))
    assert [demand.citation for demand in asked] == [
        "《中小学生学籍管理办法细则(全文)》第七条第二项"
        "“学籍信息证明材料(户籍证明、转学申请、休学申请等)”",
        "文件未规定，按本县设定（可改）：register.file.more.papers",
    ]


def test_the_file_is_due_thirty_days_after_the_entry_and_reminded_after_twenty():
    counted = days(ON, rule_set("qianan").at(ON))
    assert (counted.remind_on, counted.due_on) == (date(2026, 9, 21), date(2026, 10, 1))
