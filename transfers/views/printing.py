"""Papers of a transfer: the certificate (存根、正联、回执) and the form with boxes for stamps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from transfers import queries
from transfers.models import Transfer
from transfers.services.certificate import why_not
from xueji.accounts import access
from xueji.audit.models import AccessKind
from xueji.cases import veil
from xueji.cases.models import Case, Decision, Step
from xueji.cases.queries import reaches_pupil, rules_of, steps_of
from xueji.ledger.models import EventKind
from xueji.pages import case_page
from xueji.pages.record import shown

NOT_AGREED = "转出学校还没有同意，原学校和原有资料不在您的岗位范围内。转出学校签署同意以后再打印。"


@dataclass
class Box:
    """Where one office writes its opinion and stamps."""

    office: str
    signatures: list[Step] = field(default_factory=list)

    @property
    def stamped_at(self) -> datetime | None:
        """When the last of its posts signed; None while one has still to."""
        days = [step.decided_at for step in self.signatures]
        return max(days) if days and all(days) else None


@access.act("transfers.print")
@require_GET
def certificate(request: HttpRequest, number: str) -> HttpResponse:
    """Three parts on one sheet; once the office of the leaving side has signed, and exceptions."""
    case, context = paper(request, number)
    if context["is_hidden"]:
        return not_printed(request, number, "转学证明", NOT_AGREED)
    if why := why_not(context["transfer"], context["steps"]):
        return not_printed(request, number, "转学证明", why)
    shown(request, kind=AccessKind.PRINT, page="transfers", students=[case.student_id])
    return render(request, "print/transfer_certificate.html", context)


@access.act("transfers.print")
@require_GET
def form(request: HttpRequest, number: str) -> HttpResponse:
    """The application with a box for the stamp of each party, filled with what was signed."""
    case, context = paper(request, number)
    if context["is_hidden"]:
        return not_printed(request, number, "转学申请表", NOT_AGREED)
    shown(request, kind=AccessKind.PRINT, page="transfers", students=[case.student_id])
    context["copies"] = range(1, rules_of(case).value("transfer.form_copies") + 1)
    return render(request, "print/transfer_form.html", context)


def not_printed(request: HttpRequest, number: str, paper: str, why: str) -> HttpResponse:
    """Why a paper of the case cannot be printed yet."""
    told = {"paper": paper, "why": why, "back": reverse("case", args=[number])}
    return render(request, "transfers/not_printed.html", told)


def paper(request: HttpRequest, number: str) -> tuple[Case, dict[str, Any]]:
    """The case and what its papers show; once it is over for who reaches the pupil still."""
    case = case_page.find(request, number)
    if case.kind != queries.KIND or case.student is None:
        raise Http404(number)
    if case.closed_at and not reaches_pupil(case, request.acting):
        raise Http404(number)
    steps = steps_of([case.pk])[case.pk]
    row = queries.of_case(case)
    signed = [step for step in steps if step.decision in (Decision.SUBMITTED, Decision.AGREED)]
    certified = next(
        (step for step in reversed(signed) if step.organisation_id == row.certifier_id), None
    )
    return case, {
        "case": case,
        "transfer": row,
        "student": case.student,
        "guardian": case.student.family.filter(is_guardian=True).order_by("position").first(),
        "steps": steps,
        "boxes": _boxes(case, row, steps),
        "certified": certified,
        "certificate_number": f"转证 {case.number}",
        "number": former_number(case),
        "is_hidden": case.pk in veil.hidden([case], request.acting),
    }


def former_number(case: Case) -> str:
    """The register number that the pupil had at the former school."""
    out = case.events.filter(kind=EventKind.TRANSFERRED_OUT).order_by("pk").first()
    return out.number if out else case.student.number or ""


def _boxes(case: Case, row: Transfer, steps: Sequence[Step]) -> list[Box]:
    """A box for each office's stamp, with the last signature of each of its posts.

    Of a side outside the register the school and its office stamp by hand.
    """
    last: dict[tuple[int, str], Step] = {}
    for step in steps:
        is_given = step.decision in (Decision.SUBMITTED, Decision.AGREED)
        if is_given or (step.decision is None and step.round == case.round and not case.closed_at):
            last[step.organisation_id, step.role] = step
    boxes: dict[int, Box] = {}
    for step in last.values():
        box = boxes.setdefault(step.organisation_id, Box(str(step.organisation)))
        box.signatures.append(step)
    outside = [Box(name) for name in (row.outside_school, row.outside_office) if name]
    inside = list(boxes.values())
    return [*outside, *inside] if row.from_school_id is None else [*inside, *outside]
