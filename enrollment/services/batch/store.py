"""Storing a confirmed intake: all rows or none, in a number of queries that grows by 500 rows.

Does for many what ``services.submit`` does for one, by the same checks and the same kernel.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from xueji.rows import insert, pieces
from xueji.students import entering
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.models import UNREGISTERED, Status, Student, StudentSheet

KIND = "enrollment"
# of what was understood, what is asked once the pupil is written
STILL_ASKED = ("into_grade", "into_reason", "school_class", "entered_on")


@dataclass
class Row:
    """A judged row on its way into the database."""

    judged: Judged
    case: Case
    student: Student | None = None

    @property
    def checked(self) -> Checked:
        assert self.judged.checked is not None  # noqa: S101 -- only SAME rows have none
        return self.judged.checked

    @property
    def entry(self) -> Entry:
        return self.judged.entry


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
    judged = judge(entries, context)
    if any(entry.fate == Fate.FAULTY for entry in entries):
        raise NoLongerFit(entries)
    rows = _with_cases([row for row in judged if row.entry.fate != Fate.SAME], context, acting)
    sent = [row for row in rows if row.entry.fate == Fate.SUBMIT]
    begun = [row for row in rows if row.entry.fate == Fate.DRAFT]
    reason = f"新生入学 导入批次 {batch.pk}"
    for piece in pieces(sent):
        _write_pupils(piece, acting, reason)
        for row in piece:  # of 10,000 pupils everything that was understood is 100 MB
            row.checked.values = {key: row.checked.values[key] for key in STILL_ASKED}
            row.checked.members = []
    _send(sent, context, acting)
    _begin(begun)
    for piece in pieces(rows):
        _keep_typed(piece, acting)
        _write_papers(piece, acting)
        _remember(piece, batch)


def _with_cases(judged: Sequence[Judged], context: Context, acting: Acting) -> list[Row]:
    """Each row with a new case, or with the draft that an earlier intake began."""
    known = cases.lock(row.draft.pk for row in judged if row.draft)
    known = {pk: case for pk, case in known.items() if case.state == State.DRAFT}
    count = sum(row.draft is None or row.draft.pk not in known for row in judged)
    fresh = iter(
        new_cases(count, kind=KIND, school=context.lineage.school, acting=acting) if count else ()
    )
    return [
        Row(row, known[row.draft.pk] if row.draft and row.draft.pk in known else next(fresh))
        for row in judged
    ]


# -- pupils ----------------------------------------------------------------------------------------
def _write_pupils(rows: Sequence[Row], acting: Acting, reason: str) -> None:
    """New pupils, and those that an earlier try or a deferral left, with sheet and family."""
    known = students.lock(row.checked.known.pk for row in rows if row.checked.known)
    busy = set(
        Case.objects.filter(student__in=known, state__in=ALIVE).values_list("student", flat=True)
    )
    new: list[Row] = []
    for row in rows:
        found = row.checked.known
        if found is None:
            row.student = Student(status=Status.PENDING)
            new.append(row)
        elif known[found.pk].status not in UNREGISTERED or found.pk in busy:
            raise Refused(TAKEN)
        else:
            row.student = known[found.pk]
        fill(row.student, row.checked)
    try:
        with transaction.atomic():
            history.create([row.student for row in new], acting=acting, reason=reason)
    except IntegrityError as error:
        if "id_index" not in str(error):
            raise
        raise Refused(TAKEN) from error
    fields = (*STUDENT_FIELDS, *students.DERIVED, "register_type")
    left = [row.student for row in rows if row.checked.known]
    if left:
        students.write(left, fields=fields, acting=acting, reason=reason)
    sheets = {row.student: further(row.checked) for row in rows}
    entering.write_sheets(sheets, acting=acting, reason=reason)
    families = {row.student: row.checked.members for row in rows}
    entering.write_families(families, acting=acting, reason=reason)


def fill(student: Student, checked: Checked) -> None:
    for name in STUDENT_FIELDS:
        setattr(student, name, checked.values.get(name) or empty(name, Student))
    if checked.facts:
        student.register_type = checked.facts.register_type
    students.derive(student)


def further(checked: Checked) -> Mapping[str, object]:
    return {name: checked.values.get(name, empty(name, StudentSheet)) for name in SHEET_FIELDS}


# -- cases -----------------------------------------------------------------------------------------
def _send(rows: Sequence[Row], context: Context, acting: Acting) -> None:
    stops = route(context)
    checked_nationally, position = with_national_check(stops, context)
    submissions = [
        Submission(
            case=row.case,
            student=row.student,
            title=row.student.name,
            route=stops if _is_first(row) else checked_nationally,
            findings=row.checked.findings,
            exceptions=row.judged.requests,
        )
        for row in rows
    ]
    if submissions:
        submit_all(submissions, lineage=context.lineage, rules=context.rules, acting=acting)
    entries = [
        Enrollment(
            case=row.case,
            entry_year=context.cohort(row.checked.values["into_grade"]),
            stage=StageName.PRIMARY,
            grade=row.checked.values["into_grade"],
            school_class=row.checked.values["school_class"],
            register_type=row.student.register_type,
            entry_on=row.checked.values["entered_on"],
            near_duplicates=len(row.checked.near),
            late_reason=row.checked.values["into_reason"],
            check_position=None if _is_first(row) else position,
        )
        for row in rows
    ]
    insert(entries)


def _is_first(row: Row) -> bool:
    return bool(row.checked.values["into_grade"] == FIRST_GRADE)


def _begin(rows: Sequence[Row]) -> None:
    """Drafts: no pupil, no lock; the list of 待补材料 names them."""
    for row in rows:
        row.case.title = row.entry.name
    insert([row.case for row in rows if row.case._state.adding])


def _keep_typed(rows: Sequence[Row], acting: Acting) -> None:
    """Whoever mends a case finds what was typed."""
    forms = []
    for row in rows:
        typed = dict(row.entry.typed)
        if reason := row.entry.row.get(REASON, ""):
            typed |= {f"reason_{warning.key}": reason for warning in row.checked.warnings}
        forms.append(CaseForm(case=row.case, values={"row": typed}, saved_at=acting.at))
    insert(forms, unique=["case"], replacing=["values", "saved_at"])


def _write_papers(rows: Sequence[Row], acting: Acting) -> None:
    papers = [
        Paper(case=row.case, kind=kind, seen_by=acting.post, seen_at=acting.at)
        for row in rows
        for kind in sorted(row.checked.papers)
    ]
    insert(papers, unique=["case", "kind"], replacing=["seen_by", "seen_at"])


def _remember(rows: Sequence[Row], batch: ImportBatch) -> None:
    facts = ["batch", "line", "digest", "id_index", "verified_by"]
    stored = [
        ImportedRow(
            case=row.case,
            batch=batch,
            line=row.entry.line,
            digest=row.judged.digest,
            id_index=row.judged.number,
            verified_by=row.entry.row.get(VERIFIED_BY, "").strip()[:50],
        )
        for row in rows
    ]
    insert(stored, unique=["case"], replacing=facts)
