"""Finding the 12-digit code of a written place; a place without code stays as 待核."""

import re
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from xueji.organisations.addresses import CODE, is_village, plain, resolve
from xueji.organisations.models import Division
from xueji.rules.engine import Finding
from xueji.students.sheet import PLACES

_CODE = re.compile(r"（(\d{12})）")


def settle(
    rows: Iterable[MutableMapping[str, Any]], county_code: str, keys: Sequence[str] = PLACES
) -> dict[str, Division]:
    """Set ``…_code`` and ``…_choices`` of every place of the rows; return the divisions by code.

    A village stays chosen while the text begins with its name; otherwise the text decides, with
    or without its county in front. At most three queries.
    """
    rows, own = list(rows), county_code.ljust(CODE, "0")
    typed = {row[f"{key}_code"] for row in rows for key in keys if row[f"{key}_code"]}
    found = Division.objects.in_bulk({*typed, own})
    county = found[own].name if own in found else ""
    for row in rows:
        for key in keys:
            row[f"{key}_code"], row[f"{key}_choices"] = _chosen(row, key, county, found), ()
    unsettled = [
        (row, key)
        for row in rows
        for key in keys
        if row[f"{key}_text"] and not is_village(row[f"{key}_code"])
    ]
    read = resolve({row[f"{key}_text"] for row, key in unsettled}, county_code)
    for row, key in unsettled:
        place = read[row[f"{key}_text"]]
        row[f"{key}_code"] = place.code or row[f"{key}_code"]
        row[f"{key}_choices"] = place.choices
    named = {code for place in read.values() for code in (place.code, *place.choices) if code}
    return found | Division.objects.in_bulk(named - found.keys())


def _chosen(row: Mapping[str, Any], key: str, county: str, found: Mapping[str, Division]) -> str:
    """The code that was sent, while the text still begins with the place it names."""
    division = found.get(row[f"{key}_code"])
    if division is None:
        return ""
    name = plain(division.full_name)
    begins = (name, name.removeprefix(plain(county)))
    return division.pk if plain(row[f"{key}_text"]).startswith(begins) else ""


def named(finding: Finding, divisions: Mapping[str, Division]) -> Finding:
    """The finding with names where it speaks of places by code."""

    def name(found: re.Match[str]) -> str:
        division = divisions.get(found[1])
        return f"（{division.full_name}）" if division else found[0]

    return replace(finding, message=_CODE.sub(name, finding.message))
