"""Whether a row about an existing pupil agrees with itself: grade, entry year, register number."""

from collections.abc import Iterator
from dataclasses import dataclass

from xueji.rules.engine import Finding, Rules, judges

Findings = Iterator[Finding]


@dataclass(frozen=True, kw_only=True)
class TakeoverFacts:
    """``due`` is the year in which those entered who are in the grade now."""

    grade: str
    entry_year: int
    due: int
    is_first: bool  # of this school year's entrants, who may still wait for their numbers
    has_number: bool


@judges("takeover.grade")
def grade(facts: TakeoverFacts, rules: Rules) -> Findings:
    if facts.entry_year != facts.due:
        yield rules.finding(
            "takeover.grade",
            field="entry_year",
            message=f"{facts.entry_year} 年入学的现在不在{facts.grade}：应是 {facts.due} 年入学",
            remedy="请核对年级和入学年份。确属留级、跳级、休学后复学的，"
            f"{rules.rule('takeover.grade').exception or '不设例外'}",
        )


@judges("takeover.number")
def number(facts: TakeoverFacts, rules: Rules) -> Findings:
    """Whoever came this year may wait for a number; everybody else has had one."""
    if not (facts.has_number or facts.is_first):
        yield rules.finding(
            "takeover.number",
            field="number",
            message=f"没有学籍号：{facts.entry_year} 年入学的学生应已编号",
            remedy="请照学籍卡补填原来的学籍号",
        )
