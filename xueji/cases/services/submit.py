"""Sending a case on its way along a route that is fixed from then on."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.accounts.models import LEVEL_OF_ROLE
from xueji.cases import kinds
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused, Stop
from xueji.cases.models import ALIVE, Case, Decision, RuleException, State, Step
from xueji.cases.queries import moment, waiting_text
from xueji.cases.services.common import hand_to, require
from xueji.organisations.queries import Lineage, working_days_after
from xueji.rules.engine import Finding, Rules
from xueji.students.models import Student


@dataclass(frozen=True)
class ExceptionRequest:
    """A warning the maker asks to pass, with the reason given."""

    finding: Finding
    reason: str


@transaction.atomic
def submit(
    *,
    case: Case,
    student: Student,
    title: str,
    lineage: Lineage,
    route: Sequence[Stop],
    rules: Rules,
    findings: Sequence[Finding],
    exceptions: Sequence[ExceptionRequest],
    acting: Acting,
) -> Case:
    """Send a locked draft or returned case to the first post of ``route``.

    An exception hangs on the step of the post that its rule names; where the route has no such
    step one is added at its end. Raises Refused when the pupil has another exclusive case.
    """
    require(case, Act.SUBMIT, acting)
    case.round += 1
    steps = _steps(case, _with_granting_posts(route, exceptions, lineage), acting)
    RuleException.objects.bulk_create(
        RuleException(
            step=_granting_step(steps, granting_stop(request.finding, lineage)),
            rule=request.finding.key,
            message=request.finding.message[:300],
            citation=request.finding.citation[:300],
            reason=request.reason,
        )
        for request in exceptions
    )
    case.student, case.title, case.state = student, title, State.OPEN
    case.rule_set, case.rule_date, case.rule_digest = rules.name, rules.on, rules.digest
    case.findings = [_kept(finding) for finding in findings]
    case.version += 1
    days = steps[0].days or rules.value("case.step_days")
    due = working_days_after(localdate(acting.at), days)
    hand_to(case, steps[0].organisation_id, steps[0].role, due=due, at=acting.at)
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        if "case_one_exclusive_per_student" not in str(error):
            raise
        raise Refused(_busy(student)) from error
    return case


def _steps(case: Case, stops: Sequence[Stop], acting: Acting) -> list[Step]:
    Step.objects.create(
        case=case,
        round=case.round,
        position=0,
        organisation_id=acting.post.organisation_id,
        role=acting.post.role,
        decision=Decision.SUBMITTED,
        decided_by=acting.user,
        decided_post=acting.post,
        decided_at=acting.at,
    )
    return Step.objects.bulk_create(
        Step(
            case=case,
            round=case.round,
            position=position,
            organisation_id=stop.organisation_id,
            role=stop.role,
            days=stop.days,
            returns_to=stop.returns_to,
        )
        for position, stop in enumerate(stops, start=1)
    )


def _granting_step(steps: Sequence[Step], stop: Stop) -> Step:
    return next(step for step in steps if stop.is_of(step.organisation_id, step.role))


def granting_stop(finding: Finding, lineage: Lineage) -> Stop:
    """The post that decides an exception from this finding."""
    office = lineage.at(LEVEL_OF_ROLE[finding.grant]) or lineage.county
    return Stop(organisation_id=office.pk, role=finding.grant)


def _with_granting_posts(
    route: Sequence[Stop], exceptions: Sequence[ExceptionRequest], lineage: Lineage
) -> list[Stop]:
    stops = list(route)
    for request in exceptions:
        stop = granting_stop(request.finding, lineage)
        if not any(stop.is_of(other.organisation_id, other.role) for other in stops):
            stops.append(stop)
    return stops


def _kept(finding: Finding) -> dict[str, object]:
    """What the case keeps of a finding: the words, as they were told."""
    return {
        "key": finding.key,
        "effect": str(finding.effect),
        "message": finding.message,
        "remedy": finding.remedy,
        "citation": finding.citation,
        "pending": finding.pending,
    }


def _busy(student: Student) -> str:
    other = (
        Case.objects.filter(student=student, exclusive=True, state__in=ALIVE)
        .select_related("waiting_at")
        .first()
    )
    if other is None:
        return "该生刚有别的业务件在办，请刷新后再试。"
    return (
        f"该生已有「{kinds.get(other.kind).label}」业务件 {other.number} 在办，"
        f"自 {moment(other.waiting_since)} 轮到{waiting_text(other)}；办结后才能再提交。"
    )
