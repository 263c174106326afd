"""Finds what is wrong with the rules themselves: entries, functions, tables, clauses.

Nothing here runs a rule. Test tables are found by reading the test files, never by importing
them: a test module names its tables in ``RULE_TABLES = {key: name of the parametrized test}``.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from xueji.rules import files
from xueji.rules.files import Effect, Entry, Layer, Malformed, Version
from xueji.rules.inheritance import DECIDERS
from xueji.rules.papers import PAPERS

TESTS = Path(__file__).parents[2] / "tests"
PLACES = {"school", "centre", "county", "authority", "province"} | {
    f"{side}_{place}" for side in ("out", "in") for place in ("school", "centre", "county")
}
PLACES |= {f"host_{place}" for place in ("school", "centre", "county", "authority")}
PLACES |= {"home_school", "home_authority", "in_authority"}
EXPRESSION = set("<>=(){}")


def faults(
    *, judged: Iterable[str], root: Path = files.DATA, tests: Path | None = TESTS
) -> list[str]:
    """Every fault, one sentence each. ``judged`` are the keys that have a function; ``tests`` is
    None or absent where the product runs without its tests."""
    try:
        chains = {name: files.chain(name, root) for name in files.names(root)}
    except Malformed as wrong:
        return [str(wrong)]
    if not chains:
        return [f"{root}: no rule sets"]
    layers = {layer.name: layer for chain in chains.values() for layer in chain}
    rules = {key for layer in layers.values() for key in _declared(layer, "rule")}
    found = [
        *_functions(rules, set(judged)),
        *(fault for chain in chains.values() for fault in _inheritance(chain)),
        *_clauses(layers, chains),
    ]
    for layer in layers.values():
        for entry in layer.entries.values():
            found += [f"{layer.name} {entry.key}: {fault}" for fault in _versions(entry)]
    if tests and tests.is_dir():
        found += _tables(rules, tests)
    return list(dict.fromkeys(found))


def _declared(layer: Layer, kind: str) -> set[str]:
    return {key for key, entry in layer.entries.items() if entry.kind == kind}


def _functions(rules: set[str], judged: set[str]) -> Iterator[str]:
    for key in sorted(rules - judged):
        yield f"{key}: a rule without a function"
    for key in sorted(judged - rules):
        yield f"{key}: a function without a rule"


def _versions(entry: Entry) -> Iterator[str]:
    dates = [version.since for version in entry.versions]
    if any(later <= earlier for earlier, later in zip(dates, dates[1:], strict=False)):
        yield "versions are not in order of their dates"
    for version in entry.versions:
        if version.grant and version.effect not in (Effect.WARN, Effect.BLOCK):
            yield "only what stops somebody has somebody who grants exceptions"
        if version.grant and version.effect == Effect.BLOCK and version.grant not in DECIDERS:
            yield f"no such role: {version.grant}"
        if version.effect == Effect.WARN and version.grant not in DECIDERS:
            yield f"a warning needs a role that grants exceptions, not {version.grant!r}"
        for text in _texts(version.value):
            if EXPRESSION & set(text):
                yield f"{text!r} looks like an expression; a value is a parameter"
        yield from _codes(entry.key, version)


def _codes(key: str, version: Version) -> Iterator[str]:
    """Routes name known places and roles, lists of papers known papers."""
    if ".route." in key:
        for step in version.value:
            if set(step) != {"at", "role"} or step["at"] not in PLACES:
                yield f"a step is a place ({', '.join(sorted(PLACES))}) and a role"
            elif step["role"] not in DECIDERS:
                yield f"no such role: {step['role']}"
    if key.endswith("papers"):
        for paper in _texts(version.value):
            if paper not in PAPERS:
                yield f"no such paper: {paper}"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)


def _inheritance(chain: tuple[Layer, ...]) -> Iterator[str]:
    """The highest set that has a key declares it, alone; a floor is never widened below."""
    declared: dict[str, Entry] = {}
    above: dict[str, list[Entry]] = {}
    for layer in chain:
        for key, entry in layer.entries.items():
            where = f"{layer.name} {key}"
            declaration = declared.setdefault(key, entry)
            if declaration is not entry and entry.declares:
                yield f"{where}: declared a second time, a higher set has done so"
            if not declaration.declares:
                yield f"{where}: declared nowhere"
                continue
            yield from (f"{where}: {fault}" for fault in _shape(declaration, entry))
            if declaration.scope == "floor":
                widened = _widened(declaration, above.get(key, []), entry)
                yield from (f"{where}: {fault}" for fault in widened)
            above.setdefault(key, []).append(entry)


def _shape(declaration: Entry, entry: Entry) -> Iterator[str]:
    valued = any(version.value is not None for version in entry.versions)
    if valued and (declaration.scope == "floor") != bool(declaration.narrows):
        yield "a floor with a value says in which direction it narrows, a local entry does not"
    for version in entry.versions:
        if declaration.kind == "rule" and version.effect is None:
            yield "a rule without an effect"
        if declaration.kind == "value" and (version.effect or version.value is None):
            yield "a value has a value and no effect"


def _widened(declaration: Entry, above: list[Entry], entry: Entry) -> Iterator[str]:
    for version in entry.versions:
        for upper in filter(None, (higher.on(version.since) for higher in above)):
            if None not in (upper.value, version.value) and _wider(
                upper.value, version.value, declaration.narrows
            ):
                yield "widens what a higher set says"
            if upper.effect and version.effect and version.effect.severity < upper.effect.severity:
                yield "is milder than a higher set"


def _wider(upper: Any, lower: Any, narrows: str) -> bool:
    """Whether the lower value allows what the upper one does not; demands only ever add up."""
    if narrows == "max":
        return bool(lower > upper)
    if narrows == "min":
        return bool(lower < upper)
    return narrows == "subset" and any(item not in upper for item in lower)


def _clauses(layers: Mapping[str, Layer], chains: Mapping[str, tuple[Layer, ...]]) -> Iterator[str]:
    used: set[str] = set()
    for name, layer in layers.items():
        known = {clause for upper in chains[name] for clause in upper.clauses}
        for entry in layer.entries.values():
            cited = {clause for version in entry.versions for clause in version.clauses}
            used |= cited
            for clause in sorted(cited - known):
                yield f"{name} {entry.key}: cites an unknown clause {clause}"
    for name, layer in layers.items():
        for one in sorted(layer.clauses.values(), key=lambda one: one.id):
            if one.id not in used and not one.reaction:
                yield f"{name} {one.id}: used by no entry, and no reaction"
            if one.id in used and one.reaction:
                yield f"{name} {one.id}: has a reaction of its own, and yet an entry cites it"


def tables(tests: Path = TESTS) -> dict[str, str]:
    """Key → the test whose table it is judged by; {} where the product runs without its tests."""
    found = {}
    for path in sorted(tests.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if "RULE_TABLES" in text:
            for key, test in _rule_tables(ast.parse(text)).items():
                found[key] = f"{path.relative_to(tests.parent)}::{test}"
    return found


def _tables(rules: set[str], tests: Path) -> Iterator[str]:
    tabled: dict[str, str] = {}
    for path in sorted(tests.rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        for key, test in _rule_tables(module).items():
            where = f"{path.relative_to(tests)} {key}"
            if key in tabled:
                yield f"{where}: its table is in {tabled[key]} already"
            tabled[key] = path.name
            if key not in rules:
                yield f"{where}: a table without a rule"
            if not _is_table(module, test):
                yield f"{where}: {test} is not a test over a table of at least two rows"
    for key in sorted(rules - set(tabled)):
        yield f"{key}: a rule without a test table"


def _rule_tables(module: ast.Module) -> dict[str, str]:
    for node in module.body:
        if isinstance(node, ast.Assign) and _is_name(node.targets[0], "RULE_TABLES"):
            return dict(ast.literal_eval(node.value))
    return {}


def _is_table(module: ast.Module, test: str) -> bool:
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    if test not in functions:
        return False
    return any(
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "parametrize"
        and isinstance(call.args[1], ast.List | ast.Tuple)
        and len(call.args[1].elts) > 1
        for call in functions[test].decorator_list
    )


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
