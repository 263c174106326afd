"""Transfers of the invented county in every state, told to today through the services.

Between the schools of the accounts one can log in with, act by act in the order of time.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils.timezone import make_aware

from transfers import queries, services
from transfers.models import Transfer
from transfers.services import Asked, Taken
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases import services as cases
from xueji.cases.models import ALIVE, Case, Decision
from xueji.cases.services import Typed
from xueji.organisations.models import School
from xueji.students.models import RegisterType, Status, Student

SEEN = frozenset({"household_book", "property_proof"})
OUTSIDE = ("秦皇岛市海港区文化路小学", "秦皇岛市海港区教育和体育局")
YES, BACK, NO = Decision.AGREED, Decision.RETURNED, Decision.REFUSED
KEEP, ASK, TAKE = "draft", "ask", "take"
WITHDRAW, UNDO, RECEIPT, SEND, RECEIVE = "withdraw", "undo", "receipt", "send", "receive"
Deed = Callable[[datetime], None]


@dataclass(frozen=True, kw_only=True)
class Script:
    """Whose pupil goes to whose school ("": outside), and who does what how long ago.

    ``acts``: who, how many weekdays before today, what. Who gets a receipt had gone outside; the
    school at ``to`` may ask for the pupil back afterwards.
    """

    of: str
    to: str
    acts: tuple[tuple[str, int, str], ...]
    note: str = ""


def asked(who: str, days: int, *signed: tuple[str, int]) -> tuple[tuple[str, int, str], ...]:
    return ((who, days, ASK), *((person, at, YES) for person, at in signed))


GONE = asked("clerk", 34, ("principal", 33), ("centre", 32), ("county", 31))
PLACED = (("principal", 17), ("centre", 16), ("centre2", 15), ("clerk2", 14), ("principal2", 13))
LEFT = (("urban-principal", 8), ("county", 6))
ACROSS = (
    ("urban-principal", 23),
    ("county", 22),
    ("county9", 20),
    ("county9-head", 18),
    ("clerk9", 17),
    ("principal9", 16),
)
SCRIPTS = (
    Script(of="clerk", to="clerk2", acts=(("clerk", 1, KEEP),)),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 1)),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 4, ("principal", 3))),
    Script(
        of="clerk",
        to="clerk2",
        acts=asked("clerk", 6, ("principal", 5), ("centre", 3), ("centre2", 1)),
    ),
    Script(  # overdue at the receiving school
        of="clerk",
        to="clerk2",
        acts=asked("clerk", 15, ("principal", 14), ("centre", 12), ("centre2", 9)),
    ),
    Script(of="clerk", to="clerk2", acts=asked("clerk", 18, *PLACED)),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 19, *PLACED), ("clerk", 12, SEND), ("clerk2", 10, RECEIVE)),
    ),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 20, *PLACED), ("centre2", 8, UNDO)),
        note="办错学校，家长要转的是另一所。",
    ),
    Script(of="clerk", to="urban", acts=asked("clerk", 5, ("principal", 4), ("centre", 2))),
    Script(
        of="clerk",
        to="",
        acts=asked("clerk", 14, ("principal", 13), ("centre", 12), ("county", 11)),
    ),
    Script(of="clerk", to="", acts=(*GONE, ("clerk", 20, RECEIPT)), note="四年级，刘老师"),
    Script(  # left, and comes back to another school into the same register
        of="clerk",
        to="clerk2",
        acts=(*GONE, ("clerk", 25, RECEIPT), ("clerk2", 3, TAKE), ("principal2", 2, YES)),
        note="五年级，陈老师",
    ),
    Script(
        of="clerk",
        to="clerk2",
        acts=(*asked("clerk", 7, ("principal", 6)), ("centre", 4, BACK)),
        note="房产证明是复印件，请看过原件再报。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*asked("clerk2", 9, ("principal2", 8)), ("centre2", 6, NO)),
        note="户口没有迁到建昌营镇，不符合转学条件。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=(*asked("clerk2", 5), ("clerk2", 4, WITHDRAW)),
        note="家长不转了。",
    ),
    Script(
        of="clerk2",
        to="clerk",
        acts=asked("clerk2", 6, ("principal2", 5), ("centre2", 4), ("centre", 2)),
    ),
    Script(of="urban", to="clerk", acts=asked("urban", 3, ("urban-principal", 2))),
    Script(
        of="clerk",
        to="clerk9",
        acts=asked("clerk", 8, ("principal", 7), ("centre", 6), ("county", 4)),
    ),
    Script(
        of="clerk9",
        to="clerk",
        acts=(
            ("clerk", 6, TAKE),
            ("principal", 5, YES),
            ("clerk9", 3, YES),
            ("principal9", 2, YES),
        ),
    ),
    Script(of="clerk9", to="clerk2", acts=(("clerk2", 4, TAKE), ("principal2", 3, YES))),
    Script(of="urban", to="clerk9", acts=asked("urban", 9, *LEFT, ("county9", 3))),
    Script(
        of="urban", to="clerk9", acts=asked("urban", 10, *LEFT, ("county9", 4), ("county9-head", 1))
    ),
    Script(of="urban", to="clerk9", acts=asked("urban", 24, *ACROSS)),
)


@dataclass
class _Story:
    """One script under way."""

    script: Script
    student: Student
    posts: Mapping[str, Post]
    case: Case = field(default_factory=Case)

    def deeds(self, today: date) -> Iterator[tuple[datetime, Deed]]:
        for order, (who, days, act) in enumerate(self.script.acts):
            yield moment(today, days, 8 + order), partial(self._do, who, act)

    def _do(self, who: str, act: str, at: datetime) -> None:
        acting = Acting(user=self.posts[who].user, post=self.posts[who], at=at)
        note, pk = self.script.note, self.case.pk
        match act:
            case "draft":
                row = {"student": str(self.student.pk), "to_where": "inside"}
                services.keep_draft(typed=Typed(row=row), title=self.student.name, acting=acting)
            case "ask":
                self._ask(acting)
            case "take":
                self._take(acting)
            case "withdraw":
                cases.withdraw(case_id=pk, note=note, acting=acting)
            case "undo":
                cases.reverse(case_id=pk, note=note, acting=acting)
            case "receipt":
                services.record_receipt(case_id=pk, on=acting.today, note=note, acting=acting)
            case "send":
                services.send_file(
                    case_id=pk,
                    on=acting.today,
                    carrier="guardian",
                    copy_kept=True,
                    acting=acting,
                )
            case "receive":
                services.receive_file(case_id=pk, on=acting.today, acting=acting)
            case _:
                self._sign(Decision(act), acting)

    def _ask(self, acting: Acting) -> None:
        leaves = not self.script.to or any(act == RECEIPT for *_, act in self.script.acts)
        to = None if leaves else self.posts[self.script.to].organisation_id
        request = Asked(
            student_id=self.student.pk,
            to_school=School.objects.get(pk=to) if to else None,
            outside_school="" if to else OUTSIDE[0],
            outside_office="" if to else OUTSIDE[1],
            reason="move" if to else "job",
            reason_text="" if to else "父亲调往秦皇岛工作",
            papers=SEEN,
        )
        self.case = services.submit(typed=Typed(row={}), asked=request, reasons={}, acting=acting)

    def _take(self, acting: Acting) -> None:
        grade = self.student.grade  # of the former school; who has left it has none
        self.student.refresh_from_db()
        was_gone = self.student.status == Status.TRANSFERRED
        request = Taken(
            id_number=self.student.id_number or "",
            name=self.student.name,
            outside_school=OUTSIDE[0] if was_gone else "",
            outside_office=OUTSIDE[1] if was_gone else "",
            grade=grade,
            school_class=None,
            reason="move",
            reason_text="",
            papers=SEEN,
        )
        self.case = services.take(typed=Typed(row={}), taken=request, reasons={}, acting=acting)

    def _sign(self, decision: Decision, acting: Acting) -> None:
        self.case.refresh_from_db()
        note = self.script.note if decision != YES else ""
        if acting.post.role != "clerk":
            seen = {self.case.pk: self.case.version}
            cases.decide(seen=seen, decision=decision, note=note, acting=acting)
            return
        rows = queries.classes(Transfer.objects.get(pk=self.case.pk))
        is_placing = self.case.approved
        room = next((one for one in rows if one.students.count() < one.capacity), None)
        services.receive(
            case_id=self.case.pk,
            version=self.case.version,
            decision=decision,
            note=note,
            school_class=room if is_placing else None,
            acting=acting,
        )


def deeds(
    today: date, posts: Mapping[str, Post], taken: set[int]
) -> Iterator[tuple[datetime, Deed]]:
    """What is done in all scripts, each act with its time; whose posts are missing is left out."""
    for script in SCRIPTS:
        people = {script.of, script.to or script.of, *(who for who, *_ in script.acts)}
        if student := pupil_of(script.of, people, posts, taken):
            yield from _Story(script, student, posts).deeds(today)


def pupil_of(
    of: str, people: Collection[str], posts: Mapping[str, Post], taken: set[int]
) -> Student | None:
    """Somebody of a middle grade who is numbered, in a class and in no other case."""
    if not set(people) <= posts.keys():
        return None
    found = (
        Student.objects.filter(
            school=posts[of].organisation_id,
            status=Status.ENROLLED,
            register_type=RegisterType.REGULAR,
            number__isnull=False,
            school_class__isnull=False,
            id_index__isnull=False,
            grade__range=(2, 4),
        )
        .exclude(cases__state__in=ALIVE)
        .exclude(pk__in=taken)
        .order_by("-pk")
        .first()
    )
    if found:
        taken.add(found.pk)
    return found


def moment(today: date, days: int, hour: int) -> datetime:
    """An hour of the weekday so many weekdays before today."""
    day = today
    while days or day.isoweekday() > 5:
        day -= timedelta(days=1)
        days -= day.isoweekday() <= 5 and days > 0
    return make_aware(datetime.combine(day, time(hour, 20)))
