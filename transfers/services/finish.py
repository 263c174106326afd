"""The effect of the last signature of a transfer: the register moves, once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from numbering.services import retire
from transfers.models import Transfer
from transfers.services.place import into_rules, place_at, take_seat
from transfers.services.sides import scope_of
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import clerks_of
from xueji.cases.seats import Full, Room
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.queries import Lineage, idle, lineages
from xueji.students import moving
from xueji.students import services as students
from xueji.students.models import Status, Student

KEEP = "keep"
RECHOOSE = "按“改选班级”改编别的班、分班后再定。"
CONSENT = f"有权同意的岗位在班级页上同意超过班额后再签署，或{RECHOOSE}"
GONE = "提交以后该生的学籍又有变动，不能按本件办理。请退回，由学校重新核对。"


@dataclass(frozen=True, kw_only=True)
class Moving:
    """A pupil who goes, with the two sides; None is outside the tree."""

    case: Case
    row: Transfer
    student: Student
    out: Lineage | None
    into: Lineage | None

    @property
    def renews(self) -> bool:
        """Whether the number stays behind; who is not 在读 keeps it as the status is kept."""
        if self.into is None:
            return True
        if self.out is None:
            return False
        policy = into_rules(self.row, self.case).value("transfer.number")
        return self.student.status == Status.ENROLLED and policy != KEEP


def apply(cases: Sequence[Case], acting: Acting) -> Mapping[int, str]:
    """Move the registers; who goes outside leaves the tree and waits for the receipt.

    Returns why single cases cannot be done.
    """
    pupils = students.lock([case.student_id for case in cases])
    rows = Transfer.objects.filter(pk__in=[case.pk for case in cases])
    transfers = rows.select_related(
        "former__school_class",
        "from_school__organisation",
        "to_school__organisation",
        "school_class",
    ).in_bulk()
    schools = lineages(_schools(transfers.values()))
    room = Room({row.school_class_id for row in transfers.values()})
    placed = {pk: row.to_school_id for pk, row in transfers.items() if row.school_class_id}
    clerks = clerks_of(placed)
    refusals: dict[int, str] = {}
    moves: dict[Student, students.Place] = {}
    coming_in: dict[Student, students.Place] = {}
    leaving: list[Student] = []
    ended: dict[Student, int] = {}
    facts: list[ledger.Fact] = []
    for case in sorted(cases, key=lambda case: case.pk):
        row, student = transfers[case.pk], pupils[case.student_id]
        one = Moving(
            case=case,
            row=row,
            student=student,
            out=schools[row.from_school_id] if row.from_school_id else None,
            into=schools[row.to_school_id] if row.to_school_id else None,
        )
        chosen_by = row.chosen_by_id or clerks.get(case.pk, acting.user.pk)
        if why := _why_not(one, room, chosen_by, acting):
            refusals[case.pk] = why
            continue
        facts += _facts(one, acting)
        if one.renews:
            ended[student] = case.pk
        if one.into is None:
            student.status = Status.TRANSFERRED
            leaving.append(student)
        elif one.out is None:
            student.status = Status.ENROLLED
            student.entered_on = student.entered_on or acting.today
            coming_in[student] = place_at(one.into, row, acting)
        else:
            moves[student] = place_at(one.into, row, acting)
    students.leave(leaving, on=acting.today, acting=acting, reason="转往外地", also=("status",))
    students.place(coming_in, acting=acting, reason="外地转入", also=("status", "entered_on"))
    moving.move(moves, acting=acting, reason="转学")
    retire(ended, acting=acting, reason="转学")
    ledger.write(facts, acting=acting)
    rows.exclude(pk__in=refusals).update(file_open=True, receipt_open=Q(to_school__isnull=True))
    return refusals


def _schools(rows: Iterable[Transfer]) -> set[int]:
    rows = list(rows)
    found = {row.from_school_id for row in rows} | {row.to_school_id for row in rows}
    return found - {None}


def _why_not(one: Moving, room: Room, chosen_by: int, acting: Acting) -> str:
    """Why the pupil cannot go any more; it was right when it was submitted."""
    row, student = one.row, one.student
    if student.status != row.former_status or student.school_id != row.from_school_id:
        return GONE
    if row.former and (row.former.ends or student.grade != row.grade):
        return GONE
    if one.into is None:
        return ""
    if found := idle(one.into.school, acting.today):
        return f"转入学校{found.why}，不能接收。请退回。"
    if row.school_class is None:
        return ""
    rules = into_rules(row, one.case)
    try:
        take_seat(room, row.school_class, student, row, rules=rules, chosen_by=chosen_by)
    except Full as full:
        return f"{full}{CONSENT}"
    except Refused as refusal:
        return f"{refusal}{RECHOOSE}"
    return ""


def _facts(one: Moving, acting: Acting) -> list[ledger.Fact]:
    """Out of the one school, into the other."""
    row, student, out, into = one.row, one.student, one.out, one.into
    count = 1 if student.status == Status.ENROLLED or out is None else 0
    common: dict[str, Any] = {
        "student": student,
        "effective_on": acting.today,
        "stage": row.stage,
        "grade": row.grade,
        "scope": scope_of(out, into),
        "case_id": one.case.pk,
    }
    facts = []
    if out:
        facts.append(
            ledger.Fact(
                kind=EventKind.TRANSFERRED_OUT,
                lineage=out,
                change=-count,
                class_name=str(row.former.school_class or "") if row.former else "",
                number=student.number or "",
                text=f"转学，转往{row.to_words}",
                **common,
            )
        )
    if into:
        facts.append(
            ledger.Fact(
                kind=EventKind.TRANSFERRED_IN,
                lineage=into,
                change=count,
                class_name=str(row.school_class or ""),
                number="" if one.renews else student.number or "",
                text=f"转学，由{row.from_words}转入",
                **common,
            )
        )
    return facts
