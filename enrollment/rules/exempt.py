"""Whether a school takes a pupil who has a register elsewhere without transfer formalities.

Three exceptions of one clause, and of them at most one fits a receiving school: an ordinary one
takes a pupil of a special school into an ordinary class, a special one and a reform school take
anybody's.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xueji.rules.engine import Finding, Rules, judges
from xueji.rules.files import Effect
from xueji.rules.papers import missing, named

Findings = Iterator[Finding]
INCLUSION = "inclusion"
WAY = "请按规定办理转学手续"


@dataclass(frozen=True, kw_only=True)
class AdmissionFacts:
    """What the rules need to know of one pupil, the school that has the register, and the other.

    ``ground`` is the exception that the receiving school names. ``status`` is the code and the
    word of the register's state. ``teaches``: whether the receiving school has the pupil's grade;
    ``class_fits``: whether the class chosen is of that grade. ``papers`` were seen.
    """

    ground: str
    school_kind: str
    former_kind: str
    status: tuple[str, str]
    teaches: bool = True
    class_fits: bool = True
    papers: frozenset[str] = frozenset()


def exempt(school_kind: str, *, former_kind: str, rules: Rules) -> str:
    """The one exception by which the school takes the pupil, or ""."""
    if school_kind in rules.value("entry.exempt_kinds"):
        return school_kind
    return INCLUSION if (school_kind, former_kind) == ("ordinary", "special") else ""


def grounds(rules: Rules) -> Mapping[str, str]:
    """The exceptions in force, each in the words of the text of the day."""
    kinds = rules.value("entry.exempt_kinds")
    return {INCLUSION: "普通学校接收特殊学校学生随班就读", **kinds}


@judges("admission.ground")
def ground(facts: AdmissionFacts, rules: Rules) -> Findings:
    """The exception that is named must be the one that there is; then it is recorded."""
    told = grounds(rules)
    if facts.ground and facts.ground == exempt(
        facts.school_kind, former_kind=facts.former_kind, rules=rules
    ):
        yield rules.finding(
            "admission.ground",
            field="ground",
            message=f"属除外情形（{told[facts.ground]}），不办转学手续接收，原学籍转到本校",
            remedy="系统记录这一情形，学籍号不变",
            effect=Effect.RECORD,
        )
        return
    yield rules.finding("admission.ground", field="ground", message=_why(facts, told), remedy=WAY)


def _why(facts: AdmissionFacts, told: Mapping[str, str]) -> str:
    if facts.ground == INCLUSION and facts.school_kind == "ordinary":
        return "原学籍不在特殊教育学校，不属于随班就读的除外情形，未办转学手续不能接收"
    if facts.ground in told:
        return f"本校不属于“{told[facts.ground]}”的情形，未办转学手续不能接收"
    return "不属于三种除外情形，未办转学手续不能接收"


@judges("admission.status")
def status(facts: AdmissionFacts, rules: Rules) -> Findings:
    code, word = facts.status
    if code not in rules.value("admission.status"):
        yield rules.finding(
            "admission.status",
            field="id_number",
            message=f"该生现在的学籍状态是“{word}”，不能接收",
            remedy="请监护人先到原学校办好现在的事项（如复学），再办接收",
        )


@judges("admission.grade")
def grade(facts: AdmissionFacts, rules: Rules) -> Findings:
    """Which grade the pupil is in stays untold: the school asks the guardian."""
    if not facts.teaches:
        yield rules.finding(
            "admission.grade",
            field="school_class",
            message="本校没有该生所在的年级，接收不变更年级",
            remedy="请向监护人核对年级，由办有该年级的学校接收",
        )
    elif not facts.class_fits:
        yield rules.finding(
            "admission.grade",
            field="school_class",
            message="所选班级不是该生所在年级的班，接收不变更年级",
            remedy="请向监护人核对年级，另选班级",
        )


@judges("admission.inclusion.papers")
def inclusion_papers(facts: AdmissionFacts, rules: Rules) -> Findings:
    yield from _missing("inclusion", facts, rules)


@judges("admission.special.papers")
def special_papers(facts: AdmissionFacts, rules: Rules) -> Findings:
    yield from _missing("special", facts, rules)


@judges("admission.reform.papers")
def reform_papers(facts: AdmissionFacts, rules: Rules) -> Findings:
    yield from _missing("reform", facts, rules)


def _missing(of: str, facts: AdmissionFacts, rules: Rules) -> Findings:
    key = f"admission.{of}.papers"
    if facts.ground != of:
        return
    if lacking := missing(rules.value(key), facts.papers):
        yield rules.finding(
            key,
            field="papers",
            message="缺" + "、".join(named(group) for group in lacking),
            remedy="看过原件后勾选",
        )
