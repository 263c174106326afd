"""Who would get which number now, in the order that the office checks before it issues."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from numbering.models import NumberState, RegisterNumber, Series, whole_number
from numbering.queries.codes import prefix_of, require_room, require_working
from numbering.queries.refusal import CannotIssue
from numbering.queries.waiting import SeriesKey, in_list_order, students_awaiting
from xueji.organisations.queries import Lineage
from xueji.students.models import Student


@dataclass(frozen=True, kw_only=True)
class Planned:
    """One line of the preview."""

    student: Student
    serial: int
    number: str
    refill: bool


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What issuing now would do. ``token`` stays the same as long as that is so."""

    prefix: str
    last: int
    planned: tuple[Planned, ...]
    token: str


def token_of(pairs: Iterable[tuple[int, str]]) -> str:
    """Digest of pupils and the numbers they get, in order."""
    text = "\n".join(f"{student_id}={number}" for student_id, number in pairs)
    return hashlib.sha256(text.encode()).hexdigest()


def find_series(*, school_id: int, stage: str, entry_year: int, kind: str) -> Series | None:
    """The series, if a number of it was ever issued."""
    return Series.objects.filter(
        unit=school_id, kind=kind, stage=stage, entry_year=entry_year
    ).first()


def preview(*, lineage: Lineage, stage: str, entry_year: int, kind: str, on: date) -> Preview:
    """The pupils who wait, by class number and order of placement, each with its number.

    Open holes are filled first, lowest first, then the series goes on; a frozen one only goes
    on. Raises CannotIssue when none could be issued at all.
    """
    key = SeriesKey(school_id=lineage.school.pk, stage=stage, entry_year=entry_year, kind=kind)
    require_working(lineage, on)
    prefix = prefix_of(lineage=lineage, stage=stage, entry_year=entry_year, kind=kind, on=on)
    series = find_series(**key)
    require_same_prefix(series, prefix)
    students = in_list_order(students_awaiting(**key))
    last = series.last if series else 0
    holes = _holes(series, len(students))
    end = last + len(students) - len(holes)
    require_room(lineage=lineage, stage=stage, entry_year=entry_year, last=end, on=on)
    planned = tuple(
        Planned(
            student=student,
            serial=serial,
            number=whole_number(prefix, serial),
            refill=serial <= last,
        )
        for student, serial in zip(students, [*holes, *range(last + 1, end + 1)], strict=True)
    )
    token = token_of((line.student.pk, line.number) for line in planned)
    return Preview(prefix=prefix, last=last, planned=planned, token=token)


def require_same_prefix(series: Series | None, prefix: str) -> None:
    """Raise CannotIssue when the codes have changed since the series began."""
    if series and series.prefix != prefix:
        raise CannotIssue(
            f"号段原为 {series.prefix}，现行代码应为 {prefix}，两者不一致，不能续编",
            remedy="请教育局核对市、县、学校和类别代码",
        )


def _holes(series: Series | None, count: int) -> list[int]:
    if series is None or series.frozen_at:
        return []
    holes = RegisterNumber.objects.filter(series=series, state=NumberState.VOID, refilled=False)
    return list(holes.order_by("serial").values_list("serial", flat=True)[:count])
