"""The lines of the list for the national check: the same in the workbook and on paper."""

from collections.abc import Sequence

from enrollment.models import Enrollment
from xueji.printing.sheets import lines_of, packed

# 规定的格式: no text that we hold prints it; the names are those of the national sheet
COLUMNS = (
    "序号",
    "姓名",
    "性别",
    "出生日期",
    "身份证件类型",
    "身份证件号",
    "民族",
    "年级",
    "入学年份",
    "学校标识码",
    "学校",
    "学籍主管部门所在县",
    "没有建立学籍的原因",
    "业务件编号",
)

ROOM = 24  # lines of text on a sheet of paper


def sheets(rows: Sequence[Enrollment]) -> list[list[list[str]]]:
    """The list on sheets of paper, each with whole lines."""
    lines = [[str(number), *line(row)] for number, row in enumerate(rows, start=1)]
    heights = [max(lines_of(cell, 5) for cell in one[6:]) for one in lines]
    return packed(lines, heights, room=ROOM)


def line(row: Enrollment) -> list[str]:
    """The columns after the first, as text."""
    student, school = row.case.student, row.case.school
    return [
        student.name,
        student.get_sex_display(),
        student.birth_date.isoformat(),
        student.get_id_type_display(),
        student.id_number or f"无：{student.no_id_reason}",
        student.get_nation_display(),
        row.grade_words,
        str(row.entry_year),
        school.identifier,
        str(school.organisation),
        str(school.county),
        row.late_reason,
        row.case.number,
    ]
