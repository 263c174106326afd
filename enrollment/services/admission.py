"""Taking a pupil who has a register elsewhere, without transfer formalities (免转学手续接收).

The clerk of the receiving school types the whole document number and the name: nothing of the
pupil is told that the typed number does not open anyway (``services.doubles``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from enrollment.models import Admission
from enrollment.rules import AdmissionFacts
from enrollment.services import doubles, room
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused, Stop
from xueji.cases.models import Case, CaseForm
from xueji.cases.seats import Room
from xueji.cases.services import open_draft, write_papers
from xueji.cases.services import submit as submit_case
from xueji.cases.services.common import lock, require, require_none_elsewhere
from xueji.identity.names import clean_name
from xueji.identity.problems import Problem
from xueji.organisations.models import Level, SchoolClass, Stage
from xueji.organisations.queries import Lineage, idle, lineage
from xueji.rules.engine import Finding, Rules, judge
from xueji.rules.files import Effect
from xueji.students import duplicates
from xueji.students import services as students
from xueji.students.models import Placement, PlacementKind, Status, Student
from xueji.students.reading import EARLIEST


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the clerk typed: who comes, under which exception, where and from when."""

    id_number: str
    name: str
    ground: str
    school_class: SchoolClass | None
    starts: date
    papers: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Looked:
    """Who holds the number, what may be told of it, and why this pupil cannot be taken."""

    student: Student | None
    answer: doubles.Answer
    problems: Sequence[Problem]


class Rejected(Exception):
    """The pupil cannot be taken as asked; it says everything that is wrong."""

    def __init__(self, looked: Looked, problems: Sequence[Problem], findings: Sequence[Finding]):
        super().__init__()
        self.looked, self.problems, self.findings = looked, problems, findings


def at_work(acting: Acting) -> tuple[Lineage, Rules]:
    """The acting school and its rules; Refused while it does no register business."""
    school = lineage(acting.post.organisation_id)
    if found := idle(school.school, acting.today):
        raise Refused(f"本校{found.why}，不能办理学籍业务。{found.remedy}。")
    return school, room.rules_of(school, acting)


def look(*, id_number: str, name: str, rules: Rules, acting: Acting) -> Looked:
    """Find the pupil by the whole number; the name must be the register's. The caller records."""
    person = duplicates.Person(name="", sex="", birth_date=EARLIEST, id_number=id_number)
    student = duplicates.exact([person]).get(id_number)
    if student is None:
        told = Problem("unknown", "没有找到这个证件号的学籍。", UNKNOWN, field="id_number")
        return Looked(student=None, answer=doubles.Answer(), problems=[told])
    answer = doubles.holder(student, rules, acting)
    problems = []
    if answer.wait:
        problems.append(Problem("wait", "暂不答复。", answer.wait, field="id_number"))
    elif student.school_id == acting.post.organisation_id:
        told = Problem("own", "该生的学籍已在本校。", "不用再办接收。", field="id_number")
        problems.append(told)
    elif student.status == Status.PENDING:
        problems.append(Problem("pending", "该生还没有建籍。", PENDING, field="id_number"))
    elif clean_name(name) != student.name:
        problems.append(Problem("name", "姓名与学籍登记的不一致。", NAME, field="name"))
    return Looked(student=student, answer=answer, problems=problems)


OTHER_CHILD = "本件是另一名学生的，不能改用这个证件号。请撤回本件，为这名学生另办一件。"
UNKNOWN = "请核对证件号；确实没有学籍的，按新生入学录入。"
PENDING = "正由别处办理新生入学，请等那一件办完或撤回。"
NAME = "请照户口簿填写姓名，并核对证件号。"


@transaction.atomic
def submit(*, case_id: int | None, asked: Asked, row: Mapping[str, str], acting: Acting) -> Case:
    """Send an admission to the principal; without ``case_id`` a new one.

    ``row`` is kept for mending. Raises Rejected while anything is wrong with what was typed,
    Refused when the act itself is not possible.
    """
    access.require(acting, "enrollment.admit", acting.post.organisation_id)
    school, rules = at_work(acting)
    case = _case(case_id, asked, school, row, acting)
    looked = look(id_number=asked.id_number, name=asked.name, rules=rules, acting=acting)
    if looked.problems or looked.student is None:
        raise Rejected(looked, looked.problems, [])
    student = students.lock([looked.student.pk])[looked.student.pk]
    if case.student_id not in (None, student.pk):
        raise Refused(OTHER_CHILD)
    former = (
        Placement.objects.filter(student=student, kind=PlacementKind.HOME, ends__isnull=True)
        .select_related("school")
        .first()
    )
    findings = judge("admission", _facts(asked, student, former, school), rules)
    problems = list(_dates(asked, former, acting))
    if problems or former is None or any(f.effect == Effect.BLOCK for f in findings):
        raise Rejected(looked, problems, findings)
    require_none_elsewhere(student, case, acting, "接收")
    if asked.school_class:
        Room([asked.school_class.pk]).seat(
            student, asked.school_class, rules=rules, chosen_by=acting.user.pk
        )
    Admission.objects.update_or_create(
        case=case,
        defaults={
            "former": former,
            "ground": asked.ground,
            "school_class": asked.school_class,
            "starts": asked.starts,
        },
    )
    write_papers(case, asked.papers, acting)
    return submit_case(
        case=case,
        student=student,
        title=student.name,
        lineage=school,
        route=_route(school, former.stage, rules),
        rules=rules,
        findings=findings,
        exceptions=[],
        acting=acting,
    )


def _case(
    case_id: int | None, asked: Asked, school: Lineage, row: Mapping[str, str], acting: Acting
) -> Case:
    """The returned case, locked, or a new one; what was typed is kept with it."""
    values = {"row": dict(row)}
    if case_id is None:
        title = clean_name(asked.name)[:50]
        return open_draft(
            kind=Admission.KIND, school=school.school, acting=acting, values=values, title=title
        )
    case = lock(case_id)
    require(case, Act.SUBMIT, acting)
    form = CaseForm.objects.get(case=case)
    form.values, form.saved_at = values, acting.at
    form.save(update_fields=["values", "saved_at"])
    return case


def _facts(
    asked: Asked, student: Student, former: Placement | None, school: Lineage
) -> AdmissionFacts:
    stages = Stage.objects.filter(school=school.school, stage=student.stage or "")
    row = asked.school_class
    return AdmissionFacts(
        ground=asked.ground,
        school_kind=school.school.kind,
        former_kind=former.school.kind if former else "",
        status=(student.status, student.get_status_display()),
        teaches=any(student.grade in stage.grades for stage in stages),
        class_fits=row is None or fits(row, student),
        papers=asked.papers,
    )


def fits(row: SchoolClass, student: Student) -> bool:
    """Whether the class is of the pupil's grade: taking a pupil changes none."""
    return (row.stage, row.grade) == (student.stage, student.grade)


def _dates(asked: Asked, former: Placement | None, acting: Acting) -> Sequence[Problem]:
    if asked.starts > acting.today:
        remedy = "请填学生到本校的日期，不晚于今天。"
        return [Problem("future", "接收日期还没有到。", remedy, field="starts")]
    if former and asked.starts < former.starts:
        remedy = "请填学生到本校的日期，并向监护人核对。"
        return [Problem("early", "接收日期早于该生到原学校的日期。", remedy, field="starts")]
    return []


def _route(school: Lineage, stage: str, rules: Rules) -> Sequence[Stop]:
    """The principal, then the authority of the receiving school for the pupil's stage."""
    authority = school.authority(stage)
    role = rules.value("admission.approver")[Level(authority.level).name.lower()]
    return [
        Stop(organisation_id=school.school.pk, role="principal"),
        Stop(organisation_id=authority.pk, role=role),
    ]
