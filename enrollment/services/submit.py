"""Submitting a new pupil: the Student row is made, the case starts its way to the principal."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from enrollment.models import Enrollment
from enrollment.services.check import Checked, Context, Row, check_rows
from enrollment.services.context import load, require_working, route
from xueji.accounts.access import Acting
from xueji.audit import history
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused
from xueji.cases.models import ALIVE, Case, CaseForm, Paper
from xueji.cases.rules import says_why
from xueji.cases.services import ExceptionRequest
from xueji.cases.services import submit as submit_case
from xueji.cases.services.common import lock, require
from xueji.organisations.models import StageName
from xueji.rules.engine import Rules
from xueji.students import services as students
from xueji.students.editing import empty
from xueji.students.models import Status, Student, StudentSheet

STUDENT_FIELDS = (
    "name sex birth_date nation country id_type id_number no_id_reason hukou_kind hukou_code "
    "hukou_text address_code address_text phone boarding attendance entry_mode entered_on migrant"
).split()
SHEET_FIELDS = [
    field.name for field in StudentSheet._meta.concrete_fields if field.name != "student"
]
GRADE = 1


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
    requests = asked(checked, reasons, context.rules)
    if checked.errors or checked.blocked or len(requests) < len(checked.warnings):
        raise Rejected(checked, context)
    reason = f"新生入学 {case.number}"
    student = _student(case, checked, context.rules, acting, reason)
    further = {name: checked.values.get(name, empty(name, StudentSheet)) for name in SHEET_FIELDS}
    students.write_sheet(student=student, values=further, acting=acting, reason=reason)
    students.write_family(student=student, members=checked.members, acting=acting, reason=reason)
    Enrollment.objects.update_or_create(
        case=case,
        defaults={
            "entry_year": context.entry_year,
            "stage": StageName.PRIMARY,
            "grade": GRADE,
            "school_class": checked.values["school_class"],
            "register_type": student.register_type,
            "entry_on": checked.values["entered_on"],
            "near_duplicates": len(checked.near),
        },
    )
    _papers(case, checked, acting)
    _keep_typed(case, row, reasons)
    return submit_case(
        case=case,
        student=student,
        title=student.name,
        lineage=context.lineage,
        route=route(context),
        rules=context.rules,
        findings=checked.findings,
        exceptions=requests,
        acting=acting,
    )


def asked(checked: Checked, reasons: Mapping[str, str], rules: Rules) -> list[ExceptionRequest]:
    """The exceptions that are asked for with a reason that says something."""
    return [
        ExceptionRequest(finding=warning, reason=reason[:300])
        for warning in checked.warnings
        if says_why(reason := reasons.get(warning.key, "").replace("\0", "").strip(), rules)
    ]


def _student(case: Case, checked: Checked, rules: Rules, acting: Acting, reason: str) -> Student:
    """The pupil of the case: the one it has, one left over from an earlier try, or a new one."""
    known = checked.known
    if known and case.student_id:
        raise Refused(
            "证件号已登记在另一名学生名下，本件不能改用这个号码。请核对证件号；"
            "确属号码登记错人的，撤回本件后重新录入。"
        )
    pk = case.student_id or (known.pk if known else None)
    student = students.lock([pk])[pk] if pk else Student(status=Status.PENDING)
    if known and known.status != Status.PENDING:  # of a school that takes in without transfer
        clause = rules.rule("entry.transfer_required").citation
        raise Refused(MOVES.format(known.get_status_display(), clause))
    if student.status != Status.PENDING or _is_busy(student, case):
        raise Refused(TAKEN)
    for name in STUDENT_FIELDS:
        setattr(student, name, checked.values.get(name) or empty(name, Student))
    if checked.facts:
        student.register_type = checked.facts.register_type
    students.derive(student)
    if student.pk:
        fields = (*STUDENT_FIELDS, *students.DERIVED, "register_type")
        students.write([student], fields=fields, acting=acting, reason=reason)
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
    "这个证件号已有学籍（{}），不另建。学籍随人走，请由原学校与本校移转原学籍，不作新生入学（{}）。"
)
TAKEN = "这个证件号刚由另一处录入，不能重复建籍。请再提交一次，按查重结果处理。"


def _is_busy(student: Student, case: Case) -> bool:
    """Whether another case has taken the locked pupil since the check."""
    if student.pk is None:
        return False
    others = Case.objects.filter(student=student.pk, state__in=ALIVE).exclude(pk=case.pk)
    return others.exists()


def _keep_typed(case: Case, row: Row, reasons: Mapping[str, str]) -> None:
    """Whoever mends the case when it comes back finds what was sent."""
    asked_for = {f"reason_{key}": reason for key, reason in reasons.items()}
    form = CaseForm.objects.get(case=case)
    form.values = {**form.values, "row": {**row, **asked_for}}
    form.save(update_fields=["values"])


def _papers(case: Case, checked: Checked, acting: Acting) -> None:
    """Tick exactly the papers whose originals were seen; scans of ticked ones stay."""
    case.papers.filter(document__isnull=True).exclude(kind__in=checked.papers).delete()
    Paper.objects.bulk_create(
        [
            Paper(case=case, kind=kind, seen_by=acting.post, seen_at=acting.at)
            for kind in sorted(checked.papers)
        ],
        update_conflicts=True,
        unique_fields=["case", "kind"],
        update_fields=["seen_by", "seen_at"],
    )
