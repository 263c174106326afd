"""What the page of a series shows, gathered in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any

from django.urls import reverse

from numbering import queries
from numbering.models import (
    SERIAL_DIGITS,
    NumberState,
    RegisterNumber,
    Series,
    SeriesKind,
    whole_number,
)
from numbering.queries import (
    SERIALS_PER_PAGE,
    CannotIssue,
    Cell,
    Cohort,
    Confirmer,
    Preview,
    Proof,
    Waiting,
)
from numbering.rules import is_township_primary
from xueji.accounts.access import Acting
from xueji.cases import kinds
from xueji.organisations.models import Organisation, StageName
from xueji.organisations.queries import Lineage
from xueji.rules.clauses import cite
from xueji.rules.engine import Finding, Rules

CODES = 10  # digits before the serial of a register number


@dataclass(frozen=True, kw_only=True)
class Place:
    """Which series a page is about."""

    lineage: Lineage
    stage: StageName
    year: int
    kind: SeriesKind

    @property
    def cohort(self) -> Cohort:
        return Cohort(stage=self.stage.value, entry_year=self.year, kind=self.kind.value)

    @property
    def address(self) -> str:
        return self.path("numbering_series")

    def path(self, name: str) -> str:
        """The address of a page about the series."""
        path = reverse(name, args=[self.lineage.school.pk, self.stage.value, self.year])
        return path if self.kind == SeriesKind.REGISTER else f"{path}?kind={self.kind.value}"

    def allocator(self, acting: Acting) -> Organisation:
        """The office that numbers and freezes, under the rules of the day."""
        return queries.allocator_of(self.lineage, self.stage.value, acting.today)

    def confirmer(self, acting: Acting) -> Confirmer:
        """Who confirms a freeze under the rules of the day."""
        return queries.confirmer(self.lineage, self.stage.value, acting.today)

    @cached_property
    def title(self) -> str:
        """清泉小学 2026 级; with the stage where the school has several."""
        school = self.lineage.school
        stage = f" {self.stage.label}" if school.stages.count() > 1 else ""
        kind = f" {self.kind.label}" if self.kind == SeriesKind.TEMPORARY else ""
        return f"{school.organisation}{stage} {self.year} 级{kind}"


def context(
    place: Place, series: Series | None, waiting: Waiting | None, *, acting: Acting, start: str
) -> dict[str, Any]:
    """Context of numbering/series.html; ``start`` is the serial the grid begins with, as typed."""
    lineage = place.lineage
    preview, blocked = _preview(place, acting)
    first = min(int(start[:4]), series.last) if series and start.isdecimal() else 1
    cells = queries.cells(series, start=max(first, 1)) if series else []
    proof = queries.proof(series) if series else None
    rules = queries.rules_of(lineage, acting.today)
    return {
        "place": place,
        "series": series,
        "waiting": waiting,
        "proof": proof,
        "cells": [(cell, _in_reach(cell, acting)) for cell in cells],
        "coming": _coming(series, cells, preview),
        "pages": _pages(series, cells, place),
        "holes": queries.holes(series) if series else [],
        "planned": _planned(preview),
        "preview": preview,
        "after": _after(proof, preview),
        "blocked": blocked,
        "parts": _parts(place, series, preview),
        "authority": place.allocator(acting),
        "citation": _citation(place, rules),
        "may_issue": may_issue(place, acting),
        "not_mine": _not_mine(place, acting),
        "other_schools": not acting.acts_at(lineage.school.pk),
        "today": acting.today,
    }


def may_issue(place: Place, acting: Acting) -> bool:
    """Whether the acting post is the allocator of the series."""
    return queries.may_issue(place.lineage, place.stage, acting)


def students_shown(shown: dict) -> list[int]:
    """The pupils whose names are on the page: holders of the grid, and who waits."""
    holders = [cell.row.holder_id for cell, _ in shown["cells"] if _is_named(cell)]
    return holders + [line.student.pk for line, _ in shown["planned"]]


def spans(issued: Sequence[RegisterNumber]) -> str:
    """``02262601700023、02262601700080—02262601700083``: runs of numbers as people write them."""
    runs = groupby(enumerate(issued), key=lambda pair: pair[1].serial - pair[0])
    words = []
    for _, run in runs:
        numbers = [row.number for _, row in run]
        words.append(numbers[0] if len(numbers) == 1 else f"{numbers[0]}—{numbers[-1]}")
    return "、".join(words)


def _preview(place: Place, acting: Acting) -> tuple[Preview | None, CannotIssue | None]:
    try:
        return queries.preview(lineage=place.lineage, on=acting.today, **place.cohort), None
    except CannotIssue as refusal:
        return None, refusal


def _is_named(cell: Cell) -> bool:
    row = cell.row
    return row is not None and row.holder_id is not None and row.state != NumberState.VOID


def _in_reach(cell: Cell, acting: Acting) -> bool:
    """Whether the holder's own page can be opened from here."""
    path = cell.row.holder.org_path if cell.row and cell.row.holder else None
    return bool(path) and acting.reaches(path)


def _coming(series: Series | None, cells: Sequence[Cell], preview: Preview | None):
    """The new serials of the preview, where the grid shows the end of the series."""
    at_the_end = not series or not cells or cells[-1].serial == series.last
    return [line for line in preview.planned if not line.refill] if preview and at_the_end else []


def _pages(series: Series | None, cells: Sequence[Cell], place: Place) -> dict[str, str] | None:
    """Addresses of the grid's neighbours; None when one page holds it all."""
    if series is None or series.last <= SERIALS_PER_PAGE:
        return None
    start, end = cells[0].serial, cells[-1].serial
    joint = "&" if "?" in place.address else "?"
    before = max(start - SERIALS_PER_PAGE, 1)
    return {
        "previous": f"{place.address}{joint}from={before}" if start > 1 else "",
        "next": f"{place.address}{joint}from={end + 1}" if end < series.last else "",
    }


def _planned(preview: Preview | None):
    """Each line of the preview with the business by which the pupil came."""
    names = {kind.name: kind.label for kind in kinds.all_kinds()}
    return [
        (line, names.get(line.student.case_kind, ""))
        for line in (preview.planned if preview else ())
    ]


def _after(proof: Proof | None, preview: Preview | None) -> Proof | None:
    """The proof as it will read once the preview is issued."""
    if preview is None or not preview.planned:
        return None
    proof = proof or Proof()
    refilled = sum(line.refill for line in preview.planned)
    new = len(preview.planned) - refilled
    return replace(
        proof, live=proof.live + refilled + new, holes=proof.holes - refilled, last=proof.last + new
    )


def _parts(place: Place, series: Series | None, preview: Preview | None) -> list[tuple[str, str]]:
    """The digits of the next number, each with what it stands for."""
    prefix = series.prefix if series else preview.prefix if preview else ""
    if not prefix:
        return []
    word, codes = prefix[:-CODES], prefix[-CODES:]
    following = whole_number("", (series.last if series else 0) + 1)[-SERIAL_DIGITS:]
    return [
        *([(word, place.kind.label)] if word else []),
        (codes[:2], "市"),
        (codes[2:4], "县（区）"),
        (codes[4:6], "入学年"),
        (codes[6:9], str(place.lineage.school.organisation)),
        (codes[9:], place.stage.label),
        (following, "下一个"),
    ]


def _citation(place: Place, rules: Rules) -> str:
    """The clauses under which the allocator numbers without gap."""
    keys = ["number.continuous"]
    if is_township_primary(school_area=place.lineage.school.area, stage=place.stage):
        keys.insert(0, "numbering.allocator")
    clauses = [clause for key in keys for clause in rules.rule(key).clauses]
    return cite(keys[0], clauses)


def _not_mine(place: Place, acting: Acting) -> list[Finding]:
    """Who issues instead; [] where the post may, or is the wrong one at the right office."""
    if may_issue(place, acting):
        return []
    return queries.who_issues(place.lineage, place.stage, acting)
