"""Transfers of the invented county in several states, told to today through the services.

Between the schools of the accounts one can log in with, act by act in the order of time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from django.utils.timezone import make_aware

from transfers import queries, services
from transfers.models import Transfer
from transfers.services import Asked
from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.cases import services as cases
from xueji.cases.models import ALIVE, Case, Decision
from xueji.organisations.models import School
from xueji.students.models import RegisterType, Status, Student

SEEN = frozenset({"household_book", "property_proof"})
Deed = Callable[[datetime], None]


@dataclass(frozen=True, kw_only=True)
class Script:
    """Who asks, for which school, and who signs how many working days before today."""

    clerk: str
    to: str  # whose school; "" goes outside
    asked: int
    signed: tuple[tuple[str, int, Decision], ...] = ()
    note: str = ""


def agreed(*signed: tuple[str, int]) -> tuple[tuple[str, int, Decision], ...]:
    return tuple((who, days, Decision.AGREED) for who, days in signed)


SCRIPTS = (
    Script(clerk="clerk", to="clerk2", asked=1),
    Script(clerk="clerk", to="clerk2", asked=4, signed=agreed(("principal", 3))),
    Script(
        clerk="clerk",
        to="clerk2",
        asked=6,
        signed=agreed(("principal", 5), ("centre", 3), ("centre2", 1)),
    ),
    Script(
        clerk="clerk",
        to="clerk2",
        asked=15,
        signed=agreed(("principal", 14), ("centre", 12), ("centre2", 9)),
    ),
    Script(
        clerk="clerk",
        to="clerk2",
        asked=18,
        signed=agreed(
            ("principal", 17), ("centre", 16), ("centre2", 15), ("clerk2", 14), ("principal2", 13)
        ),
    ),
    Script(clerk="clerk", to="urban", asked=5, signed=agreed(("principal", 4), ("centre", 2))),
    Script(
        clerk="clerk",
        to="",
        asked=14,
        signed=agreed(("principal", 13), ("centre", 12), ("county", 11)),
    ),
    Script(
        clerk="clerk",
        to="clerk2",
        asked=7,
        signed=(*agreed(("principal", 6)), ("centre", 4, Decision.RETURNED)),
        note="房产证明是复印件，请看过原件再报。",
    ),
    Script(
        clerk="clerk2",
        to="clerk",
        asked=6,
        signed=agreed(("principal2", 5), ("centre2", 4), ("centre", 2)),
    ),
    Script(clerk="urban", to="clerk", asked=3, signed=agreed(("urban-principal", 2))),
)


def tell(today: date) -> None:
    """All scripts, their acts in the order of time."""
    posts = {
        post.user.username: post
        for post in Post.objects.select_related("user", "organisation").order_by("-pk")
    }
    deeds: list[tuple[datetime, Deed]] = []
    taken: set[int] = set()
    for script in SCRIPTS:
        school = posts[script.clerk].organisation_id
        student = _pupil(school, taken)
        taken.add(student.pk)
        deeds += _deeds(script, student, posts, today)
    for at, deed in sorted(deeds, key=lambda timed: timed[0]):
        deed(at)


def _pupil(school_id: int, taken: set[int]) -> Student:
    """Somebody of a middle grade who is numbered, in a class and in no other case."""
    return (
        Student.objects.filter(
            school=school_id,
            status=Status.ENROLLED,
            register_type=RegisterType.REGULAR,
            number__isnull=False,
            school_class__isnull=False,
            grade__range=(2, 5),
        )
        .exclude(cases__state__in=ALIVE)
        .exclude(pk__in=taken)
        .order_by("-pk")
        .first()
    )


def _deeds(
    script: Script, student: Student, posts: dict[str, Post], today: date
) -> Iterator[tuple[datetime, Deed]]:
    case = Case()  # filled by the first deed
    yield _moment(today, script.asked, 9), partial(_ask, script, student, posts, case)
    for order, (who, days, decision) in enumerate(script.signed):
        deed = partial(_sign, posts[who], decision, script.note, case)
        yield _moment(today, days, 10 + order), deed


def _ask(
    script: Script, student: Student, posts: dict[str, Post], case: Case, at: datetime
) -> None:
    to = posts[script.to].organisation_id if script.to else None
    asked = Asked(
        student_id=student.pk,
        to_school=School.objects.get(pk=to) if to else None,
        outside_school="" if to else "秦皇岛市海港区文化路小学",
        outside_office="" if to else "秦皇岛市海港区教育和体育局",
        reason="move" if to else "job",
        reason_text="" if to else "父亲调往秦皇岛工作",
        papers=SEEN,
    )
    acting = _acting(posts[script.clerk], at)
    done = services.submit(case_id=None, asked=asked, row={}, reasons={}, acting=acting)
    case.pk = done.pk


def _sign(post: Post, decision: Decision, note: str, case: Case, at: datetime) -> None:
    case.refresh_from_db()
    note = note if decision != Decision.AGREED else ""
    acting = _acting(post, at)
    if post.role != "clerk":
        cases.decide(seen={case.pk: case.version}, decision=decision, note=note, acting=acting)
        return
    row = Transfer.objects.get(pk=case.pk)
    rows = queries.classes(row)
    room = next((one for one in rows if one.students.count() < one.capacity), None)
    services.receive(
        case_id=case.pk,
        version=case.version,
        decision=decision,
        note=note,
        school_class=room,
        acting=acting,
    )


def _acting(post: Post, at: datetime) -> Acting:
    return Acting(user=post.user, post=post, at=at)


def _moment(today: date, days: int, hour: int) -> datetime:
    """An hour of the weekday so many weekdays before today."""
    day = today
    while days or day.isoweekday() > 5:
        day -= timedelta(days=1)
        days -= day.isoweekday() <= 5 and days > 0
    return make_aware(datetime.combine(day, time(hour, 20)))
