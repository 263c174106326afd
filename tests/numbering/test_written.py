"""What issuing writes, row by row, and what ``allocate`` asks of its callers."""

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from numbering import services
from numbering.models import NumberState, RegisterNumber
from numbering.queries import CannotIssue
from numbering.services import sql
from tests import pupils
from tests.numbering import making
from xueji.audit import history
from xueji.ledger import services as ledger
from xueji.ledger.models import EventKind, RegisterEvent
from xueji.organisations.models import SchoolClass
from xueji.students import services as students
from xueji.students.models import Student

pytestmark = [pytest.mark.django_db, pytest.mark.any_pg]


def test_a_number_knows_holder_case_and_day(world):
    student = placed(world)
    (row,) = making.issue(world)
    saved = RegisterNumber.objects.get()
    assert {f: getattr(row, f) for f in COLUMNS} == {f: getattr(saved, f) for f in COLUMNS}
    assert (saved.holder, saved.case) == (student, student.cases.get())
    assert (saved.starts, saved.ends) == (world.acting("centre").today, None)
    assert (saved.state, saved.refilled, saved.serial) == (NumberState.LIVE, False, 1)
    student.refresh_from_db()
    assert student.number == saved.number


COLUMNS = [field.attname for field in RegisterNumber._meta.concrete_fields]


def placed(world) -> Student:
    """A pupil whose every field came through a case, waiting for a number."""
    student = pupils.enrolled(world)
    first = SchoolClass.objects.get(school=student.school_id, number=1)
    acting = world.acting("clerk")
    students.put_in_class([student], school_class=first, acting=acting, reason="分班")
    return student


def test_the_history_is_what_the_history_helpers_would_write(world):
    student = placed(world)
    making.append(world, student)
    student.refresh_from_db()
    acting = world.acting("centre")
    history.update([student], fields=["number", "version"], acting=acting, reason="编学籍号")

    by_helper, by_statement = student.history.order_by("-history_id").values()[:2]
    assert by_helper.pop("history_id") > by_statement.pop("history_id")
    assert by_statement == by_helper


def test_every_column_of_the_history_is_the_pupils_own(world):
    student = placed(world)
    making.issue(world)
    student.refresh_from_db()
    row = student.history.latest("history_id")
    for field in Student.history.model.tracked_fields:
        assert getattr(row, field.attname) == getattr(student, field.attname), field.name


def test_the_event_is_what_the_ledger_would_write(world):
    making.entrants(world, ["赵一", "钱二"], class_number=2)
    (first, _) = making.issue(world)
    student = Student.objects.get(pk=first.holder_id)
    (written,) = ledger.write(
        [
            ledger.Fact(
                kind=EventKind.NUMBERED,
                student=student,
                lineage=making.line(world),
                effective_on=world.acting("centre").today,
                stage="primary",
                grade=1,
                class_name="一（2）班",
                number=first.number,
                text="编学籍号",
            )
        ],
        acting=world.acting("centre"),
    )
    issued = RegisterEvent.objects.get(number=first.number, pk__lt=written.pk)
    fields = [f.attname for f in RegisterEvent._meta.concrete_fields if f.name != "id"]
    assert {f: getattr(issued, f) for f in fields} == {f: getattr(written, f) for f in fields}
    assert issued.change == 0


def test_the_pupil_in_hand_can_be_written_on(world):
    (student,) = making.entrants(world, ["赵一"])
    with transaction.atomic():
        locked = students.lock([student.pk])[student.pk]
        services.allocate(
            acting=world.acting("centre"),
            lineage=making.line(world),
            students=[locked],
            **making.key(),
        )
        students.write([locked], fields=["boarding"], acting=world.acting("centre"), reason="试")
    student.refresh_from_db()
    assert (student.number, student.version) == ("02262601700001", 4)


# -- allocate -----------------------------------------------------------------------------------
def test_allocate_refuses_pupils_who_do_not_wait_here(world):
    (mine,) = making.entrants(world, ["赵一"])
    (other,) = making.entrants(world, ["钱二"], school="邻泉小学")
    (unplaced,) = making.entrants(world, ["孙三"], class_number=None)
    with pytest.raises(CannotIssue) as refusal:
        services.allocate(
            acting=world.acting("centre"),
            lineage=making.line(world),
            students=[mine, other, unplaced],
            **making.key(),
        )
    assert str(refusal.value) == (
        "钱二、孙三不在本校待编号之列（未分班、已有学籍号或不是在读）。请先分班，或刷新后再办。"
    )
    assert RegisterNumber.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_allocate_runs_only_inside_a_transaction(world):
    (student,) = making.entrants(world, ["赵一"])
    with pytest.raises(TransactionManagementError):
        services.allocate(
            acting=world.acting("centre"),
            lineage=making.line(world),
            students=[student],
            **making.key(),
        )


def test_the_statement_is_short_enough_for_psycopg_to_keep_it_parsed():
    assert len(sql._statement().encode()) <= MAX_CACHED_STATEMENT_LENGTH


@pytest.mark.parametrize("count", [1, 45])
def test_issuing_takes_the_same_queries_for_one_as_for_a_class(
    world, django_assert_num_queries, count
):
    making.entrants(world, ["头一个"])
    making.issue(world)
    making.entrants(world, making.names(count))
    seen, lineage, acting = making.token(world), making.line(world), world.acting("centre")
    with django_assert_num_queries(3):  # the locked list, accepted months, the queue
        services.issue(acting=acting, lineage=lineage, token=seen, **making.key())
