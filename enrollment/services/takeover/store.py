"""Storing a confirmed takeover: all rows or none, in a number of queries that grows by 500 rows.

The register begins for these pupils on the day ``as_on``: place, number, 建库 event and statuses
are as they were that day, and the sums of the ledger open with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from enrollment.models import TakenOver, TakenSeries, Takeover
from enrollment.services.batch.rows import Entry, Fate
from enrollment.services.batch.store import NoLongerFit, fill, further, own
from enrollment.services.submit import STUDENT_FIELDS, TAKEN
from enrollment.services.takeover.check import Row, judge_rows, serial_of
from enrollment.services.takeover.classes import classes_for
from enrollment.services.takeover.context import ClassKey, Context, require_working
from numbering.models import SERIAL_DIGITS
from numbering.services import Brought, CannotIssue, take_over
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.models import School, SchoolClass
from xueji.organisations.queries import hold, lineages
from xueji.students import entering, foreign_numbers
from xueji.students import services as students
from xueji.students.models import Placement, PlacementKind, Status, Student

Values = Mapping[str, Any]
NATIONAL, FORMER = "全国中小学生学籍系统", "建库前的学籍登记"


@dataclass
class Pupil:
    """A judged row on its way into the register."""

    row: Row
    student: Student

    @property
    def values(self) -> Values:
        return self.row.values


@transaction.atomic
def store(
    *, takeover: Takeover, entries: Sequence[Entry], context: Context, acting: Acting
) -> None:
    """Enter every pupil; raises NoLongerFit or Refused, and then nothing is stored."""
    School.objects.select_for_update().get(pk=context.lineage.school.pk)
    require_working(context.lineage, acting.today)
    for entry in entries:
        entry.faults, entry.fate = [], Fate.SUBMIT
    rows = judge_rows(entries, context)
    if any(entry.fate == Fate.FAULTY for entry in entries):
        raise NoLongerFit(entries)
    reason = f"建库 {takeover.pk}：{takeover.basis}"[:100]
    pupils = _pupils(rows, acting, reason)
    classes = classes_for([pupil.values for pupil in pupils], context)
    if classes is None:
        raise NoLongerFit(entries)
    _number(takeover, pupils, context, acting, reason)
    _place(pupils, classes, context, acting, reason)
    _lend(pupils, classes, context, acting, reason)
    _keep_foreign(pupils, context, acting, reason)
    ledger.write(_facts(pupils, classes, takeover, context), acting=acting)
    _remember(takeover, pupils)


def _pupils(rows: Sequence[Row], acting: Acting, reason: str) -> list[Pupil]:
    """New pupils, and those that an undone entry or takeover left, with sheet and family."""
    known = students.lock(row.checked.known.pk for row in rows if row.checked.known)
    busy = Case.objects.filter(student__in=known, state__in=ALIVE).exists()
    if busy or any(student.status != Status.PENDING for student in known.values()):
        raise Refused(TAKEN)
    pupils = []
    for row in rows:
        left = row.checked.known
        student = known[left.pk] if left else Student(status=Status.PENDING)
        fill(student, own(row.checked))
        student.register_type = row.values["register_type"]
        pupils.append(Pupil(row, student))
    try:
        with transaction.atomic():
            new = [pupil.student for pupil in pupils if pupil.student.pk is None]
            history.create(new, acting=acting, reason=reason)
    except IntegrityError as error:
        if "id_index" not in str(error):
            raise
        raise Refused(TAKEN) from error
    if known:
        fields = (*STUDENT_FIELDS, *students.DERIVED, "register_type")
        students.write(known.values(), fields=fields, acting=acting, reason=reason)
    sheets = {pupil.student.pk: further(pupil.row.checked) for pupil in pupils}
    entering.write_sheets(sheets, acting=acting, reason=reason)
    families = {pupil.student.pk: pupil.row.checked.members for pupil in pupils}
    entering.write_families(families, acting=acting, reason=reason)
    return pupils


def _number(
    takeover: Takeover, pupils: Sequence[Pupil], context: Context, acting: Acting, reason: str
) -> None:
    """The numbers in use, and those of before that this school's series once gave."""
    brought = [one for pupil in pupils for one in _brought(pupil, context)]
    try:
        acts = take_over(
            lineage=context.lineage, brought=brought, on=context.as_on, acting=acting, reason=reason
        )
    except CannotIssue as error:
        raise Refused(str(error)) from error
    TakenSeries.objects.bulk_create(TakenSeries(act=act, takeover=takeover) for act in acts)


def _brought(pupil: Pupil, context: Context) -> Iterator[Brought]:
    values = pupil.values
    if not values["number"]:
        return
    stage, entry_year = context.stages[values["grade"]].stage, values["entry_year"]
    said: Values = {"stage": stage, "entry_year": entry_year, "starts": values["entered_on"]}
    yield Brought(serial=serial_of(values["number"]), student=pupil.student, **said)
    for number in values["former"]:
        if number[:-SERIAL_DIGITS] == values["number"][:-SERIAL_DIGITS]:
            yield Brought(serial=serial_of(number), **said)


def _place(
    pupils: Sequence[Pupil],
    classes: Mapping[ClassKey, SchoolClass],
    context: Context,
    acting: Acting,
    reason: str,
) -> None:
    places = {}
    for pupil in pupils:
        values, student = pupil.values, pupil.student
        student.status = values["status"]
        places[student] = students.Place(
            school=context.lineage.school,
            school_class=classes.get(values["class_key"]),
            stage=context.stages[values["grade"]].stage,
            entry_year=context.cohort(values["grade"]),
            grade=values["grade"],
            starts=context.as_on,
            case_id=None,
        )
    students.place(places, acting=acting, reason=reason, also=("status", "number"))


def _lend(
    pupils: Sequence[Pupil],
    classes: Mapping[ClassKey, SchoolClass],
    context: Context,
    acting: Acting,
    reason: str,
) -> None:
    """Whoever studies on loan has a place there as well, at a school of ours or outside."""
    lent = [pupil for pupil in pupils if pupil.values["host"] or pupil.values["host_name"]]
    held = hold({pupil.values["host"].pk for pupil in lent if pupil.values["host"]})
    history.create(
        (
            Placement(
                student=pupil.student,
                school=pupil.values["host"],
                org_path=held[pupil.values["host"].pk].path if pupil.values["host"] else "",
                outside=pupil.values["host_name"],
                stage=pupil.student.stage,
                entry_year=pupil.student.entry_year,
                grade=pupil.student.grade,
                kind=PlacementKind.BORROWED,
                starts=pupil.values["host_since"],
            )
            for pupil in lent
        ),
        acting=acting,
        reason=reason,
    )


def _keep_foreign(pupils: Sequence[Pupil], context: Context, acting: Acting, reason: str) -> None:
    """National numbers and those of before, so that each finds its pupil."""
    wanted = [(pupil.student, given) for pupil in pupils for given in _given(pupil, context)]
    refusals = foreign_numbers.refusals(wanted)
    pairs = zip(wanted, refusals, strict=True)
    standing = (foreign_numbers.KNOWN, foreign_numbers.ISSUED_HERE)
    fresh = [one for one, why in pairs if why not in standing]
    try:
        foreign_numbers.bring(fresh, acting=acting, reason=reason)
    except foreign_numbers.NotForeign as error:
        raise Refused(str(error)) from error


def _given(pupil: Pupil, context: Context) -> Iterator[foreign_numbers.Given]:
    values = pupil.values
    said: Values = {"starts": values["entered_on"], "paper": "建库时的学籍登记"}
    if values["national"]:
        yield foreign_numbers.Given(number=values["national"], issuer=NATIONAL, ends=None, **said)
    for number in values["former"]:
        yield foreign_numbers.Given(number=number, issuer=FORMER, ends=context.as_on, **said)


def _facts(
    pupils: Sequence[Pupil],
    classes: Mapping[ClassKey, SchoolClass],
    takeover: Takeover,
    context: Context,
) -> Iterator[ledger.Fact]:
    """建库 opens the sums of the day; the number and a loan are told beside it."""
    hosts = lineages({pupil.values["host"].pk for pupil in pupils if pupil.values["host"]})
    for pupil in pupils:
        values, student = pupil.values, pupil.student
        said: Values = {
            "student": student,
            "effective_on": context.as_on,
            "stage": student.stage,
            "grade": student.grade,
            "class_name": str(classes.get(values["class_key"]) or ""),
        }
        yield ledger.Fact(
            kind=EventKind.OPENING,
            lineage=context.lineage,
            change=int(student.status == Status.ENROLLED),
            text=f"建库，{_status(values)}；{values['entered_on']:%Y-%m} 入学"[:200],
            **said,
        )
        if student.number:
            yield ledger.Fact(
                kind=EventKind.NUMBERED,
                lineage=context.lineage,
                number=student.number,
                text="建库以前已编学籍号",
                **said,
            )
        if values["host"] or values["host_name"]:
            where = values["host_name"] or str(hosts[values["host"].pk].school.organisation)
            yield ledger.Fact(
                kind=EventKind.BORROWED,
                lineage=context.lineage,
                text=f"建库时在{where}借读，自 {values['host_since']:%Y-%m-%d}"[:200],
                **said,
            )


def _status(values: Values) -> str:
    word = Status(values["status"]).label
    if not values["since"]:
        return word
    until = f" 至 {values['until']:%Y-%m-%d}" if values["until"] else ""
    return f"{word}（自 {values['since']:%Y-%m-%d}{until}）"


def _remember(takeover: Takeover, pupils: Sequence[Pupil]) -> None:
    TakenOver.objects.bulk_create(
        (
            TakenOver(
                takeover=takeover,
                student=pupil.student,
                line=pupil.row.entry.line,
                **{
                    name: pupil.values[name]
                    for name in ("since", "until", "host", "host_name", "host_since", "reason")
                },
            )
            for pupil in pupils
        ),
        batch_size=500,
    )
