"""Asking for a guest (借读) from the host school: one of the register, or one from outside it.

Who comes is found by the whole document number, as for a transfer. A pupil whose home school is
in the register keeps the register there; another gets a temporary one here (临时借读学籍).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from transfers import queries
from transfers.models import Borrowing
from transfers.rules import borrowing
from transfers.rules.borrowing import BorrowingFacts
from transfers.services.borrow_sides import Hosting, hosting
from transfers.services.discretion import untold, withhold
from transfers.services.entrant import Entry, enter
from transfers.services.look import Looked, look
from transfers.services.sides import Way
from transfers.services.submit import Rejected, day_of_term, home_of, write_papers
from transfers.services.take import NotTaken, Taken, require_free
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.seats import Room
from xueji.cases.services import Kept, Typed
from xueji.cases.services.common import lock
from xueji.identity.problems import Problem
from xueji.organisations.queries import Lineage, idle, lineage, school_year
from xueji.rules.engine import Finding, Rules, judge
from xueji.rules.files import Effect
from xueji.students import services as students
from xueji.students.guests import guests
from xueji.students.models import Placement, RegisterType, Status, Student

KIND = "borrowing"
ACT = "借读"


@dataclass(frozen=True, kw_only=True)
class Wanted(Taken):
    """What the clerk of the host school asks for; ``until`` is the day it is expected to end."""

    until: date | None = None


def keep(*, kind: str, typed: Typed, title: str, acting: Acting) -> Kept:
    """Keep what was typed so far, as `xueji.cases.services.keep` says."""
    return cases.keep(
        kind=kind, act="borrowing.start", typed=typed, title=title[:50], acting=acting
    )


@transaction.atomic
def borrow(
    *,
    typed: Typed,
    taken: Wanted,
    reasons: Mapping[str, str],
    acting: Acting,
) -> Case:
    """Ask for a guest; without a case in ``typed`` a new one. The own principal is next.

    Raises NotTaken for what is wrong with what was typed, Rejected while a rule stands against it,
    Refused when the act itself is not possible, Stale when another window saved the form.
    """
    access.require(acting, "borrowing.start", acting.post.organisation_id)
    host = hosting(acting)
    case = lock(keep(kind=KIND, typed=typed, title=taken.name, acting=acting).case.pk)
    looked = look(id_number=taken.id_number, name=taken.name, case=case, acting=acting)
    if problems := [*looked.problems, *_of_day(taken, acting)]:
        raise NotTaken(problems)
    if looked.is_outside:
        student, one, side = _from_outside(case, looked, taken, host, acting)
    else:
        student, one, side = _from_school(case, looked, host, acting)
    return _send(case, student, one, side, taken, reasons, acting)


def _of_day(wanted: Wanted, acting: Acting) -> list[Problem]:
    if wanted.until is None or wanted.until > acting.today:
        return []
    told = "预计借读到的日期已经过了。"
    return [Problem("until", told, "请填以后的日期，或留空。", field="until")]


def _from_school(
    case: Case, looked: Looked, host: Lineage, acting: Acting
) -> tuple[Student, Borrowing, Hosting]:
    if looked.student is None:
        raise LookupError("a register that is in the tree has a pupil")
    (student,) = students.lock([looked.student.pk]).values()
    home, side = side_of(student, case, host, acting)
    one = Borrowing(
        home_school_id=home.school_id,
        home=home,
        stage=home.stage,
        grade=home.grade,
        entry_year=home.entry_year,
    )
    return student, one, side


def side_of(
    student: Student, case: Case | None, host: Lineage, acting: Acting
) -> tuple[Placement, Hosting]:
    """From where a pupil of the register would come; Refused where nobody may have the pupil."""
    if place := guests().filter(student=student).first():
        is_here = place.school_id == acting.post.organisation_id
        where = "在本校借读" if is_here else "在别的学校借读，或有临时借读学籍"
        raise Refused(untold(student, ACT, acting) or f"该生{where}。请先办理借读结束。")
    home = home_of(student)
    require_free(student, case, acting)
    way = Way(stage=home.stage, out=lineage(home.school_id), into=host, on=acting.today)
    return home, Hosting(way=way)


def _from_outside(
    case: Case, looked: Looked, wanted: Wanted, host: Lineage, acting: Acting
) -> tuple[Student, Borrowing, Hosting]:
    stage = queries.stage_of(host.school, wanted.grade)
    problems = [
        Problem("missing", f"还没有填{label}。", "请照借读证明信填写。", field=name)
        for name, label in (("outside_school", "原就读学校"), ("outside_office", "该校主管部门"))
        if not getattr(wanted, name).strip()
    ]
    if stage is None:
        told = "本校没有这个年级。"
        problems.append(Problem("grade", told, "请选该生在原学校就读的年级。", field="grade"))
    if problems or stage is None or wanted.grade is None:
        raise NotTaken(problems)
    year = school_year(host.county, acting.today)
    if year is None:
        raise Refused("本县还没有设学年，算不出入学年份。请教育局先设校历。")
    if looked.student and looked.student.status != Status.PENDING:
        (student,) = students.lock([looked.student.pk]).values()
        require_free(student, case, acting)
    else:
        found, wrong = enter(
            Entry(row=wanted.entry, id_number=wanted.id_number, name=wanted.name),
            case=case,
            left=looked.student,
            into=host,
            acting=acting,
            register_type=RegisterType.BORROWED_TEMP,
            why="外地借读",
        )
        if wrong or found is None:
            raise NotTaken(wrong)
        student = found
    one = Borrowing(
        outside_school=wanted.outside_school.strip(),
        outside_office=wanted.outside_office.strip(),
        stage=stage.stage,
        grade=wanted.grade,
        entry_year=year.year - (wanted.grade - stage.first_grade),
    )
    side = Hosting(way=Way(stage=stage.stage, out=None, into=host, on=acting.today))
    return student, one, side


def _send(
    case: Case,
    student: Student,
    one: Borrowing,
    side: Hosting,
    wanted: Wanted,
    reasons: Mapping[str, str],
    acting: Acting,
) -> Case:
    """Judge, keep the facts and submit; the case is the host school's."""
    findings = judged(_facts(student, one, side, wanted, acting), side)
    withhold(findings, student, ACT, acting)
    requests, unreasoned = cases.requests_of(findings, reasons, side.rules)
    if unreasoned or any(found.effect == Effect.BLOCK for found in findings):
        raise Rejected(findings, unreasoned)
    if wanted.school_class is None:
        told = Problem("missing", "还没有选借读班级。", "请选本年级的班。", field="school_class")
        raise NotTaken([told])
    one.case, one.host_school, one.direction = case, side.host.school, side.direction
    one.school_class, one.until = wanted.school_class, wanted.until
    one.ground, one.ground_text = wanted.reason, wanted.reason_text.strip()
    one.former_status, one.former_type = student.status, student.register_type
    room = Room([one.school_class_id])
    take_seat(room, one, student, rules=side.rules, chosen_by=acting.user.pk)
    one.save()
    write_papers(case, wanted.papers, acting)
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=side.host,
        route=side.stops(side.direction),
        rules=side.rules,
        findings=findings,
        exceptions=requests,
        acting=acting,
    )


def judged(facts: BorrowingFacts, side: Hosting) -> list[Finding]:
    """By the rules of the host; whether there is borrowed study at all, by the home's own too."""
    found = judge("borrowing", facts, side.rules)
    home = side.way.out_rules
    if home and home.name != side.rules.name:
        found += borrowing.enabled(facts, home)
    return found


def _facts(
    student: Student, one: Borrowing, side: Hosting, wanted: Wanted, acting: Acting
) -> BorrowingFacts:
    """What the rules need to know, in a fixed number of queries."""
    is_inside = one.home is not None
    status = Status(student.status) if is_inside else Status.ENROLLED
    work = idle(side.host.school, acting.today)
    return BorrowingFacts(
        is_designated=side.host.school.designated_for_borrowed,
        ground=wanted.reason,
        ground_text=wanted.reason_text,
        term_day=day_of_term(side.host, acting.today),
        status=(status, status.label),
        grade=one.grade,
        grade_after=wanted.school_class.grade if wanted.school_class else one.grade,
        is_same=one.home_school_id == side.host.school.pk,
        teaches=queries.teaches(side.host.school, one.stage, one.grade),
        host_why=work.why if work else "",
        papers=wanted.papers,
    )


def take_seat(
    room: Room, one: Borrowing, student: Student, *, rules: Rules, chosen_by: int
) -> None:
    """Seat the guest as `Room.seat` says, in a class of the host; else Refused."""
    if one.school_class.school_id != one.host_school_id:
        raise Refused("所选班级不是本校的班。请另选一个班。")
    room.seat(student, one.school_class, rules=rules, chosen_by=chosen_by)
