"""Storing a confirmed intake: all rows or none, in a number of queries that grows by 500 rows.

Does for many what ``services.submit`` does for one, by the same checks and the same kernel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from enrollment.models import Enrollment, ImportBatch, ImportedRow
from enrollment.services.batch.judge import Judged, judge
from enrollment.services.batch.rows import REASON, VERIFIED_BY, Entry, Fate
from enrollment.services.check import FIRST_GRADE, Checked, Context
from enrollment.services.context import route, with_national_check
from enrollment.services.submit import SHEET_FIELDS, STUDENT_FIELDS, TAKEN
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases import queries as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, CaseForm, Paper, State
from xueji.cases.services import Submission, new_cases, submit_all
from xueji.organisations.models import School, StageName
from xueji.rows import add, insert, pieces
from xueji.rules.engine import Finding
from xueji.rules.files import Effect
from xueji.students import entering
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.models import UNREGISTERED, Status, Student, StudentSheet

OF_STUDENT = {name: empty(name, Student) for name in STUDENT_FIELDS}
OF_SHEET = {name: empty(name, StudentSheet) for name in SHEET_FIELDS}
Members = Sequence[Mapping[str, object]]


@dataclass(slots=True, kw_only=True)
class Row:
    """What is left of a judged row on its way into the database: as little as can be."""

    judged: Judged
    known: Student | None
    title: str = ""
    of_student: tuple[object, ...] = ()
    of_sheet: tuple[object, ...] = ()
    members: Members = ()
    register_type: str
    grade: int
    late_reason: str
    entry_on: date
    class_id: int | None
    papers: frozenset[str]
    findings: Sequence[Finding]
    near: int
    case: Case = field(init=False)
    student_id: int = field(init=False)

    @property
    def entry(self) -> Entry:
        return self.judged.entry

    @property
    def is_first(self) -> bool:
        return self.grade == FIRST_GRADE


def _row(judged: Judged) -> Row:
    checked = judged.checked
    assert checked is not None  # noqa: S101 -- ``judge`` has just set it
    assert checked.facts is not None  # noqa: S101 -- without birth date there is a fault
    school_class = checked.values["school_class"]
    row = Row(
        judged=judged,
        known=checked.known,
        register_type=checked.facts.register_type,
        grade=checked.values["into_grade"],
        late_reason=checked.values["into_reason"],
        entry_on=checked.values["entered_on"],
        class_id=school_class and school_class.pk,
        papers=checked.papers,
        findings=checked.findings,
        near=len(checked.near) + len(judged.alike),
    )
    if judged.entry.fate == Fate.SUBMIT:
        row.title, row.members = checked.values["name"], checked.members
        row.of_student, row.of_sheet = own(checked), tuple(further(checked).values())
    return row


class NoLongerFit(Exception):
    """Since the check something changed; ``entries`` carry the faults of now."""

    def __init__(self, entries: Sequence[Entry]):
        super().__init__()
        self.entries = entries


@transaction.atomic
def store(
    *, batch: ImportBatch, entries: Sequence[Entry], context: Context, acting: Acting
) -> None:
    """Submit every fit row and keep as drafts those whose papers are still to be seen.

    Raises NoLongerFit or Refused, and then nothing is stored.
    """
    # intakes of one school follow each other, so that no child is in two of them
    School.objects.select_for_update().get(pk=context.lineage.school.pk)
    for entry in entries:
        entry.faults, entry.fate = [], Fate.SUBMIT
    rows: list[Row] = []

    def take(piece: Sequence[Judged]) -> None:
        rows.extend(_row(judged) for judged in piece if judged.entry.fate != Fate.FAULTY)

    judge(entries, context, take)
    if any(entry.fate == Fate.FAULTY for entry in entries):
        raise NoLongerFit(entries)
    _give_cases(rows, context, acting)
    sent = [row for row in rows if row.entry.fate == Fate.SUBMIT]
    begun = [row for row in rows if row.entry.fate == Fate.DRAFT]
    for piece in pieces(sent):
        _write_pupils(piece, acting, f"新生入学 导入批次 {batch.pk}")
    _send(sent, context, acting)
    _begin(begun)
    for piece in pieces(rows):
        _keep_typed(piece, acting)
        _write_papers(piece, acting)
        _remember(piece, batch)


def _give_cases(rows: Sequence[Row], context: Context, acting: Acting) -> None:
    """Each row gets a new case, or the draft that an earlier intake began."""
    known = cases.lock(row.judged.draft.pk for row in rows if row.judged.draft)
    known = {pk: case for pk, case in known.items() if case.state == State.DRAFT}
    begun = [row.judged.draft and known.get(row.judged.draft.pk) for row in rows]
    count, school = begun.count(None), context.lineage.school
    new = new_cases(count, kind=Enrollment.KIND, school=school, acting=acting) if count else []
    fresh = iter(new)
    for row, draft in zip(rows, begun, strict=True):
        row.case = draft or next(fresh)


# -- pupils ----------------------------------------------------------------------------------------
def _write_pupils(rows: Sequence[Row], acting: Acting, reason: str) -> None:
    """New pupils, and those that an earlier try or a deferral left, with sheet and family."""
    known = students.lock(row.known.pk for row in rows if row.known)
    busy = set(
        Case.objects.filter(student__in=known, state__in=ALIVE).values_list("student", flat=True)
    )
    left = [(known[row.known.pk], row) for row in rows if row.known]
    if any(student.status not in UNREGISTERED or student.pk in busy for student, _ in left):
        raise Refused(TAKEN)
    new = [row for row in rows if row.known is None]
    try:
        with transaction.atomic():
            keys = history.add(Student, list(map(_new, new)), acting=acting, reason=reason)
    except IntegrityError as error:
        if "id_index" not in str(error):
            raise
        raise Refused(TAKEN) from error
    for row, key in zip(new, keys, strict=True):
        row.student_id = key
    for student, row in left:
        fill(student, row.of_student)
        student.register_type, row.student_id = row.register_type, student.pk
    if left:
        fields = (*STUDENT_FIELDS, *students.DERIVED, "register_type")
        filled = [student for student, _ in left]
        students.write(filled, fields=fields, acting=acting, reason=reason)
    sheets = {row.student_id: dict(zip(OF_SHEET, row.of_sheet, strict=True)) for row in rows}
    entering.write_sheets(sheets, acting=acting, reason=reason)
    families = {row.student_id: row.members for row in rows}
    entering.write_families(families, acting=acting, reason=reason)
    for row in rows:
        row.of_student, row.of_sheet, row.members = (), (), ()


def _new(row: Row) -> dict[str, Any]:
    values: dict[str, Any] = dict(zip(OF_STUDENT, row.of_student, strict=True))
    return {
        **values,
        **students.derived(row.title, values["id_number"]),
        "status": Status.PENDING.value,
        "register_type": row.register_type,
    }


def own(checked: Checked) -> tuple[object, ...]:
    """What was understood of the pupil, in the order of STUDENT_FIELDS."""
    return tuple([checked.values.get(name) or nothing for name, nothing in OF_STUDENT.items()])


def fill(student: Student, values: Sequence[object]) -> None:
    for name, value in zip(OF_STUDENT, values, strict=True):
        setattr(student, name, value)
    students.derive(student)


def further(checked: Checked) -> Mapping[str, object]:
    return {name: checked.values.get(name, nothing) for name, nothing in OF_SHEET.items()}


# -- cases -----------------------------------------------------------------------------------------
def _send(rows: Sequence[Row], context: Context, acting: Acting) -> None:
    stops = route(context)
    checked_nationally, position = with_national_check(stops, context)
    submissions = [
        Submission(
            case=row.case,
            student_id=row.student_id,
            title=row.title,
            route=stops if row.is_first else checked_nationally,
            findings=row.findings,
            exceptions=row.judged.requests,
        )
        for row in rows
    ]
    if submissions:
        submit_all(submissions, lineage=context.lineage, rules=context.rules, acting=acting)
    entries = [
        {
            "case_id": row.case.pk,
            "entry_year": context.cohort(row.grade),
            "stage": StageName.PRIMARY.value,
            "grade": row.grade,
            "school_class_id": row.class_id,
            "register_type": row.register_type,
            "entry_on": row.entry_on,
            "near_duplicates": row.near,
            "late_reason": row.late_reason,
            "check_position": None if row.is_first else position,
        }
        for row in rows
    ]
    add(Enrollment, entries)


def _begin(rows: Sequence[Row]) -> None:
    """Drafts: no pupil, no lock; the list of 待补材料 names them."""
    for row in rows:
        row.case.title = row.entry.name
    insert([row.case for row in rows if row.case._state.adding])


def _keep_typed(rows: Sequence[Row], acting: Acting) -> None:
    """Whoever mends a case finds what was typed."""
    forms = []
    for row in rows:
        typed = row.entry.typed
        if reason := row.entry.row.get(REASON, ""):
            asked = [finding.key for finding in row.findings if finding.effect == Effect.WARN]
            typed |= {f"reason_{key}": reason for key in asked}
        forms.append({"case_id": row.case.pk, "values": {"row": typed}, "saved_at": acting.at})
    add(CaseForm, forms, unique=["case"], replacing=["values", "saved_at"])


def _write_papers(rows: Sequence[Row], acting: Acting) -> None:
    papers = [
        {"case_id": row.case.pk, "kind": kind, "seen_by_id": acting.post.pk, "seen_at": acting.at}
        for row in rows
        for kind in sorted(row.papers)
    ]
    add(Paper, papers, unique=["case", "kind"], replacing=["seen_by", "seen_at"])


def _remember(rows: Sequence[Row], batch: ImportBatch) -> None:
    facts = ["batch", "line", "digest", "id_index", "verified_by"]
    stored = [
        {
            "case_id": row.case.pk,
            "batch_id": batch.pk,
            "line": row.entry.line,
            "digest": row.judged.digest,
            "id_index": row.judged.number,
            "verified_by": row.entry.row.get(VERIFIED_BY, "").strip()[:50],
        }
        for row in rows
    ]
    add(ImportedRow, stored, unique=["case"], replacing=facts)
