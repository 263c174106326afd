"""One pupil's years in the register as rows: what the services would have written, all at once.

A change writes a history row of the pupil, a change of place one of the placement, and what
counts in reports an event, each with the time and post of whoever did it.
"""

from collections.abc import Iterator
from datetime import date, datetime
from functools import cache

from enrollment.demo import calendar, further
from enrollment.demo.children import Child, Row
from enrollment.demo.cohorts import Cohort
from enrollment.demo.tables import NULL, Table, text
from numbering.models import NumberState, RegisterNumber, Series, SeriesKind, whole_number
from xueji.accounts.models import Post
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import grade_name
from xueji.students.models import (
    FamilyMember,
    Placement,
    PlacementKind,
    RegisterType,
    Status,
    Student,
    StudentSheet,
)

SIGNED = "history_date history_type history_change_reason history_user_id history_post_id"
PERSON = (
    "id name name_initials name_full name_order name_strokes sex birth_date nation country id_type "
    "id_number id_index no_id_reason hukou_kind hukou_code hukou_text address_code address_text "
    "phone boarding entry_mode migrant"
)
STATE = (
    "entered_on status register_type school_id org_path school_class_id stage entry_year grade "
    "number version"
)
MEMBER = (
    "id student_id position name relation phone is_guardian id_type id_number hukou_code "
    "hukou_text nation workplace address_code address_text"
)
SHEET = " ".join(("student_id", *further.COLUMNS))
PLACE = (
    "id student_id school_id org_path school_class_id stage entry_year grade starts ends case_id"
)
EVENT = (
    "kind student_id change effective_on recorded_at booked_month unit_id school_id school_path "
    "school_name authority_id class_name stage grade sex register_type number text user_id "
    "post_id case_id"
)
NUMBER = (
    "province_id series_id serial number holder_id state starts ends case_id ended_case_id reason"
)
SERIES = "id province_id unit_id kind stage entry_year prefix"
NOWHERE = dict.fromkeys(
    ("school_id", "org_path", "school_class_id", "stage", "entry_year", "grade"), NULL
)
SERIES_OF = {
    RegisterType.REGULAR: SeriesKind.REGISTER,
    RegisterType.BORROWED_TEMP: SeriesKind.TEMPORARY,
}


class Sheets:
    """The tables that pupils fill, in the order in which rows name each other."""

    def __init__(self) -> None:
        self.student = Table(Student, f"{PERSON} {STATE}")
        self.student_history = Table(Student.history.model, f"{PERSON} {STATE} {SIGNED}")
        self.sheet = Table(StudentSheet, SHEET)
        self.sheet_history = Table(StudentSheet.history.model, f"{SHEET} {SIGNED}")
        self.member = Table(FamilyMember, MEMBER)
        self.member_history = Table(FamilyMember.history.model, f"{MEMBER} {SIGNED}")
        self.place = Table(Placement, PLACE, kind=PlacementKind.HOME)
        self.place_history = Table(
            Placement.history.model, f"{PLACE} {SIGNED}", kind=PlacementKind.HOME
        )
        self.event = Table(RegisterEvent, EVENT)
        self.series = Table(Series, SERIES)
        self.number = Table(RegisterNumber, NUMBER)

    def begin_series(self, series: Series, seat: Row) -> None:
        """A series of the cohort, before its first number."""
        self.series.add(
            seat
            | {"id": str(series.pk), "kind": str(series.kind), "prefix": series.prefix}
            | {"unit_id": seat["school_id"]}
        )

    def before_cases(self) -> list[Table]:
        sheet = [self.sheet, self.sheet_history]
        return [self.student, self.student_history, *sheet, self.member, self.member_history]

    def after_cases(self) -> list[Table]:
        return [self.place, self.place_history, self.event, self.series, self.number]


class Signature:
    """By whom, when and why something was done, written out once for many rows."""

    def __init__(self, post: Post, at: datetime, reason: str) -> None:
        self.day = at.date()
        moment, user, pk = at.isoformat(), str(post.user_id), str(post.pk)
        self.event = {"recorded_at": moment, "user_id": user, "post_id": pk}
        self.added = {
            "history_date": moment,
            "history_type": "+",
            "history_change_reason": text(reason),
            "history_user_id": user,
            "history_post_id": pk,
        }
        self.changed = self.added | {"history_type": "~"}


@cache
def _seat(cohort: Cohort) -> Row:
    """What every event of a cohort says of school, authority and unit, by value."""
    lineage = cohort.campus.lineage
    return {
        "unit_id": str(lineage.monthly_unit(cohort.stage).pk),
        "school_id": str(lineage.school.pk),
        "school_path": lineage.school.organisation.path,
        "org_path": lineage.school.organisation.path,
        "school_name": cohort.campus.name,
        "authority_id": str(lineage.authority(cohort.stage).pk),
        "stage": str(cohort.stage),
        "entry_year": str(cohort.entry_year),
        "province_id": str(lineage.province.pk),
    }


@cache
def _written(day: date) -> str:
    return day.isoformat()


@cache
def _booked(on: date, recorded: date) -> str:
    return calendar.booked(on, recorded).isoformat()


class Life:
    """A pupil from the first row on; ``end`` must come last."""

    def __init__(
        self,
        sheets: Sheets,
        pk: int,
        child: Child,
        placements: Iterator[int],
        members: Iterator[int],
    ) -> None:
        self._sheets, self._child, self._placements = sheets, child, placements
        self.row: Row = child.student | NOWHERE
        self.row |= {"id": str(pk), "status": str(Status.PENDING), "version": "1"}
        self.row |= {"register_type": child.register_type, "number": NULL, "entered_on": NULL}
        self.regular = child.register_type == RegisterType.REGULAR
        self._version = 1
        self._place: Row = {}
        self._number: Row = {}
        self._family = [
            member | {"id": str(next(members)), "student_id": str(pk)} for member in child.family
        ]

    def begin(self, by: Signature, **state: str) -> None:
        """The first rows: the pupil, the sheet and the family."""
        self.row |= state
        self._sheets.student_history.add(self.row | by.added)
        sheet = self._child.sheet | {"student_id": self.row["id"]}
        self._sheets.sheet.add(sheet)
        self._sheets.sheet_history.add(sheet | by.added)
        for member in self._family:
            self._sheets.member.add(member)
            self._sheets.member_history.add(member | by.added)

    def change(self, by: Signature, **state: str) -> None:
        """New values of the pupil's own columns."""
        self._version += 1
        self.row |= state
        self.row["version"] = str(self._version)
        self._sheets.student_history.add(self.row | by.changed)

    def place(
        self, by: Signature, cohort: Cohort, where: str, grade: int, starts: date, case: str = NULL
    ) -> Row:
        """Open a placement in the class ``where``; return what the pupil copies of it."""
        seat = _seat(cohort)
        copied = {
            "school_id": seat["school_id"],
            "org_path": seat["org_path"],
            "school_class_id": where,
            "stage": seat["stage"],
            "entry_year": seat["entry_year"],
            "grade": str(grade),
        }
        self._place = copied | {
            "id": str(next(self._placements)),
            "student_id": self.row["id"],
            "starts": _written(starts),
            "ends": NULL,
            "case_id": case,
        }
        self._sheets.place_history.add(self._place | by.added)
        return copied

    def leave(self, by: Signature, on: date) -> Row:
        """Close the placement; return the empty copy of the pupil."""
        ended = self._place | {"ends": on.isoformat()}
        self._sheets.place.add(ended)
        self._sheets.place_history.add(ended | by.changed)
        self._place = {}
        return NOWHERE

    def happened(
        self,
        kind: EventKind,
        by: Signature,
        cohort: Cohort,
        grade: int,
        on: date,
        *,
        change: int = 0,
        said: str = "",
        class_name: str = "",
        number: str = "",
        case: str = NULL,
    ) -> None:
        """An event of the ledger; a register that is not regular changes no count."""
        self._sheets.event.add(
            _seat(cohort)
            | by.event
            | {
                "kind": str(kind),
                "student_id": self.row["id"],
                "change": str(change if self.regular else 0),
                "effective_on": _written(on),
                "booked_month": _booked(on, by.day),
                "class_name": class_name,
                "grade": str(grade),
                "sex": self._child.sex,
                "register_type": self._child.register_type,
                "number": number,
                "text": said,
                "case_id": case,
            }
        )

    def take_number(self, cohort: Cohort, starts: date, case: str = NULL) -> str:
        """The next number of the cohort's series, standing in the register from ``starts``."""
        kind = SERIES_OF[RegisterType(self._child.register_type)]
        series = cohort.series[kind]
        cohort.issued[kind] += 1
        serial = cohort.issued[kind]
        if serial == 1:
            self._sheets.begin_series(series, _seat(cohort))
        number = whole_number(series.prefix, serial)
        self._number = {
            "province_id": _seat(cohort)["province_id"],
            "series_id": str(series.pk),
            "serial": str(serial),
            "number": number,
            "holder_id": self.row["id"],
            "state": str(NumberState.LIVE),
            "starts": _written(starts),
            "ends": NULL,
            "case_id": case,
            "ended_case_id": NULL,
            "reason": "",
        }
        return number

    def retire_number(self, ends: date, reason: str) -> None:
        """The number stays the pupil's for ever, but is in use no more."""
        state = {"state": str(NumberState.RETIRED), "ends": ends.isoformat(), "reason": reason}
        self._sheets.number.add(self._number | state)
        self._number = {}

    def end(self) -> None:
        """The rows that say how things stand today."""
        self._sheets.student.add(self.row)
        if self._place:
            self._sheets.place.add(self._place)
        if self._number:
            self._sheets.number.add(self._number)


@cache
def class_name(grade: int, number: int) -> str:
    """``三（2）班`` as a class of that grade is written."""
    return f"{grade_name(grade).removesuffix('年级')}（{number}）班"
