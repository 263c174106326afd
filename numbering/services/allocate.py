"""Give pupils the next numbers of a series without gap: the only way a number is issued.

Number, pupil, history, event and the series' last serial commit together or not at all. Waiters
queue on an advisory lock before the series row, so that they are served in the order they came.
"""

from collections.abc import Sequence

from django.db import connection
from django.db.transaction import TransactionManagementError

from numbering.models import RegisterNumber, Series
from numbering.queries.codes import CannotIssue, prefix_of, require_room, require_working
from numbering.queries.preview import find_series, require_same_prefix
from numbering.queries.waiting import places_awaiting
from numbering.services import sql
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.queries import Lineage
from xueji.students.models import Placement, Student


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
    of this school. Nothing may be locked afterwards but another series of a higher id. Raises
    PermissionDenied unless the acting post is at the school's authority, CannotIssue with a
    Chinese sentence when a code is missing, the school does not work or somebody is not waiting.
    """
    found = places_awaiting(
        school_id=lineage.school.pk, stage=stage, entry_year=entry_year, kind=kind
    ).filter(student__in=students)
    places = {place.student_id: place for place in found}
    if missing := [student.name for student in students if student.pk not in places]:
        raise CannotIssue(
            f"{'、'.join(missing)}不在本校待编号之列（未分班、已有学籍号或不是在读）",
            remedy="请先分班，或刷新后再办",
        )
    issued = give(
        acting=acting,
        lineage=lineage,
        stage=stage,
        entry_year=entry_year,
        kind=kind,
        places=[places[student.pk] for student in students],
    )
    for student, row in zip(students, issued, strict=True):
        student.number = row.number
        student.version += 1
    return issued


def give(
    *,
    acting: Acting,
    lineage: Lineage,
    stage: str,
    entry_year: int,
    kind: str,
    places: Sequence[Placement],
) -> list[RegisterNumber]:
    """Issue one number for each place, in order; the pupils are locked and were read since."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("allocate runs inside the caller's transaction")
    access.require(acting, "numbering.issue", lineage.authority(stage).pk)
    require_working(lineage, acting.today)
    prefix = prefix_of(
        lineage=lineage, stage=stage, entry_year=entry_year, kind=kind, on=acting.today
    )
    series = _series(lineage, stage, entry_year, kind, prefix)
    issued = sql.issue(series=series, places=places, acting=acting)
    if not issued:
        # told before by the preview; here the series has filled up since it was read
        last = Series.objects.get(pk=series.pk).last + len(places)
        require_room(
            lineage=lineage, stage=stage, entry_year=entry_year, last=last, on=acting.today
        )
    ledger.write(
        [
            ledger.Fact(
                kind=EventKind.NUMBERED,
                student=place.student,
                lineage=lineage,
                effective_on=acting.today,
                stage=stage,
                grade=place.grade,
                class_name=str(place.school_class),
                number=row.number,
                text=f"编{series.get_kind_display()} {row.number}",
                case_id=place.case_id,
            )
            for place, row in zip(places, issued, strict=True)
        ],
        acting=acting,
    )
    return issued


def _series(lineage: Lineage, stage: str, entry_year: int, kind: str, prefix: str) -> Series:
    """The series, begun by whoever issues its first number."""
    key = {"school_id": lineage.school.pk, "stage": stage, "entry_year": entry_year, "kind": kind}
    series = find_series(**key)
    if series is None:
        new = Series(
            province=lineage.province,
            unit=lineage.school,
            kind=kind,
            stage=stage,
            entry_year=entry_year,
            prefix=prefix,
        )
        Series.objects.bulk_create([new], ignore_conflicts=True)
        series = find_series(**key)
    require_same_prefix(series, prefix)
    return series
