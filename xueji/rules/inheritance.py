"""Which text decides a key on a day: the lowest where the matter is local, and where it is a
floor the strictest, so that no lower set can widen what a higher one says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from xueji.rules.clauses import Clause, cite
from xueji.rules.files import Effect, Entry, Layer, Version

# The office that decides where a rule names the role (例外由谁决定).
DECIDERS = {
    "clerk": "学校",
    "principal": "学校",
    "centre_officer": "中心校",
    "county_officer": "教育局",
    "county_head": "教育局",
    "prefecture_officer": "市教育局",
    "province_officer": "省教育厅",
}


@dataclass(frozen=True)
class Rule:
    """An entry in force: the value after inheritance and the set whose text decided it."""

    key: str
    title: str
    kind: str
    scope: str
    effect: Effect | None
    grant: str
    value: Any
    clauses: tuple[Clause, ...]
    since: date
    set_name: str
    set_title: str
    unit: str

    @property
    def citation(self) -> str:
        return cite(self.key, self.clauses)

    @property
    def severity(self) -> int:
        return self.effect.severity if self.effect else -1

    @property
    def decider(self) -> str:
        """The office that may grant an exception, or "" where nobody may."""
        return DECIDERS.get(self.grant, "")

    @property
    def exception(self) -> str:
        """The remedy that names who decides an exception, or "" where nobody may."""
        if not self.decider:
            return ""
        bound = "" if self.decider == "学校" else "；学校不能自行放行"
        return f"可申请例外，由{self.decider}决定{bound}"


def in_force(layers: Sequence[Layer], on: date) -> dict[str, Rule]:
    """Every key of the chain (highest set first) that has a version on the day."""
    declared: dict[str, Entry] = {}
    clauses: dict[str, Clause] = {}
    rules: dict[str, Rule] = {}
    for layer in layers:
        clauses |= layer.clauses
        for key, entry in layer.entries.items():
            declaration = declared.setdefault(key, entry)
            if version := entry.on(on):
                own = as_written(declaration, version, layer, clauses)
                if declaration.scope == "floor" and key in rules:
                    own = narrowed(rules[key], own, declaration.narrows)
                rules[key] = own
    return rules


def as_written(
    declaration: Entry, version: Version, layer: Layer, clauses: dict[str, Clause]
) -> Rule:
    """The rule as one version of one set has it, whatever the others say."""
    return Rule(
        key=declaration.key,
        title=declaration.title,
        kind=declaration.kind,
        scope=declaration.scope,
        effect=version.effect,
        grant=version.grant,
        value=version.value,
        clauses=tuple(clauses[clause] for clause in version.clauses),
        since=version.since,
        set_name=layer.name,
        set_title=layer.title,
        unit=declaration.unit,
    )


def narrowed(upper: Rule, lower: Rule, narrows: str) -> Rule:
    """A floor entry below another: the stricter effect, and never a wider value.

    Where the lower text adds nothing, the upper one goes on deciding and being cited.
    """
    value = narrower(upper.value, lower.value, narrows)
    stricter = lower.severity > upper.severity
    if value == upper.value and not stricter:
        return upper
    decides = lower if stricter else upper
    alone = value == lower.value and lower.severity >= upper.severity
    return replace(
        lower,
        effect=decides.effect,
        grant=decides.grant,
        value=value,
        clauses=lower.clauses if alone else (*upper.clauses, *lower.clauses),
    )


def narrower(upper: Any, lower: Any, narrows: str) -> Any:
    """The value that satisfies both texts, in the direction that the entry declares.

    ``max`` and ``min``: the value is an upper or lower limit; ``subset``: it lists what is
    allowed; ``superset``: what is demanded. A set that gives no value leaves it to the other.
    """
    if lower is None or not narrows:
        return upper
    if upper is None:
        return lower
    if narrows == "max":
        return min(upper, lower)
    if narrows == "min":
        return max(upper, lower)
    if narrows == "superset":
        return (*upper, *(item for item in lower if item not in upper))
    if isinstance(upper, tuple):
        return tuple(item for item in upper if item in lower)
    return MappingProxyType({key: item for key, item in upper.items() if key in lower})
