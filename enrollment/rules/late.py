"""Whether a child may come later (缓学), and what is told when the child comes."""

from collections.abc import Iterator
from datetime import date, timedelta

from enrollment.rules.facts import EntryFacts, cutoff, months_old
from xueji.rules.engine import Finding, Rules, judges
from xueji.rules.papers import missing, named

Findings = Iterator[Finding]
HEALTH = "health"


def latest(since: date, rules: Rules) -> date:
    """The last day that one deferral may name."""
    months = since.month - 1 + int(rules.value("entry.late.until"))
    first = since.replace(day=1, month=months % 12 + 1, year=since.year + months // 12)
    return first + timedelta(days=since.day - 1)


@judges("entry.late.reason")
def reason(facts: EntryFacts, rules: Rules) -> Findings:
    if (
        facts.late
        and facts.late.reason
        and facts.late.reason not in rules.value("entry.late.reason")
    ):
        yield rules.finding(
            "entry.late.reason",
            field="late_reason",
            message="缓学的原因不是身体状况",
            remedy=f"请核对原因。{rules.rule('entry.late.reason').exception or '不设例外'}",
        )


@judges("entry.late_papers")
def late_papers(facts: EntryFacts, rules: Rules) -> Findings:
    """Papers prove the state of health; another reason is granted, not proven by them."""
    if facts.late is None or facts.late.reason != HEALTH:
        return
    if lacking := missing(rules.value("entry.late_papers"), facts.papers):
        yield rules.finding(
            "entry.late_papers",
            field="papers",
            message="缺" + "、".join(named(group) for group in lacking),
            remedy="看过原件后勾选",
        )


@judges("entry.late.age")
def late_age(facts: EntryFacts, rules: Rules) -> Findings:
    """Whoever is not yet of age owes no entry that could be deferred."""
    if facts.late is None or facts.birth_date is None:
        return
    day, years = cutoff(facts.entry_year, rules), rules.value("entry.age")
    if months_old(facts.birth_date, day) < years * 12:
        yield rules.finding(
            "entry.late.age",
            field="birth_date",
            message=f"到 {day.year} 年 {day.month} 月 {day.day} 日不足 {years} 周岁，"
            "今年不到入学年龄",
            remedy="不需要办理缓学，到入学年龄再入学；请核对证件号和出生日期",
        )


@judges("entry.late.until")
def late_until(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.late is None or facts.late.until is None:
        return
    until, last = facts.late.until, latest(facts.late.since, rules)
    if facts.late.today < until <= last:
        return
    why = f"缓学到 {until}，" + ("这一天已经过去" if until <= facts.late.today else "时间太长")
    yield rules.finding(
        "entry.late.until",
        field="until",
        message=why,
        remedy=f"请填今天以后、不晚于 {last} 的日期；到期还不能入学的，再申请续缓",
    )


@judges("entry.late.back")
def back(facts: EntryFacts, rules: Rules) -> Findings:
    if facts.deferred_until and facts.late is None:
        yield rules.finding(
            "entry.late.back",
            field="id_number",
            message=f"缓学学生（缓学到 {facts.deferred_until}）现在入学",
            remedy="沿用缓学时的登记，不另建；核准建籍后缓学结束",
        )
