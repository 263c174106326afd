"""The divisions addresses are chosen from: counties everywhere, villages where we hold them."""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from pypinyin import Style, lazy_pinyin

from xueji.identity import regions
from xueji.organisations.models import Division

DATA = Path(__file__).parent / "data"
TOWNSHIPS = ("hebei-divisions.csv",)
VILLAGES = ("qianan-villages.csv",)
CODE = 12
# the longest first: what a village or community is called without its committee
COMMITTEES = {
    "村民委员会": "村",
    "村委会": "村",
    "社区居民居委会": "社区",
    "社区居民委员会": "社区",
    "社区居委会": "社区",
    "居民委员会": "社区",
    "居委会": "社区",
}


def load() -> int:
    """Make the table say what the files say, in a fixed number of statements; return the rows.

    Divisions that the files no longer name stay: codes in registers keep their names.
    """
    rows = list(read())
    Division.objects.bulk_create(
        rows,
        batch_size=2000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "full_name", "initials", "level"],
    )
    return len(rows)


def read() -> Iterator[Division]:
    """Every division of the files: a county with its province, the others with their county."""
    for code, names in regions.counties():
        yield _division(code, names, "county")
    places: dict[str, tuple[str, ...]] = {}
    for row in _rows(TOWNSHIPS):
        if row["level"] == "county":
            places[row["code"]] = (row["name"],)
        elif row["level"] == "township":
            places[row["code"]] = (*places[row["parent_code"]], row["name"])
            yield _division(row["code"], places[row["code"]], "township")
    for row in _rows(VILLAGES):
        names = (*places[row["township_code"]], short(row["village"]))
        yield _division(row["village_code"], names, "village")


def short(name: str) -> str:
    """``军屯村村民委员会`` → ``军屯村``, ``殷柳庄居委会`` → ``殷柳庄社区``."""
    for committee, kind in COMMITTEES.items():
        if name.endswith(committee):
            place = name.removesuffix(committee)
            return place if place.endswith(kind) else place + kind
    return name


def _rows(files: Iterable[str]) -> Iterator[dict[str, str]]:
    for name in files:
        with (DATA / name).open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


def _division(code: str, names: tuple[str, ...], level: str) -> Division:
    return Division(
        code=code.ljust(CODE, "0"),
        name=names[-1],
        full_name=" ".join(names),
        initials=" ".join(map(initials, names)),
        level=level,
    )


def initials(name: str) -> str:
    """``jcyz`` for 建昌营镇: a place is read by the dictionary, not as a surname."""
    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()
