"""Whether a register number is right and who may issue it: each clause by one function.

Pure. The codes of prefecture, county, school and category come from the caller's tables; a code
that the rule set itself states goes before the table.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from xueji.rules.engine import Finding, Rules, judges

Findings = Iterator[Finding]
OFFICES = {"centre": "中心校", "county": "教育局", "authority": "学籍主管部门"}
UNREGISTERED = "请先由教育局登记代码，再编号"


@dataclass(frozen=True, kw_only=True)
class NumberFacts:
    """A register number and what it ought to be made of; "" is a code nobody has entered.

    ``last`` is the highest serial issued in the series and ``voids`` its open holes; ``last`` is
    None for a number taken over from elsewhere, which need not follow on.
    """

    number: str
    prefecture_code: str
    county_code: str
    entry_year: int
    school_code: str
    stage: str
    category_code: str
    last: int | None = None
    voids: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class AllocationFacts:
    """Which of the school's offices is about to issue; offices are told apart by their ids."""

    school_area: str
    stage: str
    offices: Mapping[str, int]  # ``centre``, ``county`` and ``authority`` of the school
    acting_at: int


def allocator(*, school_area: str, stage: str, rules: Rules) -> str:
    """``centre``, ``county`` or ``authority``: the office that issues for this school and stage."""
    key = (
        "township_primary" if is_township_primary(school_area=school_area, stage=stage) else "other"
    )
    return rules.value("numbering.allocator")[key]


@judges("numbering.allocator")
def may_allocate(facts: AllocationFacts, rules: Rules) -> Findings:
    """The clause speaks of townships; who issues for the others is the county's own setting."""
    named = allocator(school_area=facts.school_area, stage=facts.stage, rules=rules)
    if facts.acting_at == facts.offices[named]:
        return
    office = OFFICES[named]
    finding = rules.finding(
        "numbering.allocator",
        field="",
        message=f"本校学籍号由{office}统一编排，当前岗位不能编号",
        remedy=f"请由{office}的学籍岗位办理",
    )
    is_told = is_township_primary(school_area=facts.school_area, stage=facts.stage)
    yield finding if is_told else replace(finding, clauses=())


def is_township_primary(*, school_area: str, stage: str) -> bool:
    """Whether the clause about the allocator speaks of this school and stage."""
    return school_area == "township" and stage == "primary"


@judges("number.length")
def length(facts: NumberFacts, rules: Rules) -> Findings:
    digits = rules.value("number.length")
    if not _well_formed(facts, rules):
        yield rules.finding(
            "number.length",
            field="number",
            message=f"学籍号 {facts.number} 不是 {digits} 位数字（现有 {len(facts.number)} 位）",
            remedy="请核对是否多位、漏位或夹有其他字符",
        )


@judges("number.prefecture")
def prefecture(facts: NumberFacts, rules: Rules) -> Findings:
    code = rules.value("number.prefecture").get("code", facts.prefecture_code)
    yield from _part("number.prefecture", facts, rules, name="市代码", expected=code)


@judges("number.county")
def county(facts: NumberFacts, rules: Rules) -> Findings:
    code = rules.value("number.county").get("code", facts.county_code)
    yield from _part("number.county", facts, rules, name="县（区）代码", expected=code)


@judges("number.entry_year")
def entry_year(facts: NumberFacts, rules: Rules) -> Findings:
    code = f"{facts.entry_year % 100:02d}"
    yield from _part("number.entry_year", facts, rules, name="入学年份代码", expected=code)


@judges("number.school")
def school(facts: NumberFacts, rules: Rules) -> Findings:
    yield from _part("number.school", facts, rules, name="学校代码", expected=facts.school_code)


@judges("number.category")
def category(facts: NumberFacts, rules: Rules) -> Findings:
    code = rules.value("number.category")["codes"].get(facts.stage, facts.category_code)
    yield from _part("number.category", facts, rules, name="学校类别代码", expected=code)


@judges("number.serial")
def serial(facts: NumberFacts, rules: Rules) -> Findings:
    value = rules.value("number.serial")
    if facts.last is not None and facts.last >= value["last"] and not facts.voids:
        yield rules.finding(
            "number.serial",
            field="number",
            message=f"本校本级学生代码已编到 {value['last']}，无号可编",
            remedy="请报教育局处理",
        )
    elif (
        _well_formed(facts, rules) and int(_digits("number.serial", facts, rules)) < value["first"]
    ):
        yield rules.finding(
            "number.serial",
            field="number",
            message=f"学生代码从 {value['first']:04d} 开始编排，不能是 0000",
            remedy="请核对末四位",
        )


@judges("number.continuous")
def continuous(facts: NumberFacts, rules: Rules) -> Findings:
    """The next serial is the last one plus one, or fills a void of the series."""
    if facts.last is None or not _well_formed(facts, rules):
        return
    given = int(_digits("number.serial", facts, rules))
    if given != facts.last + 1 and given not in facts.voids:
        yield rules.finding(
            "number.continuous",
            field="number",
            message=f"学籍号须连续编排：已编到 {facts.last:04d}，不能编 {given:04d}",
            remedy=f"下一个应为 {facts.last + 1:04d}，请由系统编号",
        )


def _well_formed(facts: NumberFacts, rules: Rules) -> bool:
    number = facts.number
    return len(number) == rules.value("number.length") and number.isascii() and number.isdigit()


def _digits(key: str, facts: NumberFacts, rules: Rules) -> str:
    first, last = rules.value(key)["places"]
    return facts.number[first - 1 : last]


def _part(key: str, facts: NumberFacts, rules: Rules, *, name: str, expected: str) -> Findings:
    """The digits at the part's places against the code they should show."""
    if not expected:
        message, remedy = f"尚未登记本校的{name}，不能编号", UNREGISTERED
    elif _well_formed(facts, rules) and _digits(key, facts, rules) != expected:
        digits = _digits(key, facts, rules)
        message, remedy = f"学籍号中的{name}是 {digits}，应为 {expected}", "请核对学籍号"
    else:
        return
    yield rules.finding(key, field="number", message=message, remedy=remedy)
