"""Effects and values of the rules as people read them: in words, with their units."""

from collections.abc import Mapping
from typing import Any

from xueji.accounts.models import Role
from xueji.organisations.models import grade_name
from xueji.rules.inheritance import Rule
from xueji.rules.papers import named

# codes in values → words; a code without one is shown as it stands, and a test names it
WORDS = {
    "school": "学校",
    "centre": "中心校",
    "county": "教育局",
    "prefecture": "市教育局",
    "province": "省教育厅",
    "authority": "学籍主管部门",
    "out_school": "转出学校",
    "out_centre": "转出中心校",
    "out_county": "转出方教育局",
    "in_school": "转入学校",
    "in_centre": "转入中心校",
    "in_county": "转入方教育局",
    "in_authority": "转入学校的学籍主管部门",
    "origin_school": "转出学校",
    "host_school": "借读学校",
    "host_centre": "借读学校的中心校",
    "host_county": "借读学校的教育局",
    "host_authority": "借读学校的学籍主管部门",
    "home_school": "原学校",
    "home_authority": "原学校的学籍主管部门",
    "migrant": "外来务工人员子女",
    "move": "户口及家庭住址迁移",
    "job": "工作调动",
    "special": "其他特殊情况",
    "discharge": "部队转业复员",
    "to_outside": "转往外地",
    "from_outside": "外地转入",
    "goes": "随学生转出",
    "copy": "原学校留存复印件",
    "original": "原件",
    "register_sheet": "学籍表",
    "renew": "按转入学校重新编号",
    "keep": "沿用原学籍号",
    "days": "天数",
    "except": "不受限的原因",
    "abroad": "出国",
    "withdrawn": "退学",
    "expelled": "开除",
    "left": "其他离校",
    "receiving_school": "转入学校",
    "township_primary": "乡镇小学",
    "other": "其他学校",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "regular": "正式学籍",
    "borrowed_temp": "临时借读学籍",
    "register_type": "学籍类别",
    "designated_only": "只限教育局指定的学校",
    "enrolled": "在读",
    "suspended": "休学",
    "dropped": "辍学",
    "missing": "失踪",
    "health": "身体状况",
    "name": "姓名",
    "id_type": "身份证件类型",
    "id_number": "身份证件号",
    "sex": "性别",
    "birth_date": "出生日期",
    "guardian": "监护人",
    "sheet": "学生基本信息表",
    "card": "学籍卡",
    "roll": "新生花名册",
    "width": "宽",
    "height": "高",
    "least_width": "上传的至少宽",
    "least_height": "上传的至少高",
    "most_kilobytes": "文件不超过（千字节）",
}
ROLES = dict(Role.choices)

# effect, or what else a line of the page can be → word and colour
TAGS = {
    "block": ("阻止", "bad"),
    "warn": ("提醒", "warn"),
    "notify": ("通知", "open"),
    "record": ("记录", ""),
    "value": ("参数", ""),
    "office": ("岗位与权限", ""),
    "human": ("人工决定", "plan"),
}


def effect_words(rule: Rule) -> str:
    """What happens, and who may let an exception pass."""
    if rule.effect is None:
        return ""
    if rule.decider:
        return f"可由{rule.decider}批准例外"
    return {"block": "不能例外", "notify": "通知经办人", "record": "记下，不阻止"}[rule.effect]


def value_words(rule: Rule) -> str:
    """The value with its unit; "" where the rule has none."""
    if rule.value is None:
        return ""
    if ".route." in rule.key:
        return " → ".join(f"{WORDS[step['at']]}{ROLES[step['role']]}" for step in rule.value)
    if rule.key.endswith("papers"):
        return _papers(rule.value)
    words = _words(rule.value)
    return f"{words} {rule.unit}" if rule.unit else words


def _papers(value: Any) -> str:
    if isinstance(value, Mapping):
        cases = [f"{_case(code)}：{_papers(groups)}" for code, groups in value.items()]
        return "；".join(cases) or "不要求材料"
    return "、".join(named(group) for group in value) or "不要求材料"


def _case(code: str) -> str:
    """In which case papers are asked for: a grade, or how far a pupil goes."""
    return grade_name(int(code)) if code.isdigit() else WORDS[code]


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(_words(item) for item in value)
    if isinstance(value, Mapping):
        return _table(value)
    return WORDS.get(value) or ROLES.get(value, str(value))


def _table(value: Mapping[str, Any]) -> str:
    if set(value) == {"month", "day"}:
        return f"{value['month']} 月 {value['day']} 日"
    if set(value) == {"prefix", "digits"}:
        return f"「{value['prefix']}」加 {value['digits']} 位序号"
    if "places" in value:
        return "，".join(_digits(value))
    if all(isinstance(item, str) and not item.isascii() for item in value.values()):
        return "、".join(value.values())  # codes with the words a text uses for them
    return "；".join(f"{_words(code)}：{_words(item)}" for code, item in value.items())


def _digits(value: Mapping[str, Any]):
    """Places of the register number, and what stands there."""
    first, last = value["places"]
    yield f"第 {first} 位" if first == last else f"第 {first}—{last} 位"
    if "code" in value:
        yield f"代码 {value['code']}"
    if "codes" in value:
        codes = [f"{WORDS.get(code, code)} {digit}" for code, digit in value["codes"].items()]
        yield "、".join(codes) or "各类代码由本县设定"
    if "first" in value:
        width = last - first + 1
        yield f"从 {value['first']:0{width}d} 编到 {value['last']:0{width}d}"
