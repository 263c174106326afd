"""What is in force for a rule set on a day, and the judgement of facts by it. Pure: no queries.

    rules = rule_set("qianan").at(date(2026, 9, 1))
    rules.value("entry.age")                  # 6; NoSuchValue where no set of the chain says
    judge("entry", facts, rules)              # every finding of the group, in order of the text

A rule's function is registered once, ``@judges("entry.papers")``, takes facts and rules, and
yields ``rules.finding("entry.papers", …)``. A function that sums up what the others found is
registered by ``@concludes`` and gets their findings as a third argument.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from xueji.rules import files
from xueji.rules.clauses import Clause, cite
from xueji.rules.files import Effect, Layer
from xueji.rules.inheritance import Rule, in_force


class NoSuchValue(KeyError):
    """No set of the chain has a version of the key in force on the day."""


@dataclass(frozen=True)
class Finding:
    """What a rule has to say about one set of facts.

    ``pending`` (待核): the facts do not suffice to judge. It stops nothing and is shown to
    whoever decides.
    """

    key: str
    effect: Effect
    field: str
    message: str
    remedy: str
    grant: str
    clauses: tuple[Clause, ...]
    pending: bool = False

    @property
    def citation(self) -> str:
        return cite(self.key, self.clauses)


class Rules:
    """All entries in force for one rule set on one day."""

    def __init__(self, name: str, on: date, entries: Mapping[str, Rule]):
        self.name = name
        self.on = on
        self._entries = entries

    def __iter__(self) -> Iterator[Rule]:
        """The entries in force, in the order of the files, highest set first."""
        return iter(self._entries.values())

    def has(self, key: str) -> bool:
        return key in self._entries

    def rule(self, key: str) -> Rule:
        try:
            return self._entries[key]
        except KeyError:
            raise NoSuchValue(f"{key}: not in {self.name} on {self.on}") from None

    def value(self, key: str) -> Any:
        return self.rule(key).value

    def get(self, key: str, default: Any = None) -> Any:
        return self._entries[key].value if key in self._entries else default

    @cached_property
    def digest(self) -> str:
        """SHA-256 over every effect, grant and value in force; wording and titles left out."""
        judged_by = {rule.key: [rule.effect, rule.grant, rule.value] for rule in self}
        text = json.dumps(judged_by, sort_keys=True, ensure_ascii=False, default=dict)
        return hashlib.sha256(text.encode()).hexdigest()

    def finding(
        self,
        key: str,
        *,
        field: str,
        message: str,
        remedy: str,
        effect: Effect | None = None,
        pending: bool = False,
    ) -> Finding:
        """A finding of the rule ``key``; ``effect`` may only be milder than the rule's own."""
        rule = self.rule(key)
        if rule.effect is None:
            raise ValueError(f"{key} is a value and finds nothing")
        told = Effect.RECORD if pending else effect or rule.effect
        if told.severity > rule.severity:
            raise ValueError(f"{key}: {told} is stricter than the rule's {rule.effect}")
        return Finding(
            key=key,
            effect=told,
            field=field,
            message=message,
            remedy=remedy,
            grant=rule.grant if told == Effect.WARN else "",
            clauses=rule.clauses,
            pending=pending,
        )


class RuleSet:
    """A rule set with all it inherits: national > province > county > school."""

    def __init__(self, layers: tuple[Layer, ...]):
        self.layers = layers
        self.name, self.title, self.level = layers[-1].name, layers[-1].title, layers[-1].level

    def at(self, on: date) -> Rules:
        """What is in force on the day; computed once per day asked for."""
        return _at(self, on)

    @cached_property
    def parent(self) -> "RuleSet | None":
        """The set this one inherits from."""
        return RuleSet(self.layers[:-1]) if len(self.layers) > 1 else None

    def above(self, rule: Rule, on: date) -> Rule | None:
        """What was in force on the day without the set that decided ``rule``."""
        deciding: RuleSet | None = self
        while deciding and deciding.name != rule.set_name:
            deciding = deciding.parent
        upper = deciding.parent.at(on) if deciding and deciding.parent else None
        return upper.rule(rule.key) if upper and upper.has(rule.key) else None


@lru_cache(maxsize=256)
def _at(of: RuleSet, on: date) -> Rules:
    return Rules(of.name, on, in_force(of.layers, on))


@lru_cache(maxsize=64)
def rule_set(name: str) -> RuleSet:
    """The rule set, read once per process. `files.Malformed` when there is no such set."""
    return RuleSet(files.chain(name))


Judge = Callable[[Any, Rules], Iterable[Finding]]
Conclusion = Callable[[Any, Rules, tuple[Finding, ...]], Iterable[Finding]]

_judges: dict[str, Judge] = {}
_conclusions: dict[str, Conclusion] = {}


def judged() -> frozenset[str]:
    """The keys that have a function."""
    return frozenset(_judges) | frozenset(_conclusions)


def judge_of(key: str) -> str:
    """Where ``key`` is judged, ``enrollment.rules.admission.underage``, or "" for a value."""
    function = _judges.get(key) or _conclusions.get(key)
    return f"{function.__module__}.{function.__qualname__}" if function else ""


def judges(key: str) -> Callable[[Judge], Judge]:
    """Register the one function that judges ``key``."""

    def register(function: Judge) -> Judge:
        _refuse_a_second(key)
        _judges[key] = function
        _of.cache_clear()
        return function

    return register


def concludes(key: str) -> Callable[[Conclusion], Conclusion]:
    """Register the one function that judges ``key`` by what the others of its group found."""

    def register(function: Conclusion) -> Conclusion:
        _refuse_a_second(key)
        _conclusions[key] = function
        _of.cache_clear()
        return function

    return register


def _refuse_a_second(key: str) -> None:
    if key in judged():
        raise ValueError(f"{key} has a function already")


def judge(group: str, facts: Any, rules: Rules) -> list[Finding]:
    """What every rule ``group.…`` in force finds in ``facts``, in order of registration."""
    found: list[Finding] = []
    judging, concluding = _of(group, rules)
    for function in judging:
        found += function(facts, rules)
    for conclusion in concluding:
        found += conclusion(facts, rules, tuple(found))
    return found


def judge_by(keys: Iterable[str], facts: Any, rules: Rules) -> list[Finding]:
    """What those rules alone find that are in force, where no group of them is asked as a whole."""
    return [finding for key in keys if rules.has(key) for finding in _judges[key](facts, rules)]


@lru_cache(maxsize=256)  # an intake asks the same ten thousand times
def _of(group: str, rules: Rules) -> tuple[list[Judge], list[Conclusion]]:
    """The functions of the group's rules in force."""

    def asked(key: str) -> bool:
        return key.startswith(f"{group}.") and rules.has(key)

    return (
        [function for key, function in _judges.items() if asked(key)],
        [function for key, function in _conclusions.items() if asked(key)],
    )
