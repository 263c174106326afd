"""Whether those named as parents can be: by what their ID numbers say."""

from collections.abc import Iterator

from enrollment.rules.facts import EntryFacts, months_old
from xueji.identity import codes
from xueji.rules.engine import Finding, Rules, judges

Findings = Iterator[Finding]


@judges("entry.parent_age")
def parent_age(facts: EntryFacts, rules: Rules) -> Findings:
    """Born after the child is no matter of likelihood: the number itself is refused."""
    rule = rules.rule("entry.parent_age")
    for parent in facts.parents:
        months = months_old(parent.birth_date, facts.birth_date) if facts.birth_date else -1
        if 0 <= months < rule.value * 12:
            yield rules.finding(
                "entry.parent_age",
                field=parent.field,
                message=f"{codes.RELATION[parent.relation]}的身份证件号说明，学生出生时"
                f"才 {months // 12} 岁，不满 {rule.value} 周岁",
                remedy=f"请核对这名成员的证件号和关系。确实如此的，{rule.exception or '不设例外'}",
            )


@judges("entry.parent_sex")
def parent_sex(facts: EntryFacts, rules: Rules) -> Findings:
    rule = rules.rule("entry.parent_sex")
    for parent in facts.parents:
        if parent.sex != parent.relation:
            yield rules.finding(
                "entry.parent_sex",
                field=parent.field,
                message=f"关系是{codes.RELATION[parent.relation]}，"
                f"身份证件号却是{codes.SEX[parent.sex]}性的",
                remedy=f"请核对这名成员的证件号和关系。确实如此的，{rule.exception or '不设例外'}",
            )
