"""Whether a reward or sanction can be recorded or revoked: values of the rule set, no queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from xueji.conduct.models import Kind
from xueji.identity.problems import Problem
from xueji.rules.engine import Rules

NAMES = {Kind.REWARD: "conduct.rewards", Kind.SANCTION: "conduct.sanctions"}
UNNAMED = "其他"
UNDER_PROOF = "登记的内容以证明材料为准，材料要存入学籍档案"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is said of one reward or sanction."""

    kind: str
    level: str
    name: str
    text: str
    unit: str
    paper_number: str
    given_on: date


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """What is said of the end of a sanction."""

    on: date
    paper_number: str


def judge_entry(
    entry: Entry, *, born: date, has_proof: bool, rules: Rules, today: date
) -> Iterator[Problem]:
    """Everything that is wrong with what was typed."""
    yield from _listed("level", "级别", entry.level, "conduct.levels", rules)
    yield from _listed("name", Kind(entry.kind).label, entry.name, NAMES[Kind(entry.kind)], rules)
    if entry.name.startswith(UNNAMED) and not entry.text:
        yield Problem(
            "unnamed",
            f"名称选了“{entry.name}”，没有写是什么。",
            "请在「具体名称」里照证明材料写全称。",
            field="text",
        )
    if entry.given_on > today:
        yield _in_future("given_on", entry.given_on)
    if entry.given_on < born:
        yield Problem(
            "before_birth",
            f"{entry.given_on} 早于该生的出生日期。",
            "请照证明材料上的日期改正；证明材料是别人的，请登记到那名学生。",
            field="given_on",
        )
    yield from _proof(has_proof, rules)


def judge_revocation(
    said: Revocation, *, given_on: date, has_proof: bool, rules: Rules, today: date
) -> Iterator[Problem]:
    """Everything that is wrong with the end of a sanction."""
    if said.on > today:
        yield _in_future("on", said.on)
    if said.on < given_on:
        yield Problem(
            "before_given",
            f"撤销日期 {said.on} 早于处分日期 {given_on}。",
            "请照撤销决定上的日期改正；处分日期登记错了的，先作废这一条，再重新登记。",
            field="on",
        )
    yield from _proof(has_proof, rules)


def _listed(field: str, label: str, word: str, key: str, rules: Rules) -> Iterator[Problem]:
    rule = rules.rule(key)
    if word not in rule.value:
        yield Problem(
            "not_listed",
            f"{label}不在可选的范围内（{rule.citation}）。",
            f"请从这些里选一个：{'、'.join(rule.value)}。",
            field=field,
        )


def _in_future(field: str, day: date) -> Problem:
    return Problem(
        "future",
        f"{day} 还没有到。",
        "请照证明材料填作出决定的日期，不晚于今天。",
        field=field,
    )


def _proof(has_proof: bool, rules: Rules) -> Iterator[Problem]:
    if needs_proof(rules) and not has_proof:
        yield no_proof(rules)


def needs_proof(rules: Rules) -> bool:
    """Whether nothing is recorded without a scan."""
    return bool(rules.value("conduct.proof"))


def no_proof(rules: Rules) -> Problem:
    """That the scan is missing."""
    return Problem(
        "no_proof",
        f"没有选证明材料。{UNDER_PROOF}（{rules.rule('conduct.proof').citation}）。",
        "请选表彰决定、证书、处分决定或撤销决定的扫描件。",
        field="file",
    )
