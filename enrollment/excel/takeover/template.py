"""The workbook that is filled with a school's existing pupils."""

from enrollment.excel.columns import EXAMPLE, NUMBER, Column, Kind
from enrollment.excel.takeover.columns import typed
from enrollment.excel.template import EXAMPLES, YES_NO, field_of
from enrollment.services.takeover.context import Context
from xueji.excel import template
from xueji.excel.template import ROWS, Field
from xueji.organisations.models import GRADE_NAMES, grade_name

VERSION = 1
TITLE = "在校学生建库表　{school}　基准日 {day}　（模板第 {version} 版，学校编号 {number}）"


def workbook(context: Context) -> bytes:
    """The template for one school, with an example of its own first grade."""
    school, columns = context.lineage.school, list(typed())
    example = _example(context)
    fields = [Field(label=NUMBER, example=EXAMPLE, width=8, help="可以不填；示例行不会读。")]
    fields += [
        field_of(column, _options(column, context), example.get(column.key, ""))
        for column in columns
    ]
    title = TITLE.format(
        school=school.organisation,
        day=f"{context.as_on:%Y-%m-%d}",
        version=VERSION,
        number=school.pk,
    )
    return template.workbook(
        fields,
        sheet="在校学生",
        title=title,
        explained=_explained(context),
        identifier=f"xueji-takeover-{VERSION}-{school.pk}",
    )


def _options(column: Column, context: Context) -> tuple[str, ...]:
    if column.kind == Kind.GRADE:
        return tuple(grade_name(grade) for grade in context.stages)
    if column.key == "status":
        return tuple(context.statuses.values())
    if column.kind == Kind.FLAG:
        return YES_NO
    return tuple(column.table.values()) if column.table else ()


def _example(context: Context) -> dict[str, str]:
    grade = next(iter(context.stages))
    year = context.cohort(grade)
    number = context.number_facts("", context.stages[grade].stage, year).number
    return {
        **EXAMPLES,
        "grade": grade_name(grade),
        "school_class": f"{GRADE_NAMES[grade]}（1）班",
        "number": number,
        "status": "在读",
        "entered_on": f"{year}-09",
    }


def _explained(context: Context) -> list[str]:
    statuses = "、".join(context.statuses.values())
    return [
        "填写说明",
        f"一、从「在校学生」工作表第 5 行起，一行填一名学生，各年级填在一张表里，最多 {ROWS} 行。"
        "第 4 行是示例，不会读。",
        f"二、照 {context.as_on:%Y-%m-%d} 那天的实际填：年级、班级、学籍状态、借读。"
        "人数从这一天起算。",
        "三、学籍号照学籍卡填 14 位，开头的 0 不能丢；本校没有的班级会自动建立。",
        f"四、学籍状态可以是{statuses}；空着就是在读。不是在读的填起始日期，休学的还要填截止日期。",
        "五、已经毕业、转出、死亡的学生不填；他们用过的学籍号不会再编给别人。",
        "六、留级、跳级的，在「入学年份」填原来入学的年份，并在「例外理由」写明。",
        "七、所有单元格都是文本格式。从别的表粘贴时，请用“选择性粘贴—数值”。",
        "八、上传后先核对，有错误的单元格标红并附批注，一名也不会写入；"
        "核对无误后由教育局另一人确认，才建库。",
        "九、表里有未成年人的个人信息，请不要用聊天软件传送，用完及时删除。",
        f"本表为{context.lineage.school.organisation}制作，模板第 {VERSION} 版。",
    ]
