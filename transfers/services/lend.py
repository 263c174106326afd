"""Asking that a pupil of ours may borrow studies outside the register (借出到外地).

The home school asks; the other side decides on paper. Register, seat and proof stay here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from transfers.models import Borrowing, Ground
from transfers.rules.borrowing import BorrowingFacts
from transfers.services.borrow import keep
from transfers.services.borrow_sides import Hosting
from transfers.services.sides import Way
from transfers.services.submit import (
    Rejected,
    at_work,
    day_of_term,
    home_of,
    own_pupil,
    write_papers,
)
from transfers.services.take import NotTaken, require_free
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.services import Typed
from xueji.cases.services.common import lock
from xueji.identity.problems import Problem
from xueji.rules.engine import Finding, judge_by
from xueji.rules.files import Effect
from xueji.students.guests import guests
from xueji.students.models import Placement, RegisterType, Student

KIND = "borrowing_out"
RULES = (
    "borrowing.enabled",
    "borrowing.status",
    "borrowing.suspended",
    "borrowing.window",
    "lending.papers",
)


@dataclass(frozen=True, kw_only=True)
class Lending:
    """What the clerk of the home school asks for; ``until`` is the day it is expected to end."""

    student_id: int
    outside_school: str
    outside_office: str
    reason: str
    reason_text: str = ""
    until: date | None = None
    papers: frozenset[str] = frozenset()


@transaction.atomic
def lend(*, typed: Typed, lending: Lending, reasons: Mapping[str, str], acting: Acting) -> Case:
    """Send it to the own principal; without a case in ``typed`` a new one.

    Raises NotTaken for what is wrong with what was typed, Rejected while a rule stands against it,
    Refused when the act itself is not possible, Stale when another window saved the form.
    """
    access.require(acting, "borrowing.start", acting.post.organisation_id)
    home = at_work(acting)
    case = lock(keep(kind=KIND, typed=typed, title="", acting=acting).case.pk)
    student = own_pupil(lending.student_id, case, acting)
    place = home_to_lend(student)
    require_free(student, case, acting)
    side = Hosting(way=Way(stage=place.stage, out=home, into=None, on=acting.today))
    if problems := _problems(lending, acting):
        raise NotTaken(problems)
    findings = _judged(student, place, side, lending, acting)
    requests, unreasoned = cases.requests_of(findings, reasons, side.rules)
    if unreasoned or any(found.effect == Effect.BLOCK for found in findings):
        raise Rejected(findings, unreasoned)
    Borrowing.objects.update_or_create(
        case=case,
        defaults={
            "direction": side.direction,
            "home_school": home.school,
            "home": place,
            "outside_school": lending.outside_school.strip(),
            "outside_office": lending.outside_office.strip(),
            "stage": place.stage,
            "grade": place.grade,
            "entry_year": place.entry_year,
            "ground": lending.reason,
            "ground_text": lending.reason_text.strip(),
            "until": lending.until,
            "former_status": student.status,
            "former_type": student.register_type,
        },
    )
    write_papers(case, lending.papers, acting)
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=home,
        route=side.stops(side.direction),
        rules=side.rules,
        findings=findings,
        exceptions=requests,
        acting=acting,
    )


def home_to_lend(student: Student) -> Placement:
    """Where the pupil is at home; Refused for who is lent already or is a guest's register."""
    if student.register_type != RegisterType.REGULAR:
        raise Refused("该生是临时借读学籍，不能再借出。请先办借读结束。")
    if guests().filter(student=student).exists():
        raise Refused("该生正在别的学校借读。请先办理借读结束。")
    return home_of(student)


def _problems(lending: Lending, acting: Acting) -> list[Problem]:
    found = [
        Problem("missing", f"还没有填{label}。", "请照借读学校的证明填写。", field=name)
        for name, label in (("outside_school", "借读学校"), ("outside_office", "该校主管部门"))
        if not getattr(lending, name).strip()
    ]
    if lending.reason == Ground.OTHER and not lending.reason_text.strip():
        told = "选了“其他情况”，还没有写是什么情况。"
        found.append(Problem("missing", told, "请写明。", field="reason_text"))
    if lending.until and lending.until <= acting.today:
        told = "预计借读到的日期已经过了。"
        found.append(Problem("until", told, "请填以后的日期，或留空。", field="until"))
    return found


def _judged(
    student: Student, place: Placement, side: Hosting, lending: Lending, acting: Acting
) -> list[Finding]:
    """By the rules of the home school; those of the host are applied there, on paper."""
    home = side.way.out
    facts = BorrowingFacts(
        is_designated=True,
        ground=lending.reason,
        term_day=day_of_term(home, acting.today) if home else None,
        status=(student.status, student.get_status_display()),
        grade=place.grade,
        grade_after=place.grade,
        papers=lending.papers,
    )
    return judge_by(RULES, facts, side.rules)
