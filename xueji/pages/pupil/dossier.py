"""The file of a pupil as its page shows it: what is asked for, what lies there, until when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from xueji.accounts.models import Post
from xueji.cases.models import Case, Paper, State
from xueji.dossiers import queries, rules
from xueji.dossiers.models import Dossier, DossierPaper
from xueji.dossiers.rules import Demand, counted_from
from xueji.organisations.queries import lineage
from xueji.pages.pupil import past
from xueji.pages.pupil.conduct import PROOF, REVOCATION
from xueji.pages.pupil.scope import Scope
from xueji.rules.engine import Rules, rule_set
from xueji.rules.papers import MEDICAL, PAPERS, named
from xueji.students.models import Student, StudentSheet


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One paper in the file and what leads to its scan.

    ``case`` and ``paper`` lead to one on a case, ``entry`` and ``which`` to a proof of 奖惩, ``pk``
    to one that the school put there, and that it may take out again.
    """

    kind: str
    by: Post | None
    at: date | None
    is_scan: bool
    pk: int = 0
    case: str = ""
    paper: int = 0
    entry: int = 0
    which: str = ""

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
    removed: list[DossierPaper] = field(default_factory=list)

    @property
    def lacking(self) -> int:
        return sum(not line.kept for line in self.lines)


def read(scope: Scope, student: Student, sheet: StudentSheet | None) -> File:
    """The file of the pupil; ``student`` and ``sheet`` as this post may know them."""
    kept, seen = _papers(scope)
    if scope.is_past or not (student.school_id and student.entered_on):
        return File(others=kept)
    place = lineage(student.school_id)
    in_force = rule_set(place.rule_set).at(student.entered_on)
    demands = rules.demanded(student, sheet, in_force)
    lines = [
        _line(demand, kept, seen)
        for demand in demands
        if scope.sees_medical or not demand.is_medical
    ]
    asked = {kind for line in lines for kind in line.demand.group}
    days = _days(scope, student, lines, in_force) if in_force.has(DUE) else None
    acting = scope.acting
    return File(
        lines=lines,
        others=[one for one in kept if one.kind not in asked],
        days=days,
        citation=in_force.rule(DUE).citation if days else "",
        kinds=_kinds(lines),
        may_add=acting.may("students.file") and acting.acts_at(place.school.organisation_id),
        removed=_removed(scope),
    )


DUE = "register.file_due_days"


def _days(scope: Scope, student: Student, lines: list[Line], in_force: Rules) -> rules.Days:
    """The days as the nightly assessment will count them, if it has not yet."""
    row = Dossier.objects.filter(student=student.pk).first()
    start = counted_from(
        student.entered_on,
        before=row.counted_from if row else None,
        was_complete=row is not None and row.completed_on is not None,
        lacks=any(not line.kept for line in lines),
        today=scope.acting.today,
    )
    return rules.days(start, in_force)


def shown_to(scope: Scope, kind: str) -> bool:
    """Whether the post may know that such a paper lies in the file, and open it."""
    return kind not in MEDICAL or scope.sees_medical


def _removed(scope: Scope) -> list[DossierPaper]:
    rows = queries.removed(scope.student.pk).select_related("removed_by__user")
    return [paper for paper in rows if shown_to(scope, paper.kind)]


def _papers(scope: Scope) -> tuple[list[Kept], list[Paper]]:
    """What lies in the file, oldest first, and what was only seen, in a fixed number of queries."""
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
    found = [one for one in found if shown_to(scope, one.kind)]
    return found + _proofs(scope), seen


def _proofs(scope: Scope) -> list[Kept]:
    """The scans of rewards and sanctions, which lie in the file too."""
    found = []
    for entry in past.conduct(scope):
        title = f"{entry.get_kind_display()}证明：{entry.title}"
        for which, document, kind, day in (
            (PROOF, entry.document_id, title, entry.given_on),
            (REVOCATION, entry.revoked_document_id, f"{title}（撤销）", entry.revoked_on),
        ):
            if document and not entry.undone:
                found.append(
                    Kept(kind=kind, by=None, at=day, is_scan=True, entry=entry.pk, which=which)
                )
    return found


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
