"""tests/permissions.csv: who gets which answer from which page, written by hand.

A row names one URL, one or more methods, roles and positions, and the answer that all of them
get. Words for several at once are listed here and nowhere else; no row stands above another:
every combination must be named by exactly one row. Nothing here knows what a view declares.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from django.urls import URLPattern, get_resolver

FILE = Path(__file__).resolve().parent.parent / "permissions.csv"
METHODS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")

# role → the person of the world who plays it (tests/world.py); anonymous is nobody at all
PLAYED_BY = {
    "clerk": "clerk",
    "principal": "principal",
    "teacher": "teacher",
    "centre_officer": "centre",
    "county_officer": "county",
    "county_head": "county-head",
    "prefecture_officer": "city",
    "province_officer": "province",
    "auditor": "auditor",
    "administrator": "admin",
    "security": "security",
    "nobody": "nobody",  # an account without a post in force
    "anonymous": "",
}
SEVERAL_ROLES = {
    "*": tuple(PLAYED_BY),
    "school": ("clerk", "principal"),
    "county": ("county_officer", "county_head"),
    "above": ("prefecture_officer", "province_officer"),
    "register": (
        "clerk",
        "principal",
        "centre_officer",
        "county_officer",
        "county_head",
        "prefecture_officer",
        "province_officer",
    ),
    "others": ("teacher", "auditor", "administrator", "security"),
    "all-posts": tuple(role for role in PLAYED_BY if role not in ("nobody", "anonymous")),
}

# position of the row asked for, seen from the post → the school it belongs to
SCHOOL_AT = {
    "own": "清泉小学",
    "below": "清泉小学",
    "draft": "清泉小学",  # a draft of its clerk, for the pages of a case
    "sibling": "邻泉小学",  # same centre
    "cousin": "上庄小学",  # same county, other centre
    "county": "滦州甲小学",  # other county
    "prefecture": "卢龙乙小学",
    "province": "津门丙小学",
    "above": "",  # the id of the office above the post
    "missing": "",
    "-": "",  # the page takes no id
}
SEVERAL_POSITIONS = {
    "*": tuple(SCHOOL_AT),
    "in": ("own", "below"),
    "out": ("sibling", "cousin", "county", "prefecture", "province", "above", "missing"),
}
AT_SCHOOL = ("own", "sibling", "cousin", "county", "prefecture", "province", "missing")
AT_COUNTY = ("below", "county", "prefecture", "province", "missing")
POSITIONS_OF = {
    "clerk": AT_SCHOOL,
    "principal": AT_SCHOOL,
    "teacher": AT_SCHOOL,
    "centre_officer": ("below", "cousin", "county", "prefecture", "province", "missing"),
    "county_officer": AT_COUNTY,
    "county_head": AT_COUNTY,
    "auditor": AT_COUNTY,
    "administrator": AT_COUNTY,
    "security": AT_COUNTY,
    "prefecture_officer": ("below", "prefecture", "province", "missing"),
    "province_officer": ("below", "province", "missing"),
    "nobody": ("below", "missing"),
    "anonymous": ("below", "missing"),
}


@dataclass(frozen=True, order=True)
class Ask:
    """One request that the table must answer."""

    url: str
    method: str
    role: str
    position: str


@dataclass(frozen=True)
class Row:
    line: int
    url: str
    methods: frozenset[str]
    roles: frozenset[str]
    positions: frozenset[str]
    answer: str

    def names(self, ask: Ask) -> bool:
        return (
            ask.url == self.url
            and ask.method in self.methods
            and ask.role in self.roles
            and ask.position in self.positions
        )


@cache
def rows() -> tuple[Row, ...]:
    with FILE.open(encoding="utf-8") as file:
        numbered = [(n, text) for n, text in enumerate(file, start=1) if text[0] not in "#\n"]
    lines = csv.DictReader(text for _, text in numbered)
    return tuple(
        Row(
            line=number,
            url=line["url"],
            methods=_words(line["method"], {"*": METHODS}, METHODS),
            roles=_words(line["role"], SEVERAL_ROLES, PLAYED_BY),
            positions=_words(line["position"], SEVERAL_POSITIONS, SCHOOL_AT),
            answer=line["answer"],
        )
        for (number, _), line in zip(numbered[1:], lines, strict=True)
    )


def _words(cell: str, several: dict, known) -> frozenset[str]:
    """The single words that a cell stands for."""
    found: set[str] = set()
    for word in cell.split():
        if word not in several and word not in known:
            raise LookupError(f"permissions.csv does not know the word {word!r}")
        found |= set(several.get(word, (word,)))
    return frozenset(found)


@cache
def rows_of(url: str) -> tuple[Row, ...]:
    return tuple(row for row in rows() if row.url == url)


@cache
def answer_to(ask: Ask) -> str:
    """What the one row that names this request says."""
    found = [row for row in rows_of(ask.url) if row.names(ask)]
    if len(found) != 1:
        lines = [row.line for row in found]
        raise LookupError(f"{ask} is named by {len(found)} rows of permissions.csv: {lines}")
    return found[0].answer


def asks(url: str, extra: tuple[str, ...], *, has_id: bool) -> Iterator[Ask]:
    """Every combination for a URL; ``extra``: positions that only some URLs know."""
    for role, method in product(PLAYED_BY, METHODS):
        positions = POSITIONS_OF[role] if has_id else ("-",)
        if has_id and role not in ("nobody", "anonymous"):
            positions += tuple(p for p in extra if (p, role) != ("above", "province_officer"))
        for position in positions:
            yield Ask(url, method, role, position)


def patterns(resolver=None) -> Iterator[URLPattern]:
    """Every pattern of the product, through all includes."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry)


def url_names(resolver=None) -> list[str]:
    return sorted(str(pattern.name) for pattern in patterns(resolver))


def without_rows(resolver=None) -> set[str]:
    """Names of URLs that no row speaks of."""
    return set(url_names(resolver)) - {row.url for row in rows()}
