"""What the numbers of a series begin with, or the sentence that says why there can be none."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from numbering.models import (
    LAST_SERIAL,
    SERIAL_DIGITS,
    CategoryCode,
    SeriesKind,
    whole_number,
)
from numbering.queries.refusal import CannotIssue
from numbering.rules import NumberFacts
from xueji.organisations.models import Level
from xueji.organisations.queries import Lineage, idle
from xueji.rules.engine import Rules, judge, rule_set

Table = Mapping[tuple[int, str], str]  # (office, stage) → category digit


def rules_of(lineage: Lineage, on: date) -> Rules:
    """The rules in force for a school on a day."""
    return rule_set(lineage.rule_set).at(on)


def require_working(lineage: Lineage, on: date) -> None:
    """Raise CannotIssue for a school that is closed or not connected (入网) on the day."""
    if found := idle(lineage.school, on):
        message = f"{lineage.school.organisation}{found.why}，不能发学籍号"
        raise CannotIssue(message, remedy=found.remedy)


def prefix_of(*, lineage: Lineage, stage: str, entry_year: int, kind: str, on: date) -> str:
    """What stands before the serial. Raises CannotIssue where a code is missing."""
    rules = rules_of(lineage, on)
    first = first_number(lineage, stage, entry_year, rules)
    found = judge("number", first, rules)
    if found:
        # a missing code makes the number too short as well: name the code, not the length
        raise CannotIssue.by(min(found, key=lambda finding: finding.key == "number.length"))
    return _word(kind, rules) + first.number[:-SERIAL_DIGITS]


def prefix_as_coded(
    *, lineage: Lineage, stage: str, entry_year: int, kind: str, on: date, table: Table
) -> str:
    """The same without judging it, for many schools with one ``table``."""
    rules = rules_of(lineage, on)
    first = first_number(lineage, stage, entry_year, rules, table)
    return _word(kind, rules) + first.number[:-SERIAL_DIGITS]


def require_room(*, lineage: Lineage, stage: str, entry_year: int, last: int, on: date) -> None:
    """Raise CannotIssue when ``last`` would be beyond the last serial there is."""
    if last <= LAST_SERIAL:
        return
    rules = rules_of(lineage, on)
    first = first_number(lineage, stage, entry_year, rules)
    beyond = replace(first, number=f"{first.number[:-SERIAL_DIGITS]}{last}", last=LAST_SERIAL)
    found = judge("number", beyond, rules)
    raise CannotIssue.by(next(finding for finding in found if finding.key == "number.serial"))


def _word(kind: str, rules: Rules) -> str:
    return rules.value("number.temporary")["prefix"] if kind == SeriesKind.TEMPORARY else ""


def first_number(
    lineage: Lineage,
    stage: str,
    entry_year: int,
    rules: Rules,
    table: Table | None = None,
    number: str = "",
) -> NumberFacts:
    """The facts of ``number``, else of 0001.

    A code of the rule set goes before the tables, "" is a missing one.
    """
    prefecture = lineage.at(Level.PREFECTURE)
    codes = {
        "prefecture_code": rules.value("number.prefecture").get(
            "code", prefecture.number_code if prefecture else ""
        ),
        "county_code": rules.value("number.county").get("code", lineage.county.number_code),
        "school_code": lineage.school.code,
        "category_code": rules.value("number.category")["codes"].get(stage)
        or _category(lineage, stage, table),
    }
    prefix = "{prefecture_code}{county_code}{year:02d}{school_code}{category_code}".format(
        year=entry_year % 100, **codes
    )
    number = number or whole_number(prefix, 1)
    return NumberFacts(number=number, entry_year=entry_year, stage=stage, **codes)


def _category(lineage: Lineage, stage: str, table: Table | None) -> str:
    """The digit that the nearest office above the school has entered for the stage, or ""."""
    if table is None:
        table = table_of(CategoryCode.objects.filter(organisation__in=lineage.offices))
    found = (table.get((office.pk, stage), "") for office in reversed(lineage.offices))
    return next(filter(None, found), "")


def table_of(codes: Iterable[CategoryCode]) -> Table:
    """Category codes by office and stage."""
    return {(code.organisation_id, code.stage): code.digit for code in codes}
