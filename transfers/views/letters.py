"""Letters between the two schools: 接收证明 of the one that takes, 转学联系函 of the one asked."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from transfers import queries
from transfers.models import Reason
from transfers.views.printing import not_printed, paper
from xueji.accounts import access
from xueji.accounts.models import Role
from xueji.audit.models import AccessKind
from xueji.cases import acts
from xueji.cases.models import Decision, State
from xueji.organisations.models import grade_name
from xueji.organisations.queries import lineage
from xueji.pages.ids import whole
from xueji.pages.record import shown

NOT_YET = "转入学校的校长还没有签署。签署同意以后再打印。"
NOBODY_NAMED = "这份草稿还没有选定本校学生，或没有填系统外的学校和主管部门。填好、存了草稿再打印。"


@access.act("transfers.print")
@require_GET
def consent(request: HttpRequest, number: str) -> HttpResponse:
    """同意接收证明 of the school that asked, once its principal has signed."""
    case, context = paper(request, number)
    row = context["transfer"]
    if row.to_school_id != case.school_id or not request.acting.reaches(case.org_path):
        raise Http404(number)
    signed = [
        step
        for step in context["steps"]
        if step.organisation_id == case.school_id
        and step.role == Role.PRINCIPAL
        and step.decision == Decision.AGREED
        and step.round >= acts.submitted_in(context["steps"])
    ]
    if not signed or case.state not in (State.OPEN, State.DONE):
        return not_printed(request, number, "接收证明", NOT_YET)
    shown(request, kind=AccessKind.PRINT, page="transfers", students=[case.student_id])
    context |= {
        "signed": signed[0],
        "authority": lineage(row.to_school_id).authority(row.stage),
    }
    return render(request, "print/transfer_consent.html", context)


@access.act("transfers.start")
@require_GET
def contact(request: HttpRequest, number: str) -> HttpResponse:
    """转学联系函 to a school outside the register, with its reply to be stamped there."""
    case = queries.own(request.acting, number)
    kept = queries.typed(case) if case else None
    if case is None or kept is None or "student" not in kept.values.get("row", {}):
        raise Http404(number)
    row = kept.values["row"]
    pk = whole(str(row["student"]))
    student = queries.pupil(request.acting, pk) if pk else None
    named = [str(row.get(name, "")).strip() for name in ("outside_school", "outside_office")]
    if student is None or not all(named):
        back = reverse("transfer_edit", args=[number])
        told = {"paper": "转学联系函", "why": NOBODY_NAMED, "back": back}
        return render(request, "transfers/not_printed.html", told)
    shown(request, kind=AccessKind.PRINT, page="transfers", students=[student.pk])
    reason = row.get("reason", "")
    context = {
        "case": case,
        "student": student,
        "school": case.school.organisation,
        "grade": grade_name(student.grade),
        "reason": Reason(reason).label if reason in Reason else "",
        "to_school": named[0],
        "to_office": named[1],
    }
    return render(request, "print/transfer_contact.html", context)
