"""The file of a pupil as its page shows it: what is asked for, what lies there, until when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from xueji.accounts.models import Post
from xueji.cases.models import Case, Paper, State
from xueji.dossiers import queries, rules
from xueji.dossiers.models import DossierPaper
from xueji.dossiers.rules import Demand
from xueji.organisations.queries import lineage
from xueji.pages.pupil.scope import Scope
from xueji.rules.engine import rule_set
from xueji.rules.papers import PAPERS, named
from xueji.students.models import Student


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One paper in the file: ``case`` and ``paper`` lead to a scan on a case, ``pk`` to another."""

    kind: str
    by: Post | None
    at: datetime | None
    is_scan: bool
    pk: int = 0
    case: str = ""
    paper: int = 0

    @property
    def name(self) -> str:
        return PAPERS.get(self.kind, self.kind)


@dataclass(frozen=True, kw_only=True)
class Line:
    """A group of papers that is asked for, and which of them lie in the file."""

    demand: Demand
    kept: list[Kept]
    seen: list[Paper]  # the original was seen at the entry, without a scan

    @property
    def name(self) -> str:
        return named(self.demand.group)


@dataclass(frozen=True, kw_only=True)
class File:
    """The whole file; of a past scope only what lay there, with nothing asked for."""

    others: list[Kept]
    lines: list[Line] = field(default_factory=list)
    days: rules.Days | None = None
    citation: str = ""
    kinds: list[tuple[str, str]] = field(default_factory=list)
    may_add: bool = False

    @property
    def lacking(self) -> int:
        return sum(not line.kept for line in self.lines)


def read(scope: Scope, student: Student) -> File:
    """The file of the pupil; ``student`` as this post may know it."""
    kept, seen = _papers(scope)
    if scope.is_past or not (student.school_id and student.entered_on):
        return File(others=kept)
    place = lineage(student.school_id)
    in_force = rule_set(place.rule_set).at(student.entered_on)
    lines = [_line(demand, kept, seen) for demand in rules.demanded(student, in_force)]
    asked = {kind for line in lines for kind in line.demand.group}
    days = rules.days(student.entered_on, in_force) if in_force.has(DUE) else None
    acting = scope.acting
    return File(
        lines=lines,
        others=[one for one in kept if one.kind not in asked],
        days=days,
        citation=in_force.rule(DUE).citation if days else "",
        kinds=_kinds(lines),
        may_add=acting.may("students.file") and acting.acts_at(place.school.organisation_id),
    )


DUE = "register.file_due_days"


def _papers(scope: Scope) -> tuple[list[Kept], list[Paper]]:
    """What lies in the file, oldest first, and what was only seen, in three queries."""
    closed = scope.windows[0].closed if scope.is_past else None
    visible = set(scope.cases().values_list("pk", flat=True))
    found: list[Kept] = []
    seen: list[Paper] = []
    rows = Paper.objects.filter(case__student=scope.student.pk, case__state=State.DONE)
    for paper in rows.select_related(
        "case", "seen_by__user", "document__uploaded_by__user"
    ).order_by("pk"):
        if closed and paper.case_id not in visible:
            continue
        if paper.document:
            found.append(_of_case(paper, paper.case, paper.case_id in visible))
        else:
            seen.append(paper)
    filed = queries.filed(scope.student.pk, until=closed)
    found += [_of_school(paper) for paper in filed.select_related("filed_by__user")]
    return found, seen


def _of_case(paper: Paper, case: Case, is_visible: bool) -> Kept:
    return Kept(
        kind=paper.kind,
        by=paper.document.uploaded_by if is_visible else None,
        at=paper.document.uploaded_at,
        is_scan=True,
        case=case.number if is_visible else "",
        paper=paper.pk,
    )


def _of_school(paper: DossierPaper) -> Kept:
    return Kept(
        kind=paper.kind,
        by=paper.filed_by,
        at=paper.filed_at,
        is_scan=paper.document_id is not None,
        pk=paper.pk,
    )


def _line(demand: Demand, kept: Iterable[Kept], seen: Iterable[Paper]) -> Line:
    return Line(
        demand=demand,
        kept=[one for one in kept if one.kind in demand.group],
        seen=[one for one in seen if one.kind in demand.group],
    )


def _kinds(lines: Iterable[Line]) -> list[tuple[str, str]]:
    """Kinds to choose from: what is lacking first."""
    lacking = [kind for line in lines if not line.kept for kind in line.demand.group]
    return [(kind, PAPERS[kind]) for kind in dict.fromkeys([*lacking, *PAPERS])]


def is_late(file: File, today: date) -> bool:
    """Whether something is still lacking after the day it was due."""
    return bool(file.lacking and file.days and file.days.due_on < today)
