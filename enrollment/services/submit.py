"""Submitting a new pupil: the Student row is made, the case starts its way to the principal."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from enrollment.models import Enrollment
from enrollment.services.check import FIRST_GRADE, Checked, Context, Row, check_rows
from enrollment.services.context import load, require_working, route, with_national_check
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, CaseForm
from xueji.cases.services import requests_of, write_papers
from xueji.cases.services import submit as submit_case
from xueji.cases.services.common import lock, require
from xueji.organisations.models import StageName
from xueji.rules.engine import Rules
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.identity_documents import id_index
from xueji.students.models import UNREGISTERED, Status, Student, StudentSheet

STUDENT_FIELDS = (
    "name sex birth_date nation country id_type id_number no_id_reason hukou_kind hukou_code "
    "hukou_text address_code address_text phone boarding attendance entry_mode entered_on migrant"
).split()
SHEET_FIELDS = [
    field.name for field in StudentSheet._meta.concrete_fields if field.name != "student"
]


class Rejected(Exception):
    """The row is not fit to be submitted; ``checked`` says everything that is wrong with it."""

    def __init__(self, checked: Checked, context: Context):
        super().__init__()
        self.checked, self.context = checked, context


@transaction.atomic
def submit(*, case_id: int, row: Row, reasons: Mapping[str, str], acting: Acting) -> Case:
    """Send a draft or returned enrollment to the principal.

    ``reasons`` maps the key of a warning to the reason for which an exception is asked. Raises
    Rejected while anything blocks or a warning has no reason, Refused when the act itself is
    not possible (school not connected, case not the post's, pupil busy elsewhere).
    """
    case = lock(case_id)
    require(case, Act.SUBMIT, acting)
    context = load(case.school_id, today=acting.today, student_id=case.student_id)
    require_working(context)
    (checked,) = check_rows([row], context)
    requests, unreasoned = requests_of(checked.warnings, reasons, context.rules)
    if checked.errors or checked.blocked or unreasoned:
        raise Rejected(checked, context)
    reason = f"新生入学 {case.number}"
    student = pupil_of(
        case, checked, fields=STUDENT_FIELDS, rules=context.rules, acting=acting, reason=reason
    )
    further = {name: checked.values.get(name, empty(name, StudentSheet)) for name in SHEET_FIELDS}
    students.write_sheet(student=student, values=further, acting=acting, reason=reason)
    students.write_family(student=student, members=checked.members, acting=acting, reason=reason)
    stops, position = route(context), None
    if checked.values["into_grade"] != FIRST_GRADE:
        stops, position = with_national_check(stops, context)
    _keep(case, student, checked, context, check_position=position)
    write_papers(case, checked.papers, acting)
    keep_typed(case, row, reasons)
    return submit_case(
        case=case,
        student=student,
        title=student.name,
        lineage=context.lineage,
        route=stops,
        rules=context.rules,
        findings=checked.findings,
        exceptions=requests,
        acting=acting,
    )


def _keep(
    case: Case, student: Student, checked: Checked, context: Context, *, check_position: int | None
) -> None:
    """What the last yes will need, and what was seen when the case was submitted."""
    values = checked.values
    Enrollment.objects.update_or_create(
        case=case,
        defaults={
            "entry_year": context.cohort(values["into_grade"]),
            "stage": StageName.PRIMARY,
            "grade": values["into_grade"],
            "school_class": values["school_class"],
            "register_type": student.register_type,
            "entry_on": values["entered_on"],
            "near_duplicates": len(checked.near),
            "late_reason": values["into_reason"],
            "check_position": check_position,
        },
    )


def pupil_of(
    case: Case,
    checked: Checked,
    *,
    fields: Sequence[str],
    rules: Rules,
    acting: Acting,
    reason: str,
) -> Student:
    """The pupil of the case with what was typed: the one it has, one deferred or left over from
    an earlier try, or a new one.
    """
    known = checked.known
    if known and case.student_id:
        raise Refused(
            "证件号已登记在另一名学生名下，本件不能改用这个号码。请核对证件号；"
            "确属号码登记错人的，撤回本件后重新录入。"
        )
    pk = case.student_id or (known.pk if known else None)
    student = students.lock([pk])[pk] if pk else Student(status=Status.PENDING)
    if known and known.status not in UNREGISTERED:  # of a school that takes in without transfer
        clause = rules.rule("entry.transfer_required").citation
        raise Refused(MOVES.format(known.get_status_display(), clause))
    if student.status not in UNREGISTERED or _is_busy(student, case):
        raise Refused(TAKEN)
    if student.status == Status.DEFERRED and not _is_same(student, checked):
        raise Refused(OTHER_CHILD)
    for name in fields:
        setattr(student, name, checked.values.get(name) or empty(name, Student))
    if checked.facts:
        student.register_type = checked.facts.register_type
    students.derive(student)
    if student.pk:
        written = (*fields, *students.DERIVED, "register_type")
        students.write([student], fields=written, acting=acting, reason=reason)
        return student
    try:
        with transaction.atomic():
            (student,) = history.create([student], acting=acting, reason=reason)
    except IntegrityError as error:
        if "id_index" not in str(error):
            raise
        raise Refused(TAKEN) from error
    return student


MOVES = (
    "这个证件号已有学籍（{}），不另建。学籍随人走，请到「新生入学」→「免转学手续接收」办理，"
    "原学籍转到本校，不作新生入学（{}）。"
)
OTHER_CHILD = (
    "本件办理的是缓学学生，证件号和缓学时登记的不同，没有提交。请改回原来的证件号；"
    "证件号确实变了的，先撤销缓学，再用新号码办理。"
)
TAKEN = "这个证件号刚由另一处录入，不能重复建籍。请再提交一次，按查重结果处理。"


def _is_same(student: Student, checked: Checked) -> bool:
    """Whether the document number is the one under which the child was deferred, if any."""
    number = checked.values["id_number"]
    if student.id_index is None:
        return True
    return bool(number) and bytes(student.id_index) == id_index(number)


def _is_busy(student: Student, case: Case) -> bool:
    """Whether another case has taken the locked pupil since the check."""
    if student.pk is None:
        return False
    others = Case.objects.filter(student=student.pk, state__in=ALIVE).exclude(pk=case.pk)
    return others.exists()


def keep_typed(case: Case, row: Row, reasons: Mapping[str, str]) -> None:
    """Whoever mends the case when it comes back finds what was sent."""
    asked_for = {f"reason_{key}": reason for key, reason in reasons.items()}
    form = CaseForm.objects.get(case=case)
    form.values = {**form.values, "row": {**row, **asked_for}}
    form.save(update_fields=["values"])
