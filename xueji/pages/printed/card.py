"""学籍卡: the register of one pupil on paper: identity, numbers, places, and what happened.

Everything is told from the ledger, the placements and the rewards and sanctions; what was undone
never was, and stands in the timeline of the page, not here.
"""

from dataclasses import dataclass
from datetime import date

from xueji.accounts.models import Post
from xueji.cases.models import Case
from xueji.conduct.models import Conduct
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import grade_name
from xueji.pages.printed.sheet import rows
from xueji.pages.pupil import conduct, past
from xueji.pages.pupil.past import Facts
from xueji.pages.pupil.scope import Scope
from xueji.printing import grid
from xueji.students import sheet as national
from xueji.students.models import FamilyMember, Placement
from xueji.students.showing import Line, shown

IDENTITY = (
    "name sex birth_date name_full nation country id_type id_number birth_place_text native_place "
    "former_name political health hukou_text hukou_kind address_text family_address phone "
    "entered_on entry_mode boarding only_child left_behind migrant"
).split()
MEMBER = "name relation is_guardian workplace phone hukou_text".split()


@dataclass(frozen=True, kw_only=True)
class Number:
    """A register number, from when until when; ``ends`` is empty while it is in use."""

    number: str
    starts: date
    ends: date | None = None
    is_live: bool = True


@dataclass(frozen=True, kw_only=True)
class Happened:
    """One line of the changes: an event, by whom, and its case where the post may open it."""

    event: RegisterEvent
    where: str
    who: str
    case: str


@dataclass(frozen=True, kw_only=True)
class Card:
    facts: Facts
    identity: list[list[grid.Cell[Line]]]
    family: list[tuple[FamilyMember, list[str]]]
    numbers: list[Number]
    placements: list[tuple[Placement, str]]
    conduct: list[Conduct]
    changes: list[Happened]


def card(scope: Scope, *, medical: bool, whole: bool) -> Card:
    """The card as this post may see the pupil, in a fixed number of queries."""
    facts = past.present(scope)
    groups = shown(facts.student, facts.sheet, facts.family, medical=medical, whole=whole)
    own, members = groups[: len(national.GROUPS)], groups[len(national.GROUPS) :]
    lines = {line.field: line for group in own for line in group.lines}
    events = _standing(scope)
    return Card(
        facts=facts,
        identity=rows([lines[field] for field in IDENTITY], beside=5),
        family=[
            (member, [_text(group.lines, field) for field in MEMBER])
            for member, group in zip(facts.family, members, strict=True)
        ],
        numbers=numbers(events, facts.student.number),
        placements=list(reversed(past.placements(scope))),
        conduct=conduct.standing(scope),
        changes=_happened(scope, events),
    )


def _text(lines: list[Line], field: str) -> str:
    return next(line.text for line in lines if line.field == field)


def _standing(scope: Scope) -> list[RegisterEvent]:
    """The events that were not undone, in the order of their days."""
    events = list(scope.events().order_by("effective_on", "pk"))
    undone = {event.reverses_id for event in events}
    return [e for e in events if e.kind != EventKind.REVERSED and e.pk not in undone]


def numbers(events: list[RegisterEvent], live: str | None) -> list[Number]:
    """Every number that the events gave, oldest first; each ends where the next begins."""
    found: list[Number] = []
    for event in events:
        if event.kind != EventKind.NUMBERED or not event.number:
            continue
        if found:
            earlier = found.pop()
            found.append(
                Number(
                    number=earlier.number,
                    starts=earlier.starts,
                    ends=event.effective_on,
                    is_live=False,
                )
            )
        is_live = event.number == live
        found.append(Number(number=event.number, starts=event.effective_on, is_live=is_live))
    return found


def _happened(scope: Scope, events: list[RegisterEvent]) -> list[Happened]:
    posts = Post.objects.select_related("user").in_bulk({event.post_id for event in events})
    wanted = {event.case_id for event in events} - {None}
    cases = Case.objects.visible_to(scope.acting.post).in_bulk(wanted)
    return [
        Happened(
            event=event,
            where=f"{event.school_name} {event.class_name or grade_name(event.grade)}",
            who=posts[event.post_id].user.name if event.post_id in posts else "系统",
            case=cases[event.case_id].number if event.case_id in cases else "",
        )
        for event in events
    ]
