"""Transfers of the invented county in every state, told to today through the services.

Between the schools of the accounts one can log in with, act by act in the order of time.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils.timezone import make_aware

from transfers import queries, services
from transfers.demo.scripts import RECEIPT, SCRIPTS, SEND, YES, Script
from transfers.models import Transfer
from transfers.services import Asked, Taken
from transfers.services.reinstate import reinstate
from transfers.services.submit import day_of_term
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases import services as cases
from xueji.cases.models import ALIVE, Case, Decision
from xueji.cases.services import Typed
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.models import School
from xueji.organisations.queries import lineage
from xueji.students import services as students
from xueji.students.models import RegisterType, Status, Student

SEEN = frozenset({"household_book", "property_proof"})
OUTSIDE = ("秦皇岛市海港区文化路小学", "秦皇岛市海港区教育和体育局")
Deed = Callable[[datetime], None]


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
            case "send" | "receive":
                self._pass_on(act, acting)
            case "away":
                self._leave(acting)
            case "back_here":
                self.case = reinstate(
                    typed=Typed(row={}), student_id=self.student.pk, reason_text=note, acting=acting
                )
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
            offline_on=_weekday_before(acting) if self.script.offline else None,
            offline_paper=self.script.offline,
        )
        self.case = services.submit(typed=Typed(row={}), asked=request, reasons={}, acting=acting)

    def _pass_on(self, act: str, acting: Acting) -> None:
        """The paper file, recorded by either school."""
        pk, on = self.case.pk, acting.today
        if act == SEND:
            services.send_file(case_id=pk, on=on, carrier="guardian", copy_kept=True, acting=acting)
        else:
            services.receive_file(case_id=pk, on=on, acting=acting)

    def _leave(self, acting: Acting) -> None:
        """Gone abroad, as a school would write it: no workflow of ours does so yet."""
        student = students.lock([self.student.pk])[self.student.pk]
        student.status = Status.ABROAD
        students.write([student], fields=["status"], acting=acting, reason="出国")
        fact = ledger.Fact(
            kind=EventKind.LEFT,
            student=student,
            lineage=lineage(student.school_id),
            effective_on=acting.today,
            change=-1,
            class_name=str(student.school_class or ""),
            text="出国",
            stage=student.stage,
            grade=student.grade,
            number=student.number or "",
        )
        ledger.write([fact], acting=acting)

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


def _weekday_before(acting: Acting) -> date:
    """The last weekday before today, if that is in this term."""
    day = day_of_term(lineage(acting.post.organisation_id), acting.today) or 1
    begins = acting.today - timedelta(days=day - 1)
    return max(moment(acting.today, 1, 8).date(), begins)


def deeds(
    today: date, posts: Mapping[str, Post], taken: set[int]
) -> Iterator[tuple[datetime, Deed]]:
    """What is done in all scripts, each act with its time; whose posts are missing is left out."""
    for script in SCRIPTS:
        people = {script.of, script.to or script.of, *(who for who, *_ in script.acts)}
        if student := pupil_of(script.of, people, posts, taken, grades=script.grades):
            yield from _Story(script, student, posts).deeds(today)


def pupil_of(
    of: str,
    people: Collection[str],
    posts: Mapping[str, Post],
    taken: set[int],
    *,
    grades: tuple[int, int] = (2, 4),
) -> Student | None:
    """Somebody of these grades who is numbered, in a class and in no other case."""
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
            grade__range=grades,
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
