"""Which division an address names: as household registers write it, without blanks, door behind.

The county may be left out when it is one's own, and so may the province and prefecture, and the
last character of each name; the longest name that fits wins. A village name that stands in two
townships is not guessed: its places are the ``choices``.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from os.path import commonprefix

from django.db.models import Q

from xueji.identity import regions
from xueji.organisations.models import Division

COUNTY, TOWNSHIP, CODE = 6, 9, 12
NOWHERE = "-"  # what no code begins with
LONGEST_NAME, LONGEST_BEFORE = 16, 26  # characters of a county's name, of what stands before it
_PEOPLES = "(?:(?:回|满|蒙古|朝鲜|壮|苗|彝|藏|土家|瑶|侗)族)?"
_TOWN = re.compile(f"街道办事处|街道办|街道|办事处|镇|{_PEOPLES}乡")
_TOWN_END = re.compile(f"(?:{_TOWN.pattern})$")
_VILLAGE = re.compile("(?:村|社区)?(?:村民委员会|村委会|居民居委会|居民委员会|居委会)|村|社区")
_VILLAGE_END = re.compile("(?:村|社区)$")
_SHORTENED = re.compile("(?:(?:维吾尔|壮族|回族)?自治区|省|市|地区|盟|县|区|旗)$")
# what may follow a village whose 村 was left out: nothing, a number, a group of the village
_NO_NAME_GOES_ON = re.compile("$|[^㐀-鿿]|第?[一二三四五六七八九十百]+[组队社区号]")
_BEFORE_A_COMMUNITY = "路街巷道段号弄院"  # a street and door may stand before its community


@dataclass(frozen=True)
class Place:
    """What an address says. ``code`` is the smallest division that is certain, "" for none."""

    code: str = ""
    choices: tuple[str, ...] = ()  # codes between which the text does not decide
    rest: str = ""  # what stands behind the name, the door


@dataclass
class _County:
    """The names below one county."""

    townships: dict[str, str] = field(default_factory=dict)  # nine digits → name
    villages: dict[str, str] = field(default_factory=dict)  # twelve digits → name

    def add(self, code: str, full_name: str) -> None:
        *above, name = full_name.split(" ")
        if is_village(code):
            self.villages[code] = name
            if above:
                self.townships.setdefault(code[:TOWNSHIP], above[-1])
        elif not code.endswith("000000"):
            self.townships[code[:TOWNSHIP]] = name


@dataclass(frozen=True)
class _Reading:
    """One way to read an address; the greatest ``rank`` is the best."""

    rank: tuple[int, ...]
    code: str
    rest: str


def resolve(texts: Iterable[str], county_code: str) -> dict[str, Place]:
    """The place of each text, for whoever works in the county of that code; at most one query."""
    own = county_code[:COUNTY] or NOWHERE
    begun = {text: list(_counties(plain(text), own)) for text in texts}
    below = _load({code for begins in begun.values() for code, _, _ in begins})
    return {text: _place(plain(text), begins, below, own) for text, begins in begun.items()}


def plain(text: str) -> str:
    """Without blanks, letters and digits of one width."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_village(code: str) -> bool:
    """Whether a code names a village or community, not only its township or county."""
    return len(code) == CODE and not code.endswith("000")


def known_part(code: str) -> str:
    """The digits that say something: six of a county, nine of a township, twelve of a village."""
    if code.endswith("000000"):
        return code[:COUNTY]
    return code if is_village(code) else code[:TOWNSHIP]


def _load(codes: Collection[str]) -> dict[str, _County]:
    below = {code: _County() for code in codes}
    wanted = Q()
    for code in codes:
        wanted |= Q(code__startswith=code)
    rows = Division.objects.filter(wanted).values_list("code", "full_name") if codes else ()
    for code, full_name in rows:
        below[code[:COUNTY]].add(code, full_name)
    return below


def _place(
    text: str, begins: list[tuple[str, str, bool]], below: Mapping[str, _County], own: str
) -> Place:
    named = [begin for begin in begins if begin[2]]
    readings = [
        reading
        for county, rest, is_named in named or begins
        for reading in _read(text, rest, county, below[county], near=_near(county, own))
        if is_named or reading.rank[0] > 1
    ]
    best = max((reading.rank for reading in readings), default=None)
    found = {reading.code: reading.rest for reading in readings if reading.rank == best}
    if len(found) == 1:
        [(code, rest)] = found.items()
        return Place(code=code, rest=rest)
    return Place(choices=tuple(sorted(found)), rest=next(iter(found.values()), ""))


def _near(county: str, own: str) -> int:
    """Own county before own prefecture before own province before the rest of the country."""
    return len(commonprefix([county, own])) // 2


def _read(text: str, rest: str, county: str, below: _County, near: int) -> Iterator[_Reading]:
    """Every way to go on below the county: depth, nearness, and how much of the text is used."""

    def reading(depth: int, code: str, left: str, sure: int = 1) -> _Reading:
        rank = (depth, sure, near, len(text) - len(left))
        return _Reading(rank, code.ljust(CODE, "0"), left)

    yield reading(1, county, rest)
    towns = list(_towns(rest, below.townships))
    for town, after, is_whole in towns:
        own = {code: name for code, name in below.villages.items() if code.startswith(town)}
        yield from (reading(3, code, left) for code, left in _villages(after, own))
        if is_whole:
            yield reading(2, town, after)
            yield from (reading(3, code, left, 0) for code, left in _communities(after, own))
    yield from (reading(3, code, left) for code, left in _villages(rest, below.villages))
    if not any(is_whole for _, _, is_whole in towns):
        found = _communities(rest, below.villages)
        yield from (reading(3, code, left, 0) for code, left in found)


def _towns(rest: str, townships: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """Townships that the text begins with; 镇, 乡 or 街道 may have changed, or be left out.

    Left out, the name is not whole: 永顺路 is a street, only a village behind makes it 永顺街道.
    """
    for code, name in townships.items():
        stem = _stem(_TOWN_END, name)
        if len(stem) > 1 and rest.startswith(stem):
            after = rest[len(stem) :]
            kind = _TOWN.match(after)
            yield code, after[kind.end() :] if kind else after, bool(kind) or not after
        elif rest.startswith(name):
            yield code, rest[len(name) :], True


def _villages(rest: str, villages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Villages and communities that the text begins with, committee or not."""
    for code, name in villages.items():
        stem = _stem(_VILLAGE_END, name)
        if rest.startswith(stem):
            after = rest[len(stem) :]
            if kind := _VILLAGE.match(after):
                yield code, after[kind.end() :]
            elif _NO_NAME_GOES_ON.match(after):
                yield code, after


@cache
def _stem(end: re.Pattern[str], name: str) -> str:
    return end.sub("", name)


def _communities(rest: str, villages: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Those named in full behind a street or a door."""
    for code, name in villages.items():
        at = rest.find(name)
        if at > 0 and (rest[at - 1] in _BEFORE_A_COMMUNITY or rest[at - 1].isascii()):
            yield code, rest[at + len(name) :]


def _counties(text: str, own: str) -> Iterator[tuple[str, str, bool]]:
    """Six digits, what stands behind, and whether the county itself is clearly named."""
    *above, _ = _full_names().get(own, ("",))
    before = max(filter(text.startswith, _before(tuple(above))), key=len)
    yield own, text[len(before) :], False
    for begin in range(min(len(text), LONGEST_BEFORE)):
        for end in range(begin + 2, min(begin + LONGEST_NAME, len(text)) + 1):
            for code, is_full in _by_name().get(text[begin:end], ()):
                if text[:begin] in _before(_full_names()[code][:-1]):
                    is_named = begin > 0 or (is_full and _tells(text[begin:end], code, own))
                    yield code, text[end:], is_named


def _tells(name: str, code: str, own: str) -> bool:
    """Whether the bare name of a county is one: 新城区 may be a quarter of any town."""
    return not name.endswith("区") or (len(name) > 2 and _near(code, own) > 0)


@cache
def _before(above: tuple[str, ...]) -> frozenset[str]:
    """What may stand before a county: province and prefecture, each in full, short, or not."""
    parts = [("", name, _SHORTENED.sub("", name)) for name in above]
    return frozenset("".join(names) for names in product(*parts))


@cache
def _full_names() -> dict[str, tuple[str, ...]]:
    return dict(regions.counties())


@cache
def _by_name() -> dict[str, list[tuple[str, bool]]]:
    """Name of a county, in full or without its last character → codes."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for code, names in _full_names().items():
        short = _SHORTENED.sub("", names[-1])
        found.setdefault(names[-1], []).append((code, True))
        if len(short) > 1 and short != names[-1]:
            found.setdefault(short, []).append((code, False))
    return found
