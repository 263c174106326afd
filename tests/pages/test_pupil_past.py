"""截至某日: the facts of a pupil as they stood on a day."""

from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse

from enrollment.services.assign import assign
from tests import pupils
from tests.world import NOON
from xueji.cases import services
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind
from xueji.organisations.queries import lineage
from xueji.pages.pupil import past
from xueji.pages.pupil.past import NotThere
from xueji.pages.pupil.scope import find
from xueji.students import services as students
from xueji.students.models import Status

LATER = NOON + timedelta(days=90)


def on(month: int, day: int) -> date:
    return date(2026, month, day)


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def facts(world, student, day: date, who: str = "county"):
    return past.as_on(find(world.acting(who, at=LATER), student.pk), day)


def test_a_day_shows_name_school_class_and_status_of_that_day(world, student):
    first = world.schools["清泉小学"].classes.get(number=1)
    at = NOON + timedelta(days=8)
    assign(student_ids=[student.pk], school_class=first, acting=world.acting("clerk", at=at))
    at = NOON + timedelta(days=28)
    pupils.correct(student, acting=world.acting("county", at=at), name="单信")
    at = NOON + timedelta(days=40)
    pupils.move(student, to=world.schools["上庄小学"], acting=world.acting("county", at=at))
    first.grade = 2  # the cohort moved on: what was is called what it was called
    first.save()

    def told(day):
        shown = facts(world, student, day)
        return shown.student.name, shown.school, shown.school_class, shown.grade

    assert told(on(9, 5)) == ("单雄信", "清泉小学", "未分班", "一年级")
    assert told(on(9, 12)) == ("单雄信", "清泉小学", "一（1）班", "一年级")
    assert told(on(10, 1)) == ("单信", "清泉小学", "一（1）班", "一年级")
    assert told(on(10, 20)) == ("单信", "上庄小学", "未分班", "一年级")


def test_a_change_counts_from_the_day_its_event_says_not_from_its_writing(world, student):
    acting = world.acting("county", at=NOON + timedelta(days=30))
    (pupil,) = students.lock([student.pk]).values()
    pupil.status = Status.SUSPENDED
    students.write([pupil], fields=["status"], acting=acting, reason="休学")
    fact = ledger.Fact(
        kind=EventKind.SUSPENDED,
        student=pupil,
        lineage=lineage(pupil.school_id),
        effective_on=on(9, 20),
        stage=pupil.stage,
        grade=pupil.grade,
    )
    ledger.write([fact], acting=acting)

    shown = [facts(world, student, on(9, day)).student.status for day in (19, 20)]
    assert shown == [Status.ENROLLED, Status.SUSPENDED]


def test_before_entry_there_is_nothing_and_what_was_undone_never_was(world, student):
    with pytest.raises(NotThere, match="还没有入学"):
        facts(world, student, on(8, 31))
    at = NOON + timedelta(days=1)
    services.reverse(
        case_id=student.cases.get().pk, note="未报到", acting=world.acting("county", at=at)
    )
    assert find(world.acting("county", at=LATER), student.pk) is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("2026-09-02", "回看：截至 2026-09-02"),
        ("2026-08-31", "2026-08-31 时该生还没有入学"),
        ("0001-01-01", "0001-01-01 时该生还没有入学"),
        ("9999-12-31", "9999-12-31 还没有到"),
        ("2026-02-30", "请写成 2026-09-01 这样的年、月、日"),
        ("<b>x</b>", "不能回看“<b>x</b>”"),
        ("%00' OR 1=1", "请写成 2026-09-01 这样的年、月、日"),
        ("", "户口与住址"),
    ],
)
@pytest.mark.parametrize("tab", ["facts", "family"])
def test_every_day_is_answered_with_a_sentence(world, client_of, student, typed, words, tab):
    if not typed and tab == "family":
        words = "家庭成员"
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        path = reverse("student", args=[student.pk])
        shown = client_of("clerk").get(path, {"on": typed, "tab": tab})
    assert (shown.status_code, words in unescape(shown.content.decode())) == (200, True)
    assert b"<b>x</b>" not in shown.content
