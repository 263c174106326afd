"""Whether a class has room: its size against what the rule set allows for the stage."""

from collections.abc import Iterator
from dataclasses import dataclass

from xueji.rules.engine import Finding, Rules, judges
from xueji.rules.files import Effect

Findings = Iterator[Finding]
STAGES = {"primary": "小学", "junior": "初中", "senior": "高中"}


@dataclass(frozen=True, kw_only=True)
class ClassFacts:
    """A class as it would be after the act.

    ``heads`` is its size: 在校 − 送教上门. ``granted`` is the size that the office named by the
    rule has agreed to for this class; 0 where nobody has.
    """

    name: str
    stage: str
    heads: int
    granted: int = 0


def most(*, stage: str, granted: int, rules: Rules) -> int | None:
    """The size up to which nothing is found; None where the rule set states none."""
    limit = rules.get("class.capacity", {}).get(stage)
    if limit is None:
        return None
    exceptional = rules.rule("class.capacity").effect == Effect.WARN
    return max(limit, granted) if exceptional else int(limit)


def stops(found: Finding) -> bool:
    """Whether the act is refused; a milder finding is told and recorded."""
    return found.effect in (Effect.WARN, Effect.BLOCK)


@judges("class.capacity")
def capacity(facts: ClassFacts, rules: Rules) -> Findings:
    allowed = most(stage=facts.stage, granted=facts.granted, rules=rules)
    if allowed is None or facts.heads <= allowed:
        return
    limit = rules.value("class.capacity")[facts.stage]
    what = "已同意的人数" if allowed > limit else f"{STAGES[facts.stage]}班额上限"
    yield rules.finding(
        "class.capacity",
        field="school_class",
        message=f"{facts.name}将有 {facts.heads} 人，超过{what} {allowed} 人",
        remedy=f"请选别的班，或增设班级。{rules.rule('class.capacity').exception or '不设例外'}",
    )
