"""Of who comes from outside: the national number, and how many here may be the same child."""

from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.alike import who_may_be
from xueji.identity import idnumbers
from xueji.identity.problems import Problem
from xueji.students import foreign_numbers
from xueji.students.foreign_numbers import Given, NotForeign
from xueji.students.models import ForeignNumber, Status, Student

ISSUER = "全国学籍系统"
PAPER = "转学表"
SHAPE = "全国学籍号是 G、J 或 L 加 18 位。"


def keep_national(student: Student, typed: str, *, acting: Acting) -> Problem | None:
    """Keep the national number that the papers name; returns what is wrong with it."""
    number = idnumbers.normalise(typed)
    if student.status == Status.PENDING:  # nothing stands yet: what was typed before is corrected
        rows = ForeignNumber.objects.filter(student=student, is_national=True, paper=PAPER)
        gone = [row for row in rows if row.number != number]
        history.delete(gone, acting=acting, reason="外地转入更正")
    if not number or number in _known(student):
        return None
    wrong = foreign_numbers.fault(number, today=acting.today)
    if not wrong and not foreign_numbers.NATIONAL.fullmatch(number):
        wrong = SHAPE
    if wrong:
        return _problem(wrong)
    given = Given(number=number, issuer=ISSUER, starts=acting.today, ends=None, paper=PAPER)
    try:
        foreign_numbers.bring([(student, given)], acting=acting, reason="外地转入")
    except NotForeign as why:
        return _problem(str(why))
    return None


def has_national(student: Student) -> bool:
    return bool(_known(student))


def alike(student: Student) -> int:
    """How many pupils of the whole register may be the same child."""
    return len(who_may_be(student))


def _known(student: Student) -> set[str]:
    rows = ForeignNumber.objects.filter(student=student, is_national=True)
    return {row.number for row in rows}


def _problem(message: str) -> Problem:
    remedy = "请照转学表、原学校的学生基本信息表逐位核对。"
    return Problem("national_number", message, remedy, field="national_number")
