"""What stands against a request whatever is typed: told when its form opens, asked again later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from transfers.rules import TransferFacts
from transfers.rules.borrowing import BorrowingFacts
from transfers.services import borrow
from transfers.services.discretion import untold
from transfers.services.lend import home_to_lend
from transfers.services.sides import Way
from transfers.services.submit import ACT, Asked, facts_of, home_of, require_plain
from transfers.services.take import way_of
from xueji.accounts.access import Acting
from xueji.cases.kinds import Refused
from xueji.cases.models import Case
from xueji.cases.queries import busy
from xueji.organisations.queries import lineage
from xueji.rules.engine import Finding, Rules, judge, judge_by
from xueji.rules.files import Effect
from xueji.students.models import Placement, Student

OF_PUPIL = frozenset(
    f"transfer.{name}" for name in ("status", "suspended", "final_grade", "sanction")
)
OF_BORROWER = ("borrowing.status", "borrowing.suspended")
WINDOW = "transfer.window"


@dataclass(frozen=True, kw_only=True)
class Known:
    """Why the pupil cannot go, and what an exception would have to be asked for."""

    refusals: Sequence[str] = ()
    warnings: Sequence[Finding] = ()
    late: Finding | None = None  # a warning for reasons that do not pass the start of term
    in_time: str = ""  # until when every reason passes


def of_leaver(student: Student, case: Case | None, acting: Acting) -> Known:
    """Of a pupil of the acting school, for the draft ``case`` if there is one."""
    try:
        require_plain(student, acting)
        former = home_of(student)
    except Refused as refusal:
        return Known(refusals=[str(refusal)])
    out = lineage(acting.post.organisation_id)
    way = Way(stage=former.stage, out=out, into=None, on=acting.today)
    return _known(student, former, way, busy([student.pk], acting=acting, beside=case), acting)


def of_comer(student: Student, case: Case | None, acting: Acting) -> Sequence[str]:
    """Why a pupil of another school of the register cannot be asked for by the acting one.

    What may be granted is told when the request is sent, not to whoever looks a number up.
    """
    into = lineage(acting.post.organisation_id)
    try:
        former, way = way_of(student, case, into, acting)
    except Refused as refusal:
        return [str(refusal)]
    other = busy([student.pk], acting=acting, beside=case)
    return _known(student, former, way, other, acting).refusals


def of_guest(student: Student, case: Case | None, acting: Acting) -> Sequence[str]:
    """Why a pupil of another school of the register cannot borrow studies at the acting one."""
    host = lineage(acting.post.organisation_id)
    try:
        home, side = borrow.side_of(student, case, host, acting)
    except Refused as refusal:
        return [str(refusal)]
    other = busy([student.pk], acting=acting, beside=case)
    found = _of_borrower(student, home, side.rules)
    return _refusals(found, other, untold(student, borrow.ACT, acting))


def of_lent(student: Student, case: Case | None, acting: Acting) -> Sequence[str]:
    """Why a pupil of the acting school cannot be lent outside the register."""
    try:
        home = home_to_lend(student)
    except Refused as refusal:
        return [str(refusal)]
    found = _of_borrower(student, home, acting.rules)
    return _refusals(found, busy([student.pk], acting=acting, beside=case))


def _of_borrower(student: Student, home: Placement, rules: Rules) -> list[Finding]:
    facts = BorrowingFacts(
        is_designated=True,
        status=(student.status, student.get_status_display()),
        grade=home.grade,
        grade_after=home.grade,
    )
    return judge_by(OF_BORROWER, facts, rules)


def _known(student: Student, former: Placement, way: Way, other: str, acting: Acting) -> Known:
    asked = Asked(
        student_id=student.pk,
        to_school=way.into.school if way.into else None,
        outside_school="",
        outside_office="",
        reason="",
        reason_text="",
        papers=frozenset(),
    )
    facts = replace(facts_of(student, former, asked, way, acting), day="今天")
    found = judge("transfer", facts, way.rules)
    of_pupil = [one for one in found if one.key in OF_PUPIL]
    late = [one for one in found if one.key == WINDOW and one.effect == Effect.WARN]
    return Known(
        refusals=_refusals(of_pupil, other, untold(student, ACT, acting)),
        warnings=[one for one in of_pupil if one.effect == Effect.WARN],
        late=late[0] if late else None,
        in_time=_in_time(facts, way.rules, acting.today),
    )


def _in_time(facts: TransferFacts, rules: Rules, today: date) -> str:
    days = rules.get(WINDOW, {"days": 0})["days"]
    if facts.term_day is None or facts.term_day > days:
        return ""
    last = today + timedelta(days=days - facts.term_day)
    return f"学期初 {days} 天到 {last} 为止（今天是第 {facts.term_day} 天）"


def _refusals(found: Iterable[Finding], other: str, sentence: str = "") -> list[str]:
    """``sentence`` is told in place of what blocks, where that is not this post's to read."""
    blocks = [one for one in found if one.effect == Effect.BLOCK]
    told = [f"{one.message}。{one.remedy}（{one.citation}）。" for one in blocks]
    if told and sentence:
        told = [sentence]
    return [other, *told] if other else told
