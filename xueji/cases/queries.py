"""Reading and locking cases with their steps, and saying whose turn it is."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.utils.timezone import localtime

from xueji.accounts.access import Acting
from xueji.accounts.models import Role
from xueji.cases import acts, kinds, veil
from xueji.cases.models import ALIVE, Case, Decision, State, Step
from xueji.rules.engine import Rules, rule_set


def lock(case_ids: Iterable[int]) -> dict[int, Case]:
    """Lock cases in id order, with the post that opened each. Pupils and series come after."""
    rows = (
        Case.objects.select_for_update(of=("self",))
        .filter(pk__in=set(case_ids))
        .select_related("opened_post", "waiting_at")
        .order_by("pk")
    )
    return {case.pk: case for case in rows}


def find(acting: Acting, number: str) -> Case | None:
    """The case of that number if the acting post is a party to it, with all a page shows."""
    return (
        Case.objects.visible_to(acting.post)
        .select_related("student", "school__organisation", "opened_post", "opener", "waiting_at")
        .filter(number=number)
        .first()
    )


def within_reach(case_ids: Iterable[int], acting: Acting) -> list[int]:
    """Those of the cases to which the acting post is a party; the others do not exist for it."""
    rows = Case.objects.visible_to(acting.post).filter(pk__in=list(case_ids))
    return list(rows.values_list("pk", flat=True))


def reaches_pupil(case: Case, acting: Acting) -> bool:
    """Whether what the register now says of the case's pupil is this post's to see.

    Not once another school has the child: an old case keeps what was said on it, and no more. A
    pupil without a place belongs to the newest case.
    """
    student = case.student
    if student is None:
        return False
    if student.org_path:
        return acting.reaches(student.org_path)
    newest = student.cases.order_by("-pk").values("pk")[:1]
    return Case.objects.visible_to(acting.post).filter(pk__in=newest).exists()


def steps_of(case_ids: Iterable[int]) -> Mapping[int, list[Step]]:
    """All steps of cases in order, with the people who signed; [] for a case without."""
    found: dict[int, list[Step]] = defaultdict(list)
    rows = Step.objects.filter(case__in=list(case_ids)).select_related(
        "organisation", "decided_by", "decided_post"
    )
    for step in rows.order_by("case", "round", "position"):
        found[step.case_id].append(step)
    return found


def clerks_of(schools: Mapping[int, int | None]) -> dict[int, int]:
    """Case → the person who signed last as clerk of the school named for it, in one query."""
    rows = Step.objects.filter(case__in=schools, role=Role.CLERK).filter(
        decision__in=(Decision.SUBMITTED, Decision.AGREED)
    )
    return {
        case: person
        for case, school, person in rows.order_by("case", "round", "position").values_list(
            "case", "organisation", "decided_by"
        )
        if school == schools[case]
    }


def rules_of(case: Case) -> Rules:
    """The rules a submitted case was judged by."""
    return rule_set(case.rule_set).at(case.rule_date)


def current(case: Case, steps: Sequence[Step]) -> Step | None:
    """The first unsigned step of the present round."""
    return next((s for s in steps if s.round == case.round and s.decision is None), None)


def following(step: Step, steps: Sequence[Step]) -> Step | None:
    """The step after ``step`` in its round."""
    wanted = (step.round, step.position + 1)
    return next((s for s in steps if (s.round, s.position) == wanted), None)


def moment(at: datetime) -> str:
    """``9 月 1 日 16:05`` in local time."""
    when = localtime(at)
    return f"{when.month} 月 {when.day} 日 {when:%H:%M}"


def waiting_text(case: Case) -> str:
    """``建昌营镇中心校 学籍专员``."""
    return f"{case.waiting_at} {case.get_waiting_role_display()}"


def own(acting: Acting, number: str, *kinds: str) -> Case | None:
    """A case of this very post, in whatever state; what another post opened is not found."""
    post = acting.post
    return (
        Case.objects.filter(kind__in=kinds, school=post.organisation_id, number=number)
        .filter(opened_post__role=post.role)
        .select_related("opened_post", "waiting_at", "school__organisation", "student")
        .first()
    )


def last_word(steps: Sequence[Step]) -> str:
    """``李国栋 9 月 1 日 16:05 同意。`` of the latest signature, or nothing."""
    signed = [step for step in steps if step.decided_at]
    if not signed:
        return ""
    step = max(signed, key=lambda step: (step.decided_at, step.round, step.position))
    who = step.decided_by.name if step.decided_by else "系统"
    return f"{who} {moment(step.decided_at)} {step.get_decision_display()}。"


def why_not(case: Case, steps: Sequence[Step], acting: Acting) -> str:
    """Chinese sentence: why this person cannot act on the case now."""
    if case.state not in (*ALIVE, State.DRAFT):
        return f"业务件 {case.number} {case.get_state_display()}，不能再办。{last_word(steps)}"
    if case.state == State.DRAFT:
        return f"业务件 {case.number} 还是草稿，由录入的岗位提交后才能办理。"
    if acts.is_maker(case, steps, acting):
        return f"业务件 {case.number} 由您经手提交，须由另一人签署。"
    if acts.Act.RETURN in acts.allowed(case, steps, acting):
        return "这一步没有「不同意」：核实不了的，写明原因退回核准的单位，由它决定。"
    return f"业务件 {case.number} 现在轮到{waiting_text(case)}。{last_word(steps)}"


def busy(students: Iterable[int], *, acting: Acting, beside: Case | None = None) -> str:
    """Chinese sentence: which exclusive case one of the pupils has besides that one; "" if none."""
    others = Case.objects.filter(student__in=list(students), exclusive=True, state__in=ALIVE)
    other = others.exclude(pk=beside.pk if beside else None).select_related("waiting_at").first()
    if other is None:
        return ""
    veil.draw([other], acting)
    return (
        f"该生已有「{kinds.get(other.kind).label}」业务件 {other.number} 在办，"
        f"自 {moment(other.waiting_since)} 轮到{waiting_text(other)}；办结后才能再提交。"
    )
