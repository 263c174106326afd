"""Give pupils the next numbers of a series without gap: the only way a number is issued.

Number, pupil, history, event and the series' last serial commit together or not at all. Waiters
queue on an advisory lock before the series row, so that they are served in the order they came.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.models import prefetch_related_objects
from django.db.transaction import TransactionManagementError

from numbering.models import RegisterNumber, Series, SeriesKind
from numbering.queries.allocator import require_allocator
from numbering.queries.codes import prefix_of, require_room, require_working
from numbering.queries.preview import find_series, require_same_prefix
from numbering.queries.refusal import CannotIssue
from numbering.queries.waiting import SeriesKey, is_awaiting
from numbering.services import sql
from xueji.accounts.access import Acting
from xueji.ledger.models import EventKind
from xueji.ledger.services import Fact
from xueji.organisations.queries import Lineage
from xueji.students.models import Student


def allocate(
    *,
    acting: Acting,
    lineage: Lineage,
    stage: str,
    entry_year: int,
    kind: str,
    students: Sequence[Student],
) -> list[RegisterNumber]:
    """Give numbers to pupils in their order; set ``number`` and ``version`` on each.

    Runs inside the caller's transaction, which has locked the pupils and placed them in a class
    of this school. Call it last: other pupils of the series wait from here to the commit. Raises
    PermissionDenied unless the acting post is at the allocator, CannotIssue with a
    Chinese sentence when a code is missing, the school does not work or somebody is not waiting.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("allocate runs inside the caller's transaction")
    require_allocator("numbering.issue", lineage=lineage, stage=stage, acting=acting)
    require_working(lineage, acting.today)
    key = SeriesKey(school_id=lineage.school.pk, stage=stage, entry_year=entry_year, kind=kind)
    _require_waiting(students, key)
    prefix = prefix_of(
        lineage=lineage, stage=stage, entry_year=entry_year, kind=kind, on=acting.today
    )
    prefetch_related_objects(students, "school_class")
    facts = [_fact(student, lineage, kind, acting) for student in students]
    issued = sql.issue(key=key, prefix=prefix, facts=facts, acting=acting)
    if not issued:
        _begin_or_refuse(lineage, key, prefix, len(students), acting)
        issued = sql.issue(key=key, prefix=prefix, facts=facts, acting=acting)
    for student, row in zip(students, issued, strict=True):
        student.number = row.number
        student.version += 1
    return issued


def _require_waiting(students: Sequence[Student], key: SeriesKey) -> None:
    others = [student.name for student in students if not is_awaiting(student, **key)]
    if others:
        raise CannotIssue(
            f"{'、'.join(others)}不在本校待编号之列（未分班、已有学籍号或不是在读）",
            remedy="请先分班，或刷新后再办",
        )


def _fact(student: Student, lineage: Lineage, kind: str, acting: Acting) -> Fact:
    return Fact(
        kind=EventKind.NUMBERED,
        student=student,
        lineage=lineage,
        effective_on=acting.today,
        stage=student.stage,
        grade=student.grade,
        class_name=str(student.school_class),
        text=f"编{SeriesKind(kind).label}",
    )


def _begin_or_refuse(
    lineage: Lineage, key: SeriesKey, prefix: str, count: int, acting: Acting
) -> None:
    """Begin a series of which no number was ever issued; say why another one did not go on."""
    series = find_series(**key)
    if series is None:
        new = Series(
            province=lineage.province,
            unit=lineage.school,
            kind=key["kind"],
            stage=key["stage"],
            entry_year=key["entry_year"],
            prefix=prefix,
        )
        Series.objects.bulk_create([new], ignore_conflicts=True)
        return
    require_same_prefix(series, prefix)
    require_room(
        lineage=lineage,
        stage=key["stage"],
        entry_year=key["entry_year"],
        last=series.last + count,
        on=acting.today,
    )
