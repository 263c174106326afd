"""The workbook a school is given to fill: its classes, the papers of its rules, its mark."""

from collections.abc import Mapping

from enrollment.excel.columns import EXAMPLE, NUMBER, Column, Kind, of_template
from enrollment.services.check import Context
from xueji.excel import template
from xueji.excel.template import ROWS, Field
from xueji.organisations.models import grade_name

VERSION = 1
TITLE = "新生信息导入表　{school}　{year} 年秋季　（模板第 {version} 版，学校编号 {number}）"
WIDE = {
    "id_number": 22,
    "hukou_text": 30,
    "address_text": 34,
    "guardian_hukou_text": 30,
    "birth_place_text": 30,
    "mail_address": 30,
    "family_address": 30,
    "reason": 36,
}
EXAMPLES: Mapping[str, str] = {
    "name": "王小明",
    "sex": "男",
    "birth_date": "2020-03-17",
    "birth_place_text": "建昌营镇 军屯村",
    "native_place": "河北迁安",
    "nation": "汉族",
    "country": "中国",
    "id_type": "居民身份证",
    "id_number": "130283202003170014",
    "compatriot": "否",
    "health": "健康或良好",
    "hukou_text": "建昌营镇 军屯村",
    "guardian_hukou_text": "建昌营镇 军屯村",
    "hukou_kind": "农业",
    "into_grade": "一年级",
    "entered_on": "2026-09",
    "entry_mode": "就近入学",
    "boarding": "走读",
    "address_text": "建昌营镇 军屯村 12 号",
    "mail_address": "建昌营镇 军屯村 12 号",
    "family_address": "建昌营镇 军屯村 12 号",
    "phone": "13900000000",
    "postcode": "064400",
    "only_child": "否",
    "preschool": "是",
    "left_behind": "非留守儿童",
    "migrant": "否",
    "orphan": "否",
    "martyr_family": "否",
    "needs_aid": "否",
    "boarding_subsidy": "否",
    "distance": "0.8",
    "travel": "步行",
    "school_bus": "否",
    "m1_name": "王大力",
    "m1_relation": "父亲",
    "m1_phone": "13900000000",
    "m1_guardian": "是",
    "paper_household_book": "是",
    "paper_property_proof": "是",
    "verified_by": "李老师",
}
YES_NO = ("是", "否")


def workbook(context: Context) -> bytes:
    """The template for the intake of one school."""
    school = context.lineage.school
    columns = of_template(context.rules)
    fields = [Field(label=NUMBER, example=EXAMPLE, width=8, help="可以不填；示例行不会导入。")]
    fields += [
        field_of(column, _options(column, context), EXAMPLES.get(column.key, ""))
        for column in columns
    ]
    title = TITLE.format(
        school=school.organisation, year=context.entry_year, version=VERSION, number=school.pk
    )
    return template.workbook(
        fields,
        sheet="新生",
        title=title,
        explained=_explained(context),
        identifier=f"xueji-enrollment-{VERSION}-{school.pk}",
    )


def field_of(column: Column, options: tuple[str, ...], example: str) -> Field:
    """The column as the template shows it."""
    return Field(
        label=column.label,
        must=column.starred,
        options=options,
        help=column.help,
        example=example,
        width=WIDE.get(column.key, max(12, 2 * len(column.label) + 2)),
    )


def _options(column: Column, context: Context) -> tuple[str, ...]:
    if column.kind == Kind.CLASS:
        return tuple(str(row) for row in context.classes.values())
    if column.kind == Kind.GRADE:
        return tuple(grade_name(grade) for grade in context.grades)
    if column.kind in (Kind.FLAG, Kind.PAPER):
        return YES_NO
    return tuple(column.table.values()) if column.table else ()


def _explained(context: Context) -> list[str]:
    return [
        "填写说明",
        f"一、从「新生」工作表第 5 行起，一行填一名学生，最多 {ROWS} 行。第 4 行是示例，不会导入。",
        "二、标“必填”的列每名学生都要填；性别、出生日期由居民身份证号得出，可以不填。",
        "三、列的次序可以换，列名不要改。您自己另加的列和工作表会原样留着，不会导入。",
        "四、所有单元格都是文本格式。从别的表粘贴时，请用“选择性粘贴—数值”，"
        "身份证号、电话才不会变成 1.30283E+17 的样子、丢掉末几位。",
        "五、有下拉箭头的列从列表里选，也可以填代码。",
        "六、日期可以写成 2020-03-17、2020.3.17、20200317 或 2020年3月17日。",
        "七、户口所在地、现住址、出生地写到村或社区，如“建昌营镇 军屯村”，也可以填 12 位区划代码。",
        "八、看过原件的材料，在“……已核验”一列填“是”，并填核验人。"
        "还没有看到原件的空着：导入后存为草稿，列入“待补材料”，补齐后再提交。",
        "九、年龄、服务范围、两个统一等有提醒而要申请例外的，在“例外理由”一列写明原因，由上级决定。",
        "十、上传后先核对，有错误的单元格标红并附批注，一名也不会导入；"
        "改好再传。核对无误后由您确认，才会提交给校长。",
        "十一、表里有未成年人的个人信息，请不要用聊天软件传送，用完及时删除。",
        f"本表为{context.lineage.school.organisation} {context.entry_year} 年秋季新生制作，"
        f"模板第 {VERSION} 版。别的学校请下载自己的模板。",
    ]
