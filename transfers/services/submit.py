"""Asking for a transfer of a pupil of the acting school: checked, routed, sent to the principal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.timezone import localdate

from transfers import queries
from transfers.models import Transfer
from transfers.rules import TransferFacts, papers
from transfers.services.discretion import untold
from transfers.services.sides import Way
from xueji.accounts import access
from xueji.accounts.access import Acting
from xueji.cases import services as cases
from xueji.cases.kinds import Refused
from xueji.cases.models import Case, Decision
from xueji.cases.services import Kept, Typed, granting_stop, write_papers
from xueji.cases.services.common import lock
from xueji.conduct.queries import open_sanctions
from xueji.organisations.models import School, Stage, Term
from xueji.organisations.queries import Lineage, idle, lineage
from xueji.rules.engine import Finding, judge
from xueji.rules.files import Effect
from xueji.students import services as students
from xueji.students.guests import guests
from xueji.students.models import Placement, PlacementKind, RegisterType, Student

KIND = "transfer"
ACT = "转学"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the clerk asks for. Either ``to_school`` or the name of a school outside is given."""

    student_id: int
    to_school: School | None
    outside_school: str
    outside_office: str
    reason: str
    reason_text: str
    papers: frozenset[str]
    offline_on: date | None = None
    offline_paper: str = ""


class Rejected(Exception):
    """The pupil cannot be transferred as asked; ``findings`` says everything that stands against.

    Of the warnings among them, those in ``unreasoned`` lack a reason for an exception; ``papers``
    are all that the two sides may ask for.
    """

    def __init__(
        self,
        findings: Sequence[Finding],
        unreasoned: Sequence[Finding],
        papers: Sequence[str] = (),
    ):
        super().__init__()
        self.findings, self.unreasoned, self.papers = findings, unreasoned, papers


def at_work(acting: Acting) -> Lineage:
    """The acting school; Refused while it does no register business."""
    school = lineage(acting.post.organisation_id)
    if found := idle(school.school, acting.today):
        raise Refused(f"本校{found.why}，不能办理学籍业务。{found.remedy}。")
    return school


@transaction.atomic
def keep_draft(*, typed: Typed, title: str, acting: Acting) -> Kept:
    """Keep what was typed so far, as `xueji.cases.services.keep` says."""
    if typed.case is None:
        at_work(acting)
    return cases.keep(
        kind=KIND, act="transfers.start", typed=typed, title=title[:50], acting=acting
    )


@transaction.atomic
def submit(*, typed: Typed, asked: Asked, reasons: Mapping[str, str], acting: Acting) -> Case:
    """Send a transfer to the principal; without a case in ``typed`` a new one.

    ``reasons`` maps the key of a warning to the reason for which an exception is asked; the row
    is kept for mending. Raises Rejected while anything blocks or a warning has no reason, Refused
    when the act itself is not possible, Stale when another window saved the form meanwhile.
    """
    access.require(acting, "transfers.start", acting.post.organisation_id)
    out = at_work(acting)
    case = lock(keep_draft(typed=typed, title="", acting=acting).case.pk)
    student = own_pupil(asked.student_id, case, acting)
    former = home_of(student)
    into = lineage(asked.to_school.pk) if asked.to_school else None
    way = Way(stage=former.stage, out=out, into=into, on=acting.today)
    _require_start_here(way)
    facts = facts_of(student, former, asked, way, acting, entered_on=first_sent_on(case, acting))
    findings = judged(facts, way)
    requests, unreasoned = cases.requests_of(findings, reasons, way.rules)
    if unreasoned or any(found.effect == Effect.BLOCK for found in findings):
        raise Rejected(findings, unreasoned, demanded(way))
    granting = [granting_stop(request.finding, out) for request in requests]
    Transfer.objects.update_or_create(
        case=case,
        defaults={
            "direction": way.direction,
            "from_school": out.school,
            "to_school": asked.to_school,
            "outside_school": "" if into else asked.outside_school,
            "outside_office": "" if into else asked.outside_office,
            "into_set": into.rule_set if into else "",
            "former": former,
            "former_status": student.status,
            "stage": former.stage,
            "grade": former.grade,
            "entry_year": former.entry_year,
            "reason": asked.reason,
            "reason_text": asked.reason_text.strip(),
            "offline_on": asked.offline_on,
            "offline_paper": asked.offline_paper.strip(),
            "school_class": None,
            "certifier": way.certifier(),
        },
    )
    write_papers(case, asked.papers, acting)
    return cases.submit(
        case=case,
        student=student,
        title=student.name,
        lineage=out,
        route=way.route(granting),
        rules=way.rules,
        findings=findings,
        exceptions=requests,
        acting=acting,
    )


def demanded(way: Way) -> list[str]:
    """Every paper that the two sides may ask for."""
    sides = [side for side in (way.out_rules, way.into_rules) if side]
    codes = [code for side in sides for code in papers.asked_for(side, papers.LISTS)]
    return list(dict.fromkeys(codes))


def judged(facts: TransferFacts, way: Way) -> list[Finding]:
    """By the rules of the side that lets go; what papers the other side asks for, by its own."""
    found = judge("transfer", facts, way.rules)
    into = way.into_rules
    if way.out and (into is None or into.name != way.rules.name):
        found = [one for one in found if not one.key.startswith(papers.ONLY_OF_RECEIVER)]
    if into and into.name != way.rules.name:
        more = [one for one in judge("transfer", facts, into) if one.key in papers.OF_RECEIVER]
        found += [one for one in more if one.message not in {other.message for other in found}]
    return found


def facts_of(
    student: Student,
    former: Placement,
    asked: Asked,
    way: Way,
    acting: Acting,
    *,
    entered_on: date | None = None,
) -> TransferFacts:
    """What the rules need to know, in a fixed number of queries.

    ``entered_on``: when it was first sent, where that was before today.
    """
    stage = Stage.objects.filter(school=former.school_id, stage=former.stage).first()
    return TransferFacts(
        reason=asked.reason,
        reason_text=asked.reason_text,
        term_day=term_day(way, asked.offline_on or acting.today),
        status=(student.status, student.get_status_display()),
        is_final=stage is not None and former.grade == stage.grades[-1],
        sanctions=open_sanctions([student.pk], on=acting.today).count(),
        grade=former.grade,
        is_same=way.into is not None and way.into.school.pk == former.school_id,
        teaches=way.into is None or queries.teaches(way.into.school, former.stage, former.grade),
        receiving_why=_receiving_why(way, acting),
        papers=asked.papers,
        direction=way.direction,
        offline_on=asked.offline_on,
        offline_paper=asked.offline_paper,
        today=acting.today,
        term_starts_on=term_starts_on(way, entered_on) if asked.offline_on else None,
        former_starts_on=former.starts,
    )


def term_day(way: Way, on: date) -> int | None:
    """Which day of the term it is in the county that lets go, else in the other."""
    side = way.out or way.into
    return day_of_term(side, on) if side else None


def term_starts_on(way: Way, entered_on: date | None) -> date | None:
    """When the term of that day began there; without ``entered_on`` of the day of asking."""
    side = way.out or way.into
    term = _term(side, entered_on or way.on) if side else None
    return term.starts_on if term else None


def first_sent_on(case: Case, acting: Acting) -> date:
    """The day on which the case was entered: that of its first submission, else today.

    What was returned and is sent again in the next term was entered in its own.
    """
    sent = case.steps.filter(decision=Decision.SUBMITTED).order_by("round").first()
    return localdate(sent.decided_at) if sent and sent.decided_at else acting.today


def day_of_term(side: Lineage, on: date) -> int | None:
    """Which day of the term it is in a county, its first day being 1."""
    term = _term(side, on)
    return (on - term.starts_on).days + 1 if term else None


def _term(side: Lineage, on: date) -> Term | None:
    """The county's term that began last."""
    begun = Term.objects.filter(school_year__county=side.county, starts_on__lte=on)
    return begun.order_by("-starts_on").first()


def _receiving_why(way: Way, acting: Acting) -> str:
    found = idle(way.into.school, acting.today) if way.into else None
    return found.why if found else ""


def own_pupil(student_id: int, case: Case, acting: Acting) -> Student:
    """The locked pupil, who must be of the acting school."""
    student = students.lock([student_id]).get(student_id)
    if student is None or student.school_id != acting.post.organisation_id:
        raise Refused("该生的学籍不在本校。请刷新后重新选择学生。")
    if case.student_id not in (None, student.pk):
        raise Refused("本件是另一名学生的。请撤回本件，为这名学生另办一件。")
    require_plain(student, acting)
    return student


def require_plain(student: Student, acting: Acting) -> None:
    """Raise Refused for a register that another procedure must end first (借读)."""
    if student.register_type != RegisterType.REGULAR:
        why = "该生是临时借读学籍，不办转学。请由原籍学校办理，或先办转为正式学籍。"
    elif place := guests().filter(student=student).select_related("school__organisation").first():
        if place.school_id == acting.post.organisation_id:
            where, who = "本校", "本校"
        elif place.school:
            where, who = str(place.school.organisation), "该校"
        else:  # whom the own school has lent outside it has to take back itself
            where, who = place.outside, "本校"
        why = f"该生正在{where}借读。请由{who}先办理借读结束，再办转学。"
    else:
        return
    raise Refused(untold(student, ACT, acting) or why)


def home_of(student: Student) -> Placement:
    """Where the pupil's register is; Refused for who is nowhere."""
    home = Placement.objects.filter(
        student=student, kind=PlacementKind.HOME, ends__isnull=True
    ).first()
    if home is None:
        raise Refused("该生现在没有就读学校，请与教育局联系。")
    return home


def _require_start_here(way: Way) -> None:
    if way.starts_at_receiving:
        rule = way.rules.rule("transfer.starter") if way.rules.has("transfer.starter") else None
        cited = f"（{rule.citation}）" if rule else ""
        raise Refused(f"这样的转学由转入学校发起{cited}。请监护人到转入学校办理，本校等待核办。")
