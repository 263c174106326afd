"""County-level division codes of the country, present and former, and their full names."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_DATA = Path(__file__).resolve().parent / "data"
# Rows that only group others: no address names them.
_GROUPINGS = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"}
# The first six digits of the residence permit for Taiwan; GB/T 2260 itself has 710000.
_TAIWAN_PERMIT = "830000"
_OUTLANDS = {"710000", "810000", "820000", _TAIWAN_PERMIT}


def region_name(code6: str) -> str | None:
    """The full name, such as 河北省唐山市迁安市; a former county has its last name."""
    if code6 == _TAIWAN_PERMIT:
        return region_name("710000")
    return "".join(_names(code6)) or _former().get(code6)


def is_known(code6: str) -> bool:
    """Whether an identity number may begin so: a county, once or now, or what had none."""
    if code6 in _former() or code6 in _OUTLANDS:
        return True
    return code6 in _current() and not code6.endswith("00")


def counties() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each present county, and each prefecture without any, with the names from province down."""
    rows = _current()
    parents = {parent for _, parent in rows.values()}
    for code in rows:
        if code not in parents:
            yield code, _names(code)


def _names(code6: str) -> tuple[str, ...]:
    """From province down, without the rows that only group; empty for an unknown code."""
    rows, code = _current(), code6
    names: list[str] = []
    while code in rows:
        name, code = rows[code]
        if name not in _GROUPINGS:
            names.insert(0, name)
    return tuple(names)


@cache
def _current() -> dict[str, tuple[str, str]]:
    with (_DATA / "regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["name"], row["parent"]) for row in csv.DictReader(file)}


@cache
def _former() -> dict[str, str]:
    with (_DATA / "former-regions.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["name"] for row in csv.DictReader(file)}
