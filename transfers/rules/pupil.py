"""What transfer and borrowed study ask alike of a pupil, each decided here for both."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from xueji.rules.engine import Finding, Rules
from xueji.rules.papers import Group, missing, named

Findings = Iterator[Finding]
SUSPENDED = "suspended"


class Facts(Protocol):
    @property
    def status(self) -> tuple[str, str]: ...
    @property
    def grade(self) -> int: ...
    @property
    def grade_after(self) -> int | None: ...
    @property
    def term_day(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Words:
    """How one of the two acts speaks: the field that names the pupil, the act, who prepares it."""

    field: str
    act: str
    away: str  # what nobody may do while suspended
    first: str  # who is to do what before


def status(key: str, words: Words, facts: Facts, rules: Rules) -> Findings:
    """Suspension has a rule of its own."""
    code, word = facts.status
    if code != SUSPENDED and code not in rules.value(key):
        yield rules.finding(
            key,
            field=words.field,
            message=f"该生现在的学籍状态是“{word}”，不能{words.act}",
            remedy=f"{words.first}，再办{words.act}",
        )


def suspended(key: str, words: Words, facts: Facts, rules: Rules) -> Findings:
    if facts.status[0] == SUSPENDED:
        yield rules.finding(
            key,
            field=words.field,
            message=f"该生正在休学，休学期间不能{words.away}",
            remedy=f"休学期满，办好复学以后再办{words.act}",
        )


def grade(key: str, words: Words, facts: Facts, rules: Rules) -> Findings:
    """No grade stands against it while no class is named."""
    if facts.grade_after not in (None, facts.grade):
        yield rules.finding(
            key,
            field="school_class",
            message=f"所选班级不是该生所在年级的班，{words.act}不变更年级",
            remedy="请另选本年级的班",
        )


def start_of_term(
    key: str,
    facts: Facts,
    rules: Rules,
    *,
    days: int,
    field: str,
    remedy: str,
    day: str = "提交日",
) -> Findings:
    """Within so many days of a term, its first day being day 1; ``day`` says which is judged.

    It is read by those who sign on later days too: no word of it says today.
    """
    if facts.term_day is None:
        yield rules.finding(
            key,
            field=field,
            message="本县校历里没有已开学的学期，不能判断是不是在学期初",
            remedy="由审批的人判断",
            pending=True,
        )
    elif facts.term_day > days:
        yield rules.finding(
            key,
            field=field,
            message=f"{day}是开学第 {facts.term_day} 天，已过学期初 {days} 天",
            remedy=remedy,
        )


def papers(
    key: str, demanded: Iterable[Group], seen: frozenset[str], rules: Rules, *, remedy: str
) -> Findings:
    """Of each group one original must have been seen."""
    if lacking := missing(demanded, seen):
        yield rules.finding(
            key,
            field="papers",
            message="缺" + "、".join(named(group) for group in lacking),
            remedy=remedy,
        )
