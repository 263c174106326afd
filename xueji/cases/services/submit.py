"""Sending a case on its way along a route that is fixed from then on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from xueji.accounts.access import Acting
from xueji.accounts.models import LEVEL_OF_ROLE
from xueji.cases import acts, queries, veil
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused, Stop
from xueji.cases.models import Case, Decision, RuleException, State, Step
from xueji.cases.rules import says_why
from xueji.cases.services.common import CASE_FIELDS, hand_to
from xueji.cases.services.telling import tell_of
from xueji.organisations.queries import Lineage, hold, working_days_after
from xueji.rows import add, insert, overwrite, pieces
from xueji.rules.engine import Finding, Rules
from xueji.rules.files import Effect
from xueji.students.models import Student


@dataclass(frozen=True)
class ExceptionRequest:
    """A warning the maker asks to pass, with the reason given."""

    finding: Finding
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One case on its way: whose, along which posts, with what was found and asked."""

    case: Case
    student_id: int
    title: str
    route: Sequence[Stop]
    findings: Sequence[Finding]
    exceptions: Sequence[ExceptionRequest] = ()


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
    one = Submission(
        case=case,
        student_id=student.pk,
        title=title,
        route=route,
        findings=findings,
        exceptions=exceptions,
    )
    submit_all([one], lineage=lineage, rules=rules, acting=acting)
    case.student = student
    return case


@transaction.atomic
def submit_all(
    submissions: Sequence[Submission], *, lineage: Lineage, rules: Rules, acting: Acting
) -> None:
    """Send many cases of one school on their way, all or none, in a bounded number of queries.

    Cases are locked, or new ones of ``new_cases`` that were never saved.
    """
    known = [one.case for one in submissions if not one.case._state.adding]
    steps_of = queries.steps_of([case.pk for case in known])
    for case in known:
        if Act.SUBMIT not in acts.allowed(case, steps_of[case.pk], acting):
            veil.draw([case], acting, steps_of)
            raise Refused(queries.why_not(case, steps_of[case.pk], acting))
    for school in hold({one.case.school_id for one in submissions}).values():
        if school.closed_on and school.closed_on <= acting.today:
            raise Refused(f"本校已于 {school.closed_on} 撤销，没有提交。请到学生现在的学校办理。")
    dues: dict[int, date] = {}
    for one in submissions:
        first = _stops(one, lineage)[0]
        days = first.days or rules.value("case.step_days")
        if days not in dues:
            dues[days] = working_days_after(localdate(acting.at), days)
        _send(one, rules, first, dues[days], acting)
    try:
        with transaction.atomic():
            new = [one.case for one in submissions if one.case._state.adding]
            insert(new)
            overwrite(known, SENT)
            for piece in pieces(submissions):
                add(Step, [step for one in piece for step in _steps(one, lineage, acting)])
            RuleException.objects.bulk_create(_asked(submissions, lineage))
    except IntegrityError as error:
        if "case_one_exclusive_per_student" not in str(error):
            raise
        busy = queries.busy([one.student_id for one in submissions], acting=acting)
        raise Refused(busy or "该生刚有别的业务件在办，请刷新后再试。") from error
    tell_of([one.case for one in submissions], at=acting.at, by_id=acting.user.pk)


SENT = (*CASE_FIELDS, *"student title rule_set rule_date rule_digest findings".split())


def _send(one: Submission, rules: Rules, first: Stop, due: date, acting: Acting) -> None:
    case = one.case
    case.round += 1
    case.student_id, case.title, case.state = one.student_id, one.title, State.OPEN
    case.rule_set, case.rule_date, case.rule_digest = rules.name, rules.on, rules.digest
    case.findings = [_kept(finding) for finding in one.findings]
    case.version += 1
    hand_to(case, first, due=due, at=acting.at)


def _steps(one: Submission, lineage: Lineage, acting: Acting) -> Iterator[dict[str, Any]]:
    """The signature of the maker and, unsigned, those that are asked for, as ``rows.add`` takes."""
    case = one.case
    yield {
        "case_id": case.pk,
        "round": case.round,
        "position": 0,
        "organisation_id": acting.post.organisation_id,
        "role": acting.post.role,
        "decision": Decision.SUBMITTED.value,
        "decided_by_id": acting.user.pk,
        "decided_post_id": acting.post.pk,
        "decided_at": acting.at,
    }
    for position, stop in enumerate(_stops(one, lineage), start=1):
        yield {
            "case_id": case.pk,
            "round": case.round,
            "position": position,
            "organisation_id": stop.organisation_id,
            "role": stop.role,
            "days": stop.days,
            "returns_to": stop.returns_to,
        }


def _asked(submissions: Sequence[Submission], lineage: Lineage) -> Iterator[RuleException]:
    """What is asked for, each at the step of the post that grants it."""
    asking = [one for one in submissions if one.exceptions]
    steps = queries.steps_of([one.case.pk for one in asking]) if asking else {}
    for one in asking:
        own = [step for step in steps[one.case.pk] if step.round == one.case.round]
        for request in one.exceptions:
            yield RuleException(
                step=_granting_step(own[1:], granting_stop(request.finding, lineage)),
                rule=request.finding.key,
                message=request.finding.message[:300],
                citation=request.finding.citation[:300],
                reason=request.reason,
            )


def _granting_step(steps: Sequence[Step], stop: Stop) -> Step:
    return next(step for step in steps if stop.is_of(step.organisation_id, step.role))


def requests_of(
    findings: Sequence[Finding], reasons: Mapping[str, str], rules: Rules
) -> tuple[list[ExceptionRequest], list[Finding]]:
    """An exception for each warning whose reason says something, and the other warnings."""
    requests, unreasoned = [], []
    for finding in findings:
        if finding.effect != Effect.WARN:
            continue
        reason = reasons.get(finding.key, "").replace("\0", "").strip()
        if says_why(reason, rules):
            requests.append(ExceptionRequest(finding=finding, reason=reason[:300]))
        else:
            unreasoned.append(finding)
    return requests, unreasoned


def granting_stop(finding: Finding, lineage: Lineage) -> Stop:
    """The post that decides an exception from this finding."""
    office = lineage.at(LEVEL_OF_ROLE[finding.grant]) or lineage.county
    return Stop(organisation_id=office.pk, role=finding.grant)


def _stops(one: Submission, lineage: Lineage) -> Sequence[Stop]:
    """The route, with the posts that grant what is asked for."""
    if not one.exceptions:
        return one.route
    stops = list(one.route)
    for request in one.exceptions:
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
