"""Which papers each side asks for, and the number by which the national register knows a pupil."""

from collections.abc import Iterable, Mapping

from transfers.rules import pupil
from transfers.rules.conditions import TransferFacts
from transfers.rules.pupil import Findings
from xueji.rules.engine import Rules, judges

# in the order of the form; the last two list theirs by direction and by grade
LISTS = (
    "transfer.papers",
    "transfer.arriving.papers",
    "transfer.outside.papers",
    "transfer.grade.papers",
)
FROM_OUTSIDE = "from_outside"
# what the form of each side offers to tick before anything was found lacking
OF_LEAVER = ("transfer.papers", "transfer.outside.papers", "transfer.grade.papers")
OF_TAKER = LISTS
# what the side that the pupil comes into asks beside the one that lets go
OF_RECEIVER = frozenset(LISTS)
ONLY_OF_RECEIVER = "transfer.arriving."


@judges("transfer.papers")
def papers(facts: TransferFacts, rules: Rules) -> Findings:
    remedy = "请监护人提供转入学校所在地的原件，看过后勾选"
    demanded = rules.value("transfer.papers")
    return pupil.papers("transfer.papers", demanded, facts.papers, rules, remedy=remedy)


@judges("transfer.arriving.papers")
def arriving(facts: TransferFacts, rules: Rules) -> Findings:
    key = "transfer.arriving.papers"
    remedy = "转入学校执行的制度要求这些材料，请监护人提供原件，看过后勾选"
    return pupil.papers(key, rules.value(key), facts.papers, rules, remedy=remedy)


@judges("transfer.outside.papers")
def outside(facts: TransferFacts, rules: Rules) -> Findings:
    key = "transfer.outside.papers"
    demanded = rules.value(key).get(facts.direction, ())
    remedy = "系统以外的学校和主管部门不在本系统签署，请监护人交来盖好章的原件，看过后勾选"
    return pupil.papers(key, demanded, facts.papers, rules, remedy=remedy)


@judges("transfer.grade.papers")
def of_grade(facts: TransferFacts, rules: Rules) -> Findings:
    key = "transfer.grade.papers"
    demanded = rules.value(key).get(str(facts.grade), ())
    remedy = "请向原学校索取，看过原件后勾选"
    return pupil.papers(key, demanded, facts.papers, rules, remedy=remedy)


@judges("transfer.national_number")
def national_number(facts: TransferFacts, rules: Rules) -> Findings:
    if facts.direction == FROM_OUTSIDE and not facts.has_national_number:
        yield rules.finding(
            "transfer.national_number",
            field="national_number",
            message="外地转入，还没有填全国学籍号",
            remedy="请照转学表、原学校的学生基本信息表填写",
        )


def asked_for(rules: Rules, keys: Iterable[str]) -> list[str]:
    """Codes of every paper that these lists may ask for, whatever the direction and grade."""
    found: dict[str, None] = {}
    for key in keys:
        value = rules.get(key, ())
        lists = value.values() if isinstance(value, Mapping) else (value,)
        found |= dict.fromkeys(code for groups in lists for group in groups for code in group)
    return list(found)
