"""Borrowed study of the invented county in every state, through the services.

The city school of the accounts is designated; the term has begun long ago, so that each guest is
an exception of the bureau.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial

from transfers.demo.moves import Deed, moment, pupil_of
from transfers.demo.scripts import BACK, NO, YES
from transfers.services import borrow_change
from transfers.services.borrow import KIND, Wanted, borrow, keep
from transfers.services.borrow_change import CONVERSION, END, Change
from transfers.services.borrow_sheet import lend_sheet
from transfers.services.lend import KIND as OUT
from transfers.services.lend import Lending, lend
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases import services as cases
from xueji.cases.models import ALIVE, Case, Decision
from xueji.cases.services import Typed
from xueji.organisations.models import SchoolClass
from xueji.students.guests import guests
from xueji.students.models import Placement, RegisterType, Student

HOST = "urban"
# of whose pupils, and who acts there
HOMES = (
    {"home": "clerk", "home-principal": "principal", "home-centre": "centre"},
    {"home": "clerk2", "home-principal": "principal2", "home-centre": "centre2"},
)
SEEN = frozenset({"residence_permit", "job_proof", "borrowing_letter", "transfer_certificate"})
KEEP, ASK, AWAY, LEND, UNDO = "draft", "ask", "away", "lend", "undo"
WHY_AWAY = "父母在外地的工作刚定下来"
WHY = "父母十月才到城里务工，孩子无人照看"
GRANTED = "情况属实，同意借读到学年末。"
ASKED = ((HOST, 9, ASK), ("urban-principal", 8, YES))
AGREED = (("urban-principal", 29, YES), ("home-principal", 28, YES), ("county", 27, YES))
HOSTED = ((HOST, 30, ASK), *AGREED)
LENT = (("home", 26, AWAY), ("home-principal", 25, YES), ("home-centre", 24, YES))
ENDING = (("urban-principal", 2, YES), ("county", 1, YES))
Acts = tuple[tuple[str, int, str], ...]
# who does what how many weekdays before today, and the note
SCRIPTS: tuple[tuple[Acts, str], ...] = (
    (((HOST, 1, KEEP),), ""),
    (((HOST, 1, ASK),), ""),
    (ASKED, ""),
    ((*ASKED, ("home-principal", 5, YES)), ""),
    ((*ASKED, ("home-principal", 6, NO)), "家长没有来学校开借读证明信，请先到原学校办理。"),
    ((*ASKED, ("home-principal", 6, YES), ("county", 4, BACK)), "暂住证已过期，请换发以后再报。"),
    (HOSTED, ""),
    ((*HOSTED, ("home", 20, LEND)), "父亲带走"),
    ((*HOSTED, (HOST, 3, END)), ""),
    ((*HOSTED, (HOST, 3, END), *ENDING), ""),
    ((*HOSTED, ("county", 22, UNDO)), "家长没有送来，没有就读。"),
    ((("home", 4, AWAY), ("home-principal", 3, YES)), ""),
    ((*LENT, ("county", 23, YES)), ""),
)
# what becomes of temporary registers that came with the intake
OF_TEMPORARY: tuple[Acts, ...] = (
    ((HOST, 4, CONVERSION), ("urban-principal", 3, YES)),
    ((HOST, 8, END), ("urban-principal", 7, YES), ("county", 6, YES)),
)


@dataclass
class _Story:
    """One guest under way."""

    acts: Acts
    student: Student
    posts: Mapping[str, Post]
    note: str = ""
    cases: dict[str, Case] = field(default_factory=dict)
    last: str = KIND

    def deeds(self, today: date) -> Iterator[tuple[datetime, Deed]]:
        for order, (who, days, act) in enumerate(self.acts):
            yield moment(today, days, 8 + order), partial(self._do, who, act)

    def _do(self, who: str, act: str, at: datetime) -> None:
        acting = Acting(user=self.posts[who].user, post=self.posts[who], at=at)
        match act:
            case "draft":
                row = {"id_number": self.student.id_number or "", "name": self.student.name}
                keep(kind=KIND, typed=Typed(row=row), title=self.student.name, acting=acting)
            case "ask":
                self.cases[KIND] = self._ask(acting)
            case "away":
                self.last = OUT
                self.cases[OUT] = self._lend(acting)
            case "lend":
                due = acting.today + timedelta(days=90)
                lend_sheet(case_id=self.cases[KIND].pk, due_on=due, note=self.note, acting=acting)
            case "undo":
                cases.reverse(case_id=self.cases[KIND].pk, note=self.note, acting=acting)
            case "borrowing_end" | "borrowing_regular":
                self.last = act
                self.cases[act] = self._change(act, acting)
            case _:
                self._sign(Decision(act), acting)

    def _ask(self, acting: Acting) -> Case:
        rows = SchoolClass.objects.filter(
            school=acting.post.organisation_id, grade=self.student.grade, closed_on__isnull=True
        )
        room = next(one for one in rows if one.students.count() < one.capacity)
        wanted = Wanted(
            id_number=self.student.id_number or "",
            name=self.student.name,
            outside_school="",
            outside_office="",
            grade=self.student.grade,
            school_class=room,
            reason="migrant",
            reason_text="",
            papers=SEEN - {"transfer_certificate"},
        )
        reasons = {"borrowing.window": WHY}
        return borrow(typed=Typed(row={}), taken=wanted, reasons=reasons, acting=acting)

    def _lend(self, acting: Acting) -> Case:
        lending = Lending(
            student_id=self.student.pk,
            outside_school="秦皇岛市海港区示例小学",
            outside_office="秦皇岛市海港区教育局",
            reason="migrant",
            papers=frozenset({"borrowing_proof"}),
        )
        reasons = {"borrowing.window": WHY_AWAY}
        return lend(typed=Typed(row={}), lending=lending, reasons=reasons, acting=acting)

    def _change(self, kind: str, acting: Acting) -> Case:
        place = guests().get(student=self.student)
        change = Change(kind=kind, placement_id=place.pk, reason="back", papers=SEEN)
        return borrow_change.ask(typed=Typed(row={}), change=change, acting=acting)

    def _sign(self, decision: Decision, acting: Acting) -> None:
        case = self.cases[self.last]
        case.refresh_from_db()
        note = GRANTED if decision == YES and acting.post.role == "county_officer" else ""
        note = note or (self.note if decision != YES else "")
        cases.decide(seen={case.pk: case.version}, decision=decision, note=note, acting=acting)


def deeds(
    today: date, posts: Mapping[str, Post], taken: set[int]
) -> Iterator[tuple[datetime, Deed]]:
    """What is done in all scripts, each act with its time; whose posts are missing is left out."""
    for script, note in SCRIPTS:
        for home in HOMES:
            acts = tuple((home.get(who, who), days, act) for who, days, act in script)
            people = {HOST, *home.values(), *(who for who, *_ in acts)}
            if student := pupil_of(home["home"], people, posts, taken):
                yield from _Story(acts, student, posts, note).deeds(today)
                break
    if HOST not in posts:
        return
    temporary = (
        Placement.objects.filter(
            school=posts[HOST].organisation_id,
            ends__isnull=True,
            student__register_type=RegisterType.BORROWED_TEMP,
            student__number__isnull=False,
        )
        .exclude(student__cases__state__in=ALIVE)
        .select_related("student")
        .order_by("-pk")
    )
    for script, place in zip(OF_TEMPORARY, temporary[: len(OF_TEMPORARY)], strict=False):
        yield from _Story(script, place.student, posts).deeds(today)
