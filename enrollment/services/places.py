"""Finding the 12-digit code of a written place; a place without code stays as 待核."""

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from enrollment.services.reading import PLACES
from xueji.organisations.models import Division

CODE = 12
MOST_WORDS = 4  # county, township, village, and one more


def settle(rows: Iterable[MutableMapping[str, Any]], county_code: str) -> dict[str, Division]:
    """Set ``…_code`` of every place of the rows, in two queries; return the divisions by code.

    A code stays where the text begins with the place it names; a text that begins with the name
    of a place gets its code, with or without the name of the own county in front.
    """
    rows, own = list(rows), county_code.ljust(CODE, "0")
    typed = {row[f"{key}_code"] for row in rows for key in PLACES if row[f"{key}_code"]}
    found = Division.objects.in_bulk({*typed, own})
    county = found[own].name if own in found else ""
    written = {name for row in rows for key in PLACES for name in _names(row, key, county)}
    found |= {row.pk: row for row in Division.objects.filter(full_name__in=written)}
    by_name: dict[str, list[str]] = {}
    for division in found.values():
        by_name.setdefault(division.full_name, []).append(division.pk)
    for row in rows:
        for key in PLACES:
            row[f"{key}_code"] = _code(row, key, county, found, by_name)
    return found


def is_exact(code: str) -> bool:
    """Whether a code names a village or community, not only its township or county."""
    return len(code) == CODE and not code.endswith("000")


def _names(row: Mapping[str, Any], key: str, county: str) -> list[str]:
    """What the beginning of a text may name, the longest first."""
    words = row[f"{key}_text"].split()[:MOST_WORDS]
    begins = [" ".join(words[:count]) for count in range(len(words), 0, -1)]
    return [name for begin in begins for name in (begin, f"{county} {begin}")]


def _code(
    row: Mapping[str, Any],
    key: str,
    county: str,
    found: Mapping[str, Division],
    by_name: Mapping[str, list[str]],
) -> str:
    division = found.get(row[f"{key}_code"])
    if division and _plain(row[f"{key}_text"]).startswith(
        (_plain(division.full_name), _plain(division.full_name.removeprefix(county)))
    ):
        return division.pk
    for name in _names(row, key, county):
        if len(by_name.get(name, [])) == 1:
            return by_name[name][0]
    return ""


def _plain(words: str) -> str:
    return "".join(words.split())
