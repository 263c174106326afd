"""What the entry rules judge, plain values of one child and one school, and what is due."""

from dataclasses import dataclass
from datetime import date

from xueji.rules.engine import Rules
from xueji.rules.papers import Group


@dataclass(frozen=True, kw_only=True)
class Parent:
    """What the ID number of a father or mother says; ``relation`` is 1 or 2."""

    field: str
    relation: str
    sex: str
    birth_date: date


@dataclass(frozen=True, kw_only=True)
class Late:
    """What is asked for a child who is to come later (缓学); ``since`` begins the time counted."""

    reason: str  # "" and None while a form is unfinished
    until: date | None
    since: date
    today: date


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """What the rules need to know of one child on the way into one school.

    Codes of stage, kind and register type are those of the models. Division codes have 12
    digits; 9 name no more than the township, 6 the county, "" nothing. ``address_choices``: the
    villages of one name that the address may mean. ``papers`` holds what was seen or waived.
    ``same_id``: registers in the whole tree under the same ID number, living or not;
    ``live_elsewhere``: the child's register lives at another school; ``same_person_near``:
    registers that look like the same child, ``same_person_lines``: lines of the workbook that do.
    ``late``: not to be entered but deferred;
    ``deferred_until``: the child was, and comes now.
    """

    birth_date: date | None  # None while a form is unfinished
    entry_year: int
    grade: int
    stage: str
    school_kind: str
    designated_for_borrowed: bool
    has_catchment: bool
    catchment: frozenset[str]
    hukou_code: str
    guardian_hukou_code: str
    address_code: str
    migrant: bool
    register_type: str
    papers: frozenset[str]
    id_missing: bool
    same_id: int
    same_person_near: int
    live_elsewhere: bool
    same_person_lines: tuple[int, ...] = ()
    same_id_pending: bool = False  # held by a case on its way, not by a register yet
    parents: tuple[Parent, ...] = ()
    from_special_school: bool = False  # 随班就读: comes from a special school to an ordinary one
    home_taught: bool = False  # 送教上门
    disabled: bool = False  # the sheet names a kind of disability
    foreign: bool = False
    has_address: bool = True  # something is written for 现住址
    address_choices: tuple[str, ...] = ()
    national_number: str = ""
    national_number_taken: bool = False
    late: Late | None = None
    deferred_until: date | None = None


def route_key(authority: str, business: str = "entry.route") -> str:
    """Key of the signatures an entry needs, by the level of the school's authority."""
    return f"{business}." + {"centre": "township", "county": "urban"}.get(authority, authority)


def register_type(*, migrant: bool, rules: Rules) -> str:
    """正式学籍 or 临时借读学籍, as the rule set wants it for this child."""
    if migrant:
        return rules.value("entry.migrant")["register_type"]
    return rules.value("entry.register_type")


def papers_demanded(*, migrant: bool, rules: Rules) -> tuple[Group, ...]:
    """The papers to tick for this child, in groups of which any one will do."""
    return rules.get(papers_key(migrant=migrant), ())


def papers_key(*, migrant: bool) -> str:
    return "entry.migrant.papers" if migrant else "entry.papers"


def cutoff(entry_year: int, rules: Rules) -> date:
    """The day by which a child of that cohort must be old enough."""
    return date(entry_year, **rules.value("entry.cutoff"))


def months_old(born: date, on: date) -> int:
    """Full months of life; the anniversary day itself counts."""
    return (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)


def is_disabled(code: str | None) -> bool:
    """Whether the sheet names a kind of disability; neither empty nor 无残疾 does."""
    return code not in (None, "", "0")
