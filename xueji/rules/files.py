"""Reads a rule set from its folder: what comes back is well formed, or `Malformed` says where."""

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from xueji.rules.clauses import NOT_HELD, REACTIONS, Clause

DATA = Path(__file__).parent / "data"
KEY = re.compile(r"[a-z]+(\.[a-z_]+)+")
NARROWS = ("max", "min", "subset", "superset")
DECLARATION = {"title", "kind", "scope", "narrows", "unit"}
VERSION = {"from", "effect", "grant", "value", "clauses"}


class Malformed(ValueError):
    """A rule file that cannot be read as one; the message names file and entry."""


class Effect(StrEnum):
    """What a rule does, mildest first."""

    RECORD = "record"
    NOTIFY = "notify"
    WARN = "warn"
    BLOCK = "block"

    @property
    def severity(self) -> int:
        return list(Effect).index(self)

    @property
    def label(self) -> str:
        return {"record": "记录", "notify": "通知", "warn": "提醒", "block": "阻止"}[self]


@dataclass(frozen=True)
class Version:
    """What an entry says from ``since`` on, until the next version."""

    since: date
    effect: Effect | None
    grant: str
    value: Any
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One key in one set. ``title`` … ``unit`` are given by the highest set that has it."""

    key: str
    title: str
    kind: str
    scope: str
    narrows: str
    unit: str
    versions: tuple[Version, ...]

    @property
    def declares(self) -> bool:
        return bool(self.kind)

    def on(self, day: date) -> Version | None:
        """The newest version not after ``day``."""
        begun = [version for version in self.versions if version.since <= day]
        return max(begun, key=lambda version: version.since, default=None)


@dataclass(frozen=True)
class Layer:
    """The files of one rule set, without what it inherits."""

    name: str
    title: str
    level: str
    parent: str
    clauses: Mapping[str, Clause]
    entries: Mapping[str, Entry]


def names(root: Path = DATA) -> list[str]:
    """Every rule set there is a folder for."""
    return sorted(path.parent.name for path in root.glob("*/set.yaml"))


def chain(name: str, root: Path = DATA) -> tuple[Layer, ...]:
    """The set and all it inherits from, highest first."""
    layers: list[Layer] = []
    seen: set[str] = set()
    while name:
        if name in seen:
            raise Malformed(f"{name}: inherits from itself")
        seen.add(name)
        layers.insert(0, read(name, root))
        name = layers[0].parent
    return tuple(layers)


def read(name: str, root: Path = DATA) -> Layer:
    """The files of one set."""
    folder = root / name
    if not (folder / "set.yaml").is_file():
        raise Malformed(f"{name}: no such rule set")
    about = _load(folder / "set.yaml")
    if set(about) != {"title", "level", "parent"}:
        raise Malformed(f"{name}/set.yaml: has {sorted(about)}, needs level, parent, title")
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name not in {"set.yaml", "clauses.yaml"}:
            for key, raw in _load(path).items():
                where = f"{name}/{path.name} {key}"
                if key in entries:
                    raise Malformed(f"{where}: the key stands in two files")
                entries[key] = _entry(key, raw, where)
    return Layer(
        name=name,
        title=about["title"],
        level=about["level"],
        parent=about["parent"] or "",
        clauses=MappingProxyType(_clauses(folder / "clauses.yaml")),
        entries=MappingProxyType(entries),
    )


def _clauses(path: Path) -> dict[str, Clause]:
    clauses: dict[str, Clause] = {}
    for document in _load(path)["documents"] if path.is_file() else []:
        for clause, raw in document["clauses"].items():
            where = f"{path.parent.name}/clauses.yaml {clause}"
            if clause in clauses:
                raise Malformed(f"{where}: the clause stands there twice")
            said = set(raw) - {"reaction", "from", "how"}
            if said == {"place", "words"} and raw["words"]:
                words = raw["words"]
            elif said == {"place", "source"} and raw["source"] == NOT_HELD:
                words = ""
            else:
                raise Malformed(f"{where}: needs either words or 'source: {NOT_HELD}'")
            reaction, since = raw.get("reaction", ""), raw.get("from")
            if reaction and reaction not in REACTIONS:
                raise Malformed(f"{where}: no such reaction: {reaction}")
            if bool(reaction) != isinstance(since, date) or ("how" in raw and not reaction):
                raise Malformed(f"{where}: a reaction and a date go together, how with both")
            clauses[clause] = Clause(
                id=clause,
                document=document["title"],
                number=document.get("number", ""),
                place=raw["place"],
                words=words,
                level=document["level"],
                reaction=reaction,
                since=since,
                how=raw.get("how", ""),
            )
    return clauses


def _entry(key: str, raw: Any, where: str) -> Entry:
    if not KEY.fullmatch(key):
        raise Malformed(f"{where}: not a key")
    if unknown := set(raw) - DECLARATION - {"versions"}:
        raise Malformed(f"{where}: unknown {sorted(unknown)}")
    if not raw.get("versions"):
        raise Malformed(f"{where}: no versions")
    entry = Entry(
        key=key,
        title=raw.get("title", ""),
        kind=raw.get("kind", ""),
        scope=raw.get("scope", ""),
        narrows=raw.get("narrows", ""),
        unit=raw.get("unit", ""),
        versions=tuple(_version(version, where) for version in raw["versions"]),
    )
    if entry.declares or DECLARATION & set(raw):
        if entry.kind not in {"rule", "value"} or entry.scope not in {"floor", "local"}:
            raise Malformed(f"{where}: kind is rule or value, scope is floor or local")
        if not entry.title:
            raise Malformed(f"{where}: no title")
        if entry.narrows not in {"", *NARROWS}:
            raise Malformed(f"{where}: narrows is one of {', '.join(NARROWS)}")
    return entry


def _version(raw: Any, where: str) -> Version:
    if unknown := set(raw) - VERSION:
        raise Malformed(f"{where}: unknown {sorted(unknown)}")
    if not isinstance(raw.get("from"), date):
        raise Malformed(f"{where}: a version without a date")
    try:
        effect = Effect(raw["effect"]) if "effect" in raw else None
    except ValueError as wrong:
        raise Malformed(f"{where}: {wrong}") from None
    return Version(
        since=raw["from"],
        effect=effect,
        grant=raw.get("grant", ""),
        value=_frozen(raw.get("value"), where),
        clauses=tuple(raw.get("clauses", ())),
    )


def _frozen(value: Any, where: str) -> Any:
    """The value unchangeable: it is shared by every case judged on the same day."""
    if isinstance(value, dict):
        return MappingProxyType({key: _frozen(item, where) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(_frozen(item, where) for item in value)
    if value is None or isinstance(value, str | bool | int):
        return value
    raise Malformed(f"{where}: {value!r} is not text, a whole number or yes/no")


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key written twice instead of keeping the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise Malformed(f"{node.start_mark.name}: {sorted(map(str, twice))} written twice")
        return super().construct_mapping(node, deep)


def _load(path: Path) -> Any:
    with path.open(encoding="utf-8") as stream:
        try:
            loaded = yaml.load(stream, _Loader)  # noqa: S506 -- a SafeLoader that is stricter
        except yaml.YAMLError as wrong:
            raise Malformed(f"{path.parent.name}/{path.name}: {wrong}") from None
    if not isinstance(loaded, dict):
        raise Malformed(f"{path.parent.name}/{path.name}: not a mapping")
    return loaded
