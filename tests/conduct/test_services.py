"""Rewards and sanctions are recorded, revoked and undone by the pupil's school; nothing is lost."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import pupils
from tests.conduct.entries import DAY, record, revoke, reward, sanction, scan, undo
from tests.documents import scans
from tests.world import NOON
from xueji.cases.kinds import Refused
from xueji.conduct import services
from xueji.conduct.models import Conduct
from xueji.conduct.queries import open_sanctions
from xueji.documents.models import Document
from xueji.documents.refusals import BadFile

pytestmark = pytest.mark.usefixtures("files")
OTHERS = ["clerk1b", "clerk2", "clerk9", "principal", "centre", "county", "auditor"]


@pytest.fixture
def student(world):
    return pupils.enrolled(world, name="单雄信")


def signed(row: Conduct) -> list[tuple[str, str]]:
    rows = row.history.order_by("history_id")
    return [(r.history_post.user.username, r.history_change_reason) for r in rows]


def test_what_is_recorded_is_signed_and_has_its_proof(world, student):
    row = record(world, student, reward())
    assert (row.title, row.document.uploaded_by) == (
        "县级三好学生（2025—2026 学年度）",
        world.posts["clerk"],
    )
    assert signed(row) == [("clerk", "登记奖励")]


@pytest.mark.parametrize("who", OTHERS)
def test_only_the_clerk_of_the_pupils_school_records_revokes_and_undoes(world, student, who):
    row = record(world, student, sanction())
    for act in (
        lambda: record(world, student, reward(), who),
        lambda: revoke(world, student, row, who=who),
        lambda: undo(world, student, row, who),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert [(r.revoked_on, r.undone) for r in Conduct.objects.all()] == [(None, False)]


def test_what_is_wrong_is_not_recorded_and_keeps_no_file(world, student):
    with pytest.raises(services.Unfit) as unfit:
        record(world, student, reward(given_on=date(2099, 1, 1)), data=None)
    assert [problem.field for problem in unfit.value.problems] == ["given_on", "file"]
    with pytest.raises(BadFile):
        record(world, student, reward(), data=lambda: scan(scans.HTML))
    assert (Conduct.objects.count(), Document.objects.count()) == (0, 0)


def test_the_same_is_not_recorded_twice_but_after_an_undo(world, student):
    row = record(world, student, reward())
    with pytest.raises(Refused, match="该生已经登记过这一条奖励：三好学生，2026-09-01"):
        record(world, student, reward())
    undo(world, student, row)
    again = record(world, student, reward())
    assert list(Conduct.objects.standing()) == [again]


def test_a_revoked_sanction_stays_with_day_and_paper(world, student):
    row = record(world, student, sanction())
    revoke(world, student, row)
    row.refresh_from_db()
    assert (row.revoked_on, row.revoked_number, row.undone) == (DAY, "校撤〔2026〕1 号", False)
    assert row.revoked_document_id not in (None, row.document_id)
    assert signed(row) == [("clerk", "登记处分"), ("clerk", "撤销处分")]
    with pytest.raises(Refused, match="已于 2026-09-01 撤销"):
        revoke(world, student, row)


def test_a_reward_is_not_revoked(world, student):
    row = record(world, student, reward())
    with pytest.raises(Refused, match="奖励没有撤销一说"):
        revoke(world, student, row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conduct.objects.filter(pk=row.pk).update(revoked_on=DAY)


def test_an_undone_entry_leaves_its_history_and_lets_its_scans_go(world, student):
    row = record(world, student, sanction())
    revoke(world, student, row)
    undo(world, student, row, reason="登记错了学生")
    assert signed(row)[-1] == ("clerk", "作废：登记错了学生")
    assert set(Document.objects.values_list("expires_on", flat=True)) == {NOON.date()}
    assert Conduct.objects.standing().count() == 0
    for act in (revoke, undo):
        with pytest.raises(services.NoSuchEntry):
            act(world, student, row)


@pytest.mark.parametrize("reason", ["", "  ", "错" * 61])
def test_an_undo_says_why(world, student, reason):
    row = record(world, student, sanction())
    with pytest.raises(Refused, match="作废的原因"):
        undo(world, student, row, reason=reason)
    row.refresh_from_db()
    assert row.undone is False


def test_an_entry_of_another_pupil_is_not_found(world, student):
    row = record(world, student, sanction())
    other = pupils.enrolled(world, name="程知节")
    with pytest.raises(services.NoSuchEntry):
        undo(world, other, row)


# -- the question that workflows ask ------------------------------------------------------------
LATER = NOON + timedelta(days=10)


@pytest.mark.parametrize(
    ("on", "is_open"),
    [
        (DAY - timedelta(days=1), False),
        (DAY, True),
        (date(2026, 9, 9), True),
        (date(2026, 9, 10), False),  # revoked that day
        (date(2027, 1, 1), False),
    ],
)
def test_a_sanction_is_open_from_its_day_until_the_day_it_is_revoked(world, student, on, is_open):
    row = record(world, student, sanction())
    revoke(world, student, row, date(2026, 9, 10), at=LATER)
    assert open_sanctions([student.pk], on=on).exists() == is_open


def test_rewards_and_undone_sanctions_are_open_on_no_day(world, student):
    record(world, student, reward())
    undo(world, student, record(world, student, sanction()))
    assert list(open_sanctions([student.pk], on=DAY)) == []
    row = record(world, student, sanction(name="记过"))
    assert list(open_sanctions([student.pk], on=DAY)) == [row]


@pytest.mark.parametrize("count", [1, 3])
def test_one_question_answers_for_one_and_for_three(world, count):
    asked = [pupils.enrolled(world, name=name) for name in ("甲乙", "丙丁", "戊己")[:count]]
    for student in asked:
        record(world, student, sanction())
    with CaptureQueriesContext(connection) as queries:
        rows = list(open_sanctions([student.pk for student in asked], on=DAY))
    assert (len(rows), len(queries)) == (count, 1)
