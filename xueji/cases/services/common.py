"""What all acts on a case share: asking the machine, handing on, finishing."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases import acts, kinds, queries, veil
from xueji.cases.acts import Act
from xueji.cases.kinds import Refused, Stop
from xueji.cases.models import ALIVE, Case, CaseForm, Decision, State, Step
from xueji.cases.services.telling import tell_of
from xueji.notices import services as notices
from xueji.organisations.queries import lineage
from xueji.rows import insert
from xueji.students.models import Student

CASE_FIELDS = (
    "state",
    "waiting_at",
    "waiting_role",
    "waiting_since",
    "due_on",
    "approved",
    "closed_at",
    "round",
    "version",
)


def lock(case_id: int) -> Case:
    """Lock one case. Raises Refused for a draft that was thrown away in the meantime."""
    case = queries.lock([case_id]).get(case_id)
    if case is None:
        raise Refused("这份草稿已经删除，没有办。请从列表重新开始。")
    return case


def require(case: Case, act: Act, acting: Acting) -> list[Step]:
    """Raise Refused unless this person may do ``act`` on the locked case; return its steps."""
    steps = queries.steps_of([case.pk])[case.pk]
    if act not in acts.allowed(case, steps, acting):
        veil.draw([case], acting, {case.pk: steps})
        raise Refused(queries.why_not(case, steps, acting))
    return steps


def require_alone(case: Case, acting: Acting) -> None:
    """Raise Refused while the pupil, whom the caller has locked, has another case under way.

    It is named to who reaches it, its county to others.
    """
    others = Case.objects.filter(student=case.student_id, state__in=ALIVE).exclude(pk=case.pk)
    if other := others.first():
        what = kinds.get(case.kind).undo
        require_reached(other, acting, what)
        raise Refused(f"该生有业务件 {other.number} 在办，办结或撤回后才能{what}。")


def require_none_elsewhere(student: Student, case: Case | None, acting: Acting, what: str) -> None:
    """Raise Refused where the pupil has another case out of reach: nobody else here will say so.

    Cases in reach the submission itself names.
    """
    others = Case.objects.filter(student=student, exclusive=True, state__in=ALIVE)
    if other := others.exclude(pk=case.pk if case else None).first():
        require_reached(other, acting, what)


def require_reached(other: Case, acting: Acting, what: str) -> None:
    """Raise Refused, with the county alone, where a case that stands against it is out of reach."""
    if not acting.reaches(other.org_path):
        county = lineage(other.school_id).county
        raise Refused(f"该生另有业务件在别处办理，办结后才能{what}。请与{county}联系。")


def hand_to(case: Case, post: Step | Stop | Post, *, due: date, at: datetime) -> None:
    """Let the case wait for a post: that of a step or stop, or the maker's."""
    case.waiting_at_id, case.waiting_role = post.organisation_id, post.role
    case.waiting_since, case.due_on = at, due
    case.approved = isinstance(post, Step | Stop) and post.returns_to is not None


def finish(case: Case, state: State, at: datetime) -> None:
    """Let the case wait for nobody any more."""
    case.state, case.closed_at = state, at
    case.waiting_at, case.approved = None, False
    case.waiting_role, case.waiting_since, case.due_on = "", None, None


def write(cases: Sequence[Case]) -> None:
    """Write state, turn and version of locked cases: a statement for those who stand alike."""
    alike: defaultdict[tuple[object, ...], list[int]] = defaultdict(list)
    columns = [f.attname for f in Case._meta.concrete_fields if f.name in CASE_FIELDS]
    for case in cases:
        alike[tuple(getattr(case, column) for column in columns)].append(case.pk)
    for values, keys in alike.items():
        Case.objects.filter(pk__in=keys).update(**dict(zip(columns, values, strict=True)))


def end(
    case: Case, decision: Decision, state: State, *, note: str, acting: Acting | None, at: datetime
) -> None:
    """Finish a locked case with a signed step in a round of its own; the typed values go."""
    case.round += 1
    case.version += 1
    Step.objects.create(
        case=case,
        round=case.round,
        position=0,
        organisation_id=acting.post.organisation_id if acting else case.waiting_at_id,
        role=acting.post.role if acting else case.waiting_role,
        decision=decision,
        note=note,
        decided_by=acting.user if acting else None,
        decided_post=acting.post if acting else None,
        decided_at=at,
    )
    finish(case, state, at)
    case.save(update_fields=CASE_FIELDS)
    CaseForm.objects.filter(case=case).delete()
    _tell([case], decision, at=at, by_id=acting.user.pk if acting else None)


def end_all(
    cases: Sequence[Case], decision: Decision, state: State, *, note: str, acting: Acting
) -> None:
    """What ``end`` does, for many locked cases by one person, in a few statements."""
    for case in cases:
        case.round += 1
        case.version += 1
        finish(case, state, acting.at)
    steps = [
        Step(
            case=case,
            round=case.round,
            position=0,
            organisation_id=acting.post.organisation_id,
            role=acting.post.role,
            decision=decision,
            note=note,
            decided_by=acting.user,
            decided_post=acting.post,
            decided_at=acting.at,
        )
        for case in cases
    ]
    insert(steps)
    write(cases)
    CaseForm.objects.filter(case__in=cases).delete()
    _tell(cases, decision, at=acting.at, by_id=acting.user.pk)


def _tell(cases: Sequence[Case], decision: Decision, *, at: datetime, by_id: int | None) -> None:
    """The maker is told what others ended; what they took back themselves is only settled."""
    if decision == Decision.WITHDRAWN:
        notices.settle([case.pk for case in cases], at=at)
    else:
        tell_of(cases, at=at, by_id=by_id)
