"""Applying for 缓学: the guardian's application is checked and starts its way to the principal."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from enrollment.models import Deferral, LateReason
from enrollment.rules import Late
from enrollment.services.check import (
    Checked,
    Context,
    Row,
    facts_of,
    find_doubles,
    settle_members,
)
from enrollment.services.context import load, require_working, route
from enrollment.services.submit import Rejected, keep_typed, pupil_of
from xueji.accounts.access import Acting
from xueji.cases.acts import Act
from xueji.cases.models import Case
from xueji.cases.services import requests_of, write_papers
from xueji.cases.services import submit as submit_case
from xueji.cases.services.common import lock, require
from xueji.rules.engine import judge
from xueji.rules.papers import PAPERS
from xueji.students import editing, places
from xueji.students import services as students
from xueji.students.models import Student
from xueji.students.reading import EARLIEST, FLAGS, PupilReader
from xueji.students.sheet import PLACES

STUDENT_FIELDS = (
    "name sex birth_date nation country id_type id_number no_id_reason hukou_kind hukou_code "
    "hukou_text address_code address_text phone"
).split()
READ_PLACES = tuple(place for place in PLACES if place != "birth_place")
JUDGED = {
    "entry.catchment",
    "entry.duplicate.exact",
    "entry.duplicate.near",
    "entry.transfer_required",
    "entry.id_missing",
    "entry.foreign",
}
LONGEST_DETAILS = 200
LAST_DAY = date(2199, 12, 31)


def concerns(key: str) -> bool:
    """Whether the rule has a say in a deferral; the others judge who enters."""
    return key in JUDGED or key.startswith("entry.late")


def check(row: Row, context: Context) -> Checked:
    """What is wrong or remarkable with an application; writes nothing."""
    checked = _read(row, context)
    divisions = places.settle(
        [checked.values], context.lineage.county.division_code, keys=READ_PLACES
    )
    find_doubles([checked], context.student_id)
    settle_members(checked)
    checked.facts = facts_of(checked, context, _late(checked, context))
    if checked.facts:
        found = judge("entry", checked.facts, context.rules)
        checked.findings = [
            places.named(finding, divisions) for finding in found if concerns(finding.key)
        ]
    return checked


def _read(row: Row, context: Context) -> Checked:
    """Who the child is, the family, and what is asked for: the sheet itself waits for the entry."""
    reader = PupilReader(row)
    reader.person(context.today)
    reader.place("guardian_hukou", "监护人户口所在地", required=False)
    reader.family()
    reader.contact()
    reader.identity_is_whole()
    _reason(reader)
    reader.words("late_details", "具体情况", LONGEST_DETAILS, required=True)
    reader.day("until", "缓学到", EARLIEST, LAST_DAY)
    values: dict[str, Any] = {**reader.values, "migrant": False}
    papers = frozenset(code for code in PAPERS if FLAGS.get(reader.text(f"paper_{code}").lower()))
    return Checked(values=values, members=reader.members, papers=papers, problems=reader.problems)


def _reason(reader: PupilReader) -> None:
    given = reader.text("late_reason")
    if given in LateReason.values:
        reader.values["late_reason"] = given
    elif given:
        message = "缓学原因不是列出的原因。"
        reader.tell("unknown_code", "late_reason", message, "请从列出的原因中选一个。")
    else:
        reader.missing("late_reason", "缓学原因")


def _late(checked: Checked, context: Context) -> Late:
    """A further deferral counts from the end of the one before."""
    begins = [context.year.starts_on, *([checked.deferral.until] if checked.deferral else [])]
    return Late(
        reason=checked.values.get("late_reason", ""),
        until=checked.values.get("until"),
        since=max(begins),
        today=context.today,
    )


@transaction.atomic
def apply_for(*, case_id: int, row: Row, reasons: Mapping[str, str], acting: Acting) -> Case:
    """Send the guardian's application to the principal.

    Raises Rejected while anything blocks or a warning has no reason, Refused when the act itself
    is not possible.
    """
    case = lock(case_id)
    require(case, Act.SUBMIT, acting)
    context = load(case.school_id, today=acting.today, student_id=case.student_id)
    require_working(context)
    checked = check(row, context)
    requests, unreasoned = requests_of(checked.warnings, reasons, context.rules)
    if checked.errors or checked.blocked or unreasoned:
        raise Rejected(checked, context)
    reason = f"缓学 {case.number}"
    student = pupil_of(
        case, checked, fields=STUDENT_FIELDS, rules=context.rules, acting=acting, reason=reason
    )
    students.write_family(student=student, members=checked.members, acting=acting, reason=reason)
    Deferral.objects.update_or_create(
        case=case,
        defaults={
            "school_year": context.entry_year,
            "reason": checked.values["late_reason"],
            "details": checked.values["late_details"],
            "until": checked.values["until"],
        },
    )
    write_papers(case, checked.papers, acting)
    keep_typed(case, row, reasons)
    return submit_case(
        case=case,
        student=student,
        title=student.name,
        lineage=context.lineage,
        route=route(context, "entry.late.route"),
        rules=context.rules,
        findings=checked.findings,
        exceptions=requests,
        acting=acting,
    )


def as_typed(student: Student) -> dict[str, str]:
    """What is registered of a child in 缓学, as one would type it again; the rest has defaults."""
    saved = editing.load(student)
    row = {key: text for key, text in saved.texts(saved.family).items() if text}
    guardian = next((one for one in saved.family.values() if one.is_guardian), None)
    row |= {f"m{n}_guardian": "on" if one.is_guardian else "" for n, one in saved.family.items()}
    return row | {
        "migrant": "on" if student.migrant else "",
        "no_id_reason": student.no_id_reason,
        "guardian_hukou_text": guardian.hukou_text if guardian else "",
        "guardian_hukou_code": guardian.hukou_code if guardian else "",
    }
