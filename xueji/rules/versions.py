"""Every version that any set gives a key: the history of a rule, before inheritance."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xueji.rules import files
from xueji.rules.engine import rule_set
from xueji.rules.files import Entry, Layer
from xueji.rules.inheritance import Rule, as_written


@dataclass(frozen=True)
class Dated:
    """What one set says of a key ``rule.since`` a day, and the day its next version begins."""

    rule: Rule
    until: date | None


@lru_cache(maxsize=1)
def layers() -> tuple[Layer, ...]:
    """Every set once, higher ones first."""
    chains = [rule_set(name).layers for name in files.names()]
    return tuple(
        chain[-1] for chain in sorted(chains, key=lambda chain: (len(chain), chain[-1].name))
    )


def declaration(key: str) -> Entry | None:
    """The entry that says what the key is; None for a key of no set."""
    entries = (layer.entries.get(key) for layer in layers())
    return next((entry for entry in entries if entry and entry.declares), None)


def history(key: str) -> list[Dated]:
    """All versions of the key: newest first, on one day the lower set before the higher."""
    said = declaration(key)
    if said is None:
        return []
    found = []
    for layer in reversed(layers()):
        clauses = {
            c: clause
            for upper in rule_set(layer.name).layers
            for c, clause in upper.clauses.items()
        }
        versions = layer.entries[key].versions if key in layer.entries else ()
        ends = (*(version.since for version in versions[1:]), None)
        for version, until in zip(versions, ends, strict=False):
            found.append(Dated(as_written(said, version, layer, clauses), until))
    return sorted(found, key=lambda dated: dated.rule.since, reverse=True)


@lru_cache(maxsize=1)
def titles_of_warnings() -> dict[str, str]:
    """Key → title of every rule to which exceptions may be or once could be granted."""
    keys = {
        key: None
        for layer in layers()
        for key, entry in layer.entries.items()
        if any(version.grant for version in entry.versions)
    }
    return {key: said.title for key in keys if (said := declaration(key))}
