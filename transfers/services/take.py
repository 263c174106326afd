"""Asking for a pupil from the receiving school: of another school of the register, or from outside.

Who comes is found by the whole document number, and nothing is told that the number does not open
anyway. From outside a pupil is entered with the whole sheet; one who had left the register for
outside and comes back goes on in the same register.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import transaction

from transfers import queries
from transfers.models import Transfer
from transfers.rules import TransferFacts
from transfers.services.discretion import withhold
from transfers.services.entrant import Entry, enter
from transfers.services.known import alike, has_national, keep_national
from transfers.services.look import Looked, look
from transfers.services.place import take_seat
from transfers.services.sides import Way
from transfers.services.submit import (
    ACT,
    Asked,
    Rejected,
    at_work,
    demanded,
    facts_of,
    first_sent_on,
    home_of,
    judged,
    keep_draft,
    require_plain,
    term_day,
    term_starts_on,
    write_papers,
)
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.seats import Room
from xueji.cases.services import Typed, granting_stop
from xueji.cases.services.common import lock, require_none_elsewhere
from xueji.conduct.queries import open_sanctions
from xueji.identity.problems import Problem
from xueji.organisations.models import SchoolClass, Stage
from xueji.organisations.queries import Lineage, lineage, school_year
from xueji.rules.files import Effect
from xueji.students import services as students
from xueji.students.models import Placement, Status, Student


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What the clerk asks for. ``entry`` is the typed sheet of who is in no register yet."""

    id_number: str
    name: str
    outside_school: str
    outside_office: str
    grade: int | None
    school_class: SchoolClass | None
    reason: str
    reason_text: str
    papers: frozenset[str]
    national_number: str = ""
    offline_on: date | None = None
    offline_paper: str = ""
    entry: Mapping[str, str] = field(default_factory=dict)


class NotTaken(Exception):
    """What was typed does not do; ``problems`` says all of it."""

    def __init__(self, problems: Sequence[Problem]):
        super().__init__()
        self.problems = problems


@transaction.atomic
def take(*, typed: Typed, taken: Taken, reasons: Mapping[str, str], acting: Acting) -> Case:
    """Ask for a pupil; without a case in ``typed`` a new one. The own principal is next.

    Raises NotTaken for what is wrong with what was typed, Rejected while a rule stands against it,
    Refused when the act itself is not possible, Stale when another window saved the form.
    """
    access.require(acting, "transfers.start", acting.post.organisation_id)
    into = at_work(acting)
    case = lock(keep_draft(typed=typed, title=taken.name, acting=acting).case.pk)
    looked = look(id_number=taken.id_number, name=taken.name, case=case, acting=acting)
    if looked.problems:
        raise NotTaken(looked.problems)
    if looked.is_outside:
        return _from_outside(case, looked, taken, into, reasons, acting)
    if looked.student is None:
        raise LookupError("a register that is in the tree has a pupil")
    return _from_school(case, looked.student, taken, into, reasons, acting)


def _from_school(
    case: Case,
    found: Student,
    taken: Taken,
    into: Lineage,
    reasons: Mapping[str, str],
    acting: Acting,
) -> Case:
    (student,) = students.lock([found.pk]).values()
    former, way = way_of(student, case, into, acting)
    asked = Asked(
        student_id=student.pk,
        to_school=into.school,
        outside_school="",
        outside_office="",
        reason=taken.reason,
        reason_text=taken.reason_text,
        papers=taken.papers,
        offline_on=taken.offline_on,
        offline_paper=taken.offline_paper,
    )
    facts = facts_of(student, former, asked, way, acting, entered_on=first_sent_on(case, acting))
    facts = _with_class(facts, taken)
    row = Transfer(
        direction=way.direction,
        from_school=former.school,
        former=former,
        stage=former.stage,
        grade=former.grade,
        entry_year=former.entry_year,
    )
    return _send(case, student, row, facts, way, taken, reasons, acting)


def way_of(
    student: Student, case: Case | None, into: Lineage, acting: Acting
) -> tuple[Placement, Way]:
    """From where a pupil of the register would come, and how.

    Raises Refused where the pupil is not to be had, or not by a request from here. The latter is
    told first: who cannot ask in any case learns nothing of the pupil.
    """
    former = home_of(student)
    way = Way(stage=former.stage, out=lineage(former.school_id), into=into, on=acting.today)
    if not way.starts_at_receiving:
        cited = way.rules.rule("transfer.starter").citation
        raise Refused(
            f"这样的转学由转出学校发起（{cited}）。请监护人到原学校申请，由原学校开始办理。"
        )
    require_free(student, case, acting)
    require_plain(student, acting)
    return former, way


def _from_outside(
    case: Case,
    looked: Looked,
    taken: Taken,
    into: Lineage,
    reasons: Mapping[str, str],
    acting: Acting,
) -> Case:
    stage, grade = _grade_here(taken, into)
    student, is_known = _pupil(case, looked, taken, into, acting)
    if problem := keep_national(student, taken.national_number, acting=acting):
        raise NotTaken([problem])
    way = Way(stage=stage.stage, out=None, into=into, on=acting.today)
    year = school_year(into.county, acting.today)
    if year is None:
        raise Refused("本县还没有设学年，算不出入学年份。请教育局先设校历。")
    sent_on = first_sent_on(case, acting)
    facts = TransferFacts(
        reason=taken.reason,
        reason_text=taken.reason_text,
        term_day=term_day(way, taken.offline_on or acting.today),
        status=(Status.ENROLLED, Status.ENROLLED.label),
        is_final=grade == stage.grades[-1],
        sanctions=open_sanctions([student.pk], on=acting.today).count(),
        grade=grade,
        papers=taken.papers,
        direction=way.direction,
        has_national_number=has_national(student),
        alike=0 if is_known else alike(student),
        offline_on=taken.offline_on,
        offline_paper=taken.offline_paper,
        today=acting.today,
        term_starts_on=term_starts_on(way, sent_on) if taken.offline_on else None,
    )
    row = Transfer(
        direction=way.direction,
        outside_school=taken.outside_school.strip(),
        outside_office=taken.outside_office.strip(),
        stage=stage.stage,
        grade=grade,
        entry_year=year.year - (grade - stage.first_grade),
    )
    return _send(case, student, row, _with_class(facts, taken), way, taken, reasons, acting)


def _grade_here(taken: Taken, into: Lineage) -> tuple[Stage, int]:
    """The stage of the own school that has the grade; NotTaken without, or without whence."""
    problems = [
        Problem("missing", f"还没有填{label}。", "请照转学证明填写。", field=name)
        for name, label in (("outside_school", "原就读学校"), ("outside_office", "该校主管部门"))
        if not getattr(taken, name).strip()
    ]
    stage = queries.stage_of(into.school, taken.grade)
    if stage is None:
        problems.append(
            Problem("grade", "本校没有这个年级。", "请选该生在原学校就读的年级。", field="grade")
        )
    if problems or stage is None or taken.grade is None:
        raise NotTaken(problems)
    return stage, taken.grade


def _pupil(
    case: Case, looked: Looked, taken: Taken, into: Lineage, acting: Acting
) -> tuple[Student, bool]:
    """The pupil, locked or newly entered as typed, and whether the register knew them already."""
    left = looked.student
    if left and left.status != Status.PENDING:
        (student,) = students.lock([left.pk]).values()
        require_free(student, case, acting)
        return student, True
    entry = Entry(row=taken.entry, id_number=taken.id_number, name=taken.name)
    entered, wrong = enter(entry, case=case, left=left, into=into, acting=acting)
    if wrong or entered is None:
        raise NotTaken(wrong)
    return entered, False


def _with_class(facts: TransferFacts, taken: Taken) -> TransferFacts:
    grade = taken.school_class.grade if taken.school_class else None
    return replace(facts, grade_after=grade)


def _send(
    case: Case,
    student: Student,
    row: Transfer,
    facts: TransferFacts,
    way: Way,
    taken: Taken,
    reasons: Mapping[str, str],
    acting: Acting,
) -> Case:
    """Judge, keep the facts and submit; the case is the receiving school's."""
    findings = judged(facts, way)
    withhold(findings, student, ACT, acting)
    requests, unreasoned = cases.requests_of(findings, reasons, way.rules)
    if unreasoned or any(found.effect == Effect.BLOCK for found in findings):
        raise Rejected(findings, unreasoned, demanded(way))
    if way.into is None:
        raise LookupError("somebody takes the pupil")
    row.case, row.to_school, row.into_set = case, way.into.school, way.into.rule_set
    row.former_status, row.certifier = student.status, way.certifier()
    row.reason, row.reason_text = taken.reason, taken.reason_text.strip()
    row.offline_on, row.offline_paper = taken.offline_on, taken.offline_paper.strip()
    row.school_class = taken.school_class
    if taken.school_class:
        room, rules = Room([taken.school_class.pk]), way.into_rules or way.rules
        take_seat(room, taken.school_class, student, row, rules=rules, chosen_by=acting.user.pk)
    row.save()
    write_papers(case, taken.papers, acting)
    side = way.out or way.into
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=side,
        route=way.route([granting_stop(request.finding, side) for request in requests]),
        rules=way.rules,
        findings=findings,
        exceptions=requests,
        acting=acting,
    )


def require_free(student: Student, case: Case | None, acting: Acting) -> None:
    """The draft is this pupil's, and nothing out of reach is under way for the pupil."""
    if case and case.student_id not in (None, student.pk):
        raise Refused("本件是另一名学生的。请撤回本件，为这名学生另办一件。")
    require_none_elsewhere(student, case, acting, "提交")
