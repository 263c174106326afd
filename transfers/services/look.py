"""Who holds a document number that a receiving school typed whole, and what may be told of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from xueji.accounts.access import Acting
from xueji.audit.lookups import too_many
from xueji.cases.alike import schools_of
from xueji.cases.models import ALIVE, Case
from xueji.identity.names import clean_name
from xueji.identity.problems import Problem
from xueji.students import duplicates
from xueji.students.models import UNREGISTERED, Status, Student
from xueji.students.reading import EARLIEST

ENDED = (Status.GRADUATED, Status.COMPLETED, Status.PARTIAL, Status.DIED)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Who holds the number, what may be told, and why the pupil cannot be asked for.

    Of a register that is closed here the forms tell. ``is_new``: nobody holds the number, or an
    entry that came to nothing. ``is_outside``: the register, if there is one, is closed here.
    """

    student: Student | None
    told: str = ""
    is_foreign: bool = False
    problems: Sequence[Problem] = ()

    @property
    def is_new(self) -> bool:
        return self.student is None or self.student.status == Status.PENDING

    @property
    def is_outside(self) -> bool:
        return self.student is None or self.student.status in (Status.TRANSFERRED, Status.PENDING)


def look(*, id_number: str, name: str, case: Case | None, acting: Acting) -> Looked:
    """Find the pupil by the whole number; the name must be the register's. The caller records."""
    person = duplicates.Person(name="", sex="", birth_date=EARLIEST, id_number=id_number)
    student = duplicates.exact([person]).get(id_number)
    if student is None:
        return Looked(student=None)
    if student.status == Status.PENDING and _is_left(student, case):
        return Looked(student=student)
    at = schools_of([student]).get(student.pk)
    is_foreign = at is None or not acting.reaches(at.school.organisation.path)
    limit = acting.rules.value("entry.lookups_per_hour")
    if wait := too_many([student.pk] if is_foreign else [], limit=limit, acting=acting):
        return Looked(student=None, problems=[_problem("wait", "暂不答复。", wait)])
    if student.status == Status.TRANSFERRED:
        told = ""
    elif is_foreign:
        told = duplicates.abroad(student, at)
    else:
        told = f"{student.name}的学籍在{at.school.organisation}。"
    problem = _against(student, name, abroad=told if is_foreign else "", acting=acting)
    return Looked(
        student=student, told=told, is_foreign=is_foreign, problems=[problem] if problem else []
    )


def _is_left(student: Student, case: Case | None) -> bool:
    """Whether an entry is that of ``case``, or came to nothing."""
    own = case is not None and case.student_id == student.pk
    return own or not Case.objects.filter(student=student, state__in=ALIVE).exists()


def _against(student: Student, name: str, *, abroad: str, acting: Acting) -> Problem | None:
    """Why the pupil cannot be asked for.

    Outside one's reach what may be told stands in place of the reason: a number, even with its
    name, opens no status.
    """
    if student.school_id == acting.post.organisation_id:
        return _problem("own", "该生的学籍已在本校。", "不用再办。")
    if clean_name(name) != student.name:
        remedy = "请照户口簿填写姓名，并核对证件号。"
        return Problem("name", "姓名与学籍登记的不一致。", remedy, field="name")
    is_entering, is_over = student.status in UNREGISTERED, student.status in ENDED
    if abroad and (is_entering or is_over):
        return _problem("closed", f"{abroad}现在不能由本校办理。", "请与该主管部门联系。")
    if is_entering:
        return _problem("pending", "该生正在办理新生入学或缓学。", "请等那一件办完或撤回。")
    if is_over:
        return _problem("ended", "该生的学籍已经了结。", "请与教育局联系。")
    return None


def _problem(code: str, message: str, remedy: str) -> Problem:
    return Problem(code, message, remedy, field="id_number")
