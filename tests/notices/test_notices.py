"""Whoever must act, or whose case came to an end, is told so in the act's own transaction."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import pupils
from tests.world import NOON
from xueji.accounts.models import Role
from xueji.cases import services as cases
from xueji.cases.models import Case, Decision
from xueji.dossiers import services as dossiers
from xueji.dossiers.models import Dossier
from xueji.notices import services
from xueji.notices.models import Notice, Subject
from xueji.notices.services import News


def told(world) -> dict[str, list[tuple[str, int]]]:
    """Who has which notices that nobody has read, oldest first."""
    found: dict[str, list[tuple[str, int]]] = {}
    unread = Notice.objects.filter(read_at=None).order_by("pk").select_related("post__user")
    for notice in unread:
        found.setdefault(notice.post.user.username, []).append((notice.subject, notice.count))
    return found


def test_each_stop_of_the_route_is_told_its_turn_and_the_maker_the_end(world):
    case = pupils.submitted(world)
    assert told(world) == {"principal": [("turn", 1)]}
    pupils.sign(world, case, "principal")
    assert told(world) == {"centre": [("turn", 1)]}
    pupils.sign(world, case, "centre")
    assert told(world) == {"county": [("turn", 1)]}
    pupils.sign(world, case, "county")
    assert told(world) == {"clerk": [("done", 1)]}


@pytest.mark.parametrize(
    ("decision", "subject"), [(Decision.RETURNED, "returned"), (Decision.REFUSED, "ended")]
)
def test_the_maker_is_told_of_a_no(world, decision, subject):
    case = pupils.submitted(world)
    pupils.sign(world, case, "principal", decision=decision, note="证明看不清")
    assert told(world) == {"clerk": [(subject, 1)]}


def test_what_the_maker_takes_back_is_settled_and_told_to_nobody(world):
    case = pupils.submitted(world)
    cases.withdraw(case_id=case.pk, note="录错学校", acting=world.acting("clerk"))
    assert told(world) == {}


def test_an_act_that_is_rolled_back_told_nobody(world):
    with transaction.atomic():
        pupils.submitted(world)
        assert told(world) == {"principal": [("turn", 1)]}
        transaction.set_rollback(True)
    assert Notice.objects.count() == 0


def test_many_signed_at_once_ring_once(world):
    seen = {}
    for name in ("甲一", "甲二", "甲三"):
        case = pupils.submitted(world, name=name)
        seen[case.pk] = case.version
    cases.decide(seen=seen, decision=Decision.AGREED, note="", acting=world.acting("principal"))
    assert told(world) == {"centre": [("turn", 3)]}


def test_a_returned_case_is_told_to_lapse_once(world):
    case = pupils.submitted(world)
    pupils.sign(world, case, "principal", decision=Decision.RETURNED, note="证明看不清")
    due = Case.objects.get(pk=case.pk).due_on
    for days in (20, 1, 0, 0):
        cases.remind(today=due - timedelta(days=days), at=NOON)
    assert told(world) == {"clerk": [("returned", 1), ("lapsing", 1)]}


def test_the_clerks_are_told_once_of_files_that_became_late(world):
    student = pupils.enrolled(world)
    due = date(2026, 10, 1)
    Dossier.objects.update_or_create(
        student=student,
        defaults={
            "due_on": due,
            "remind_on": due,
            "counted_from": due,
            "assessed_on": due,
            "lacking": [["household_book"]],
            "lacks_medical": False,
        },
    )
    Notice.objects.all().delete()
    for days in (0, 1, 1, 2):
        dossiers.tell_of_overdue(today=due + timedelta(days=days), at=NOON)
    assert told(world) == {"clerk": [("files", 1)]}


def test_who_left_the_post_is_told_nothing(world):
    school = world.school_of("clerk")
    world.posts["principal"].ends = NOON.date() - timedelta(days=1)
    world.posts["principal"].save(update_fields=["ends"])
    news = News(organisation_id=school.pk, role=Role.PRINCIPAL, subject=Subject.TURN)
    services.tell([news], at=NOON)
    assert told(world) == {}


def test_old_notices_go(world):
    pupils.submitted(world)
    services.forget(before=NOON - timedelta(days=1))
    assert Notice.objects.count() == 1
    services.forget(before=NOON + timedelta(days=1))
    assert Notice.objects.count() == 0


# -- the page ------------------------------------------------------------------------------------
@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_the_same_queries(world, client_of, rows):
    for number in range(rows):
        pupils.submitted(world, name=f"许知{'一二三'[number]}")
    client = client_of("principal")
    client.get(reverse("notices"))
    with CaptureQueriesContext(connection) as queries:
        shown = client.get(reverse("notices")).content.decode()
    assert (len(queries), shown.count("轮到您办</span></td>")) == (8, rows)


def test_reading_takes_one_or_all_of_ones_own_and_nobody_elses(world, client_of):
    for name in ("甲一", "甲二"):
        pupils.submitted(world, name=name)
    pupils.submitted(world, "clerk2", name="乙一", **pupils.SHANGZHUANG)
    mine = list(Notice.objects.filter(post=world.posts["principal"]).order_by("pk"))
    others = Notice.objects.get(post=world.posts["principal2"])
    client = client_of("principal")

    def read(**fields) -> int:
        sent = {"form_key": str(uuid4()), **fields}
        assert client.post(reverse("notices_read"), sent)["Location"] == reverse("notices")
        return Notice.objects.filter(read_at=None).count()

    assert read(notice=str(others.pk)) == 3
    assert read(notice="x") == 3
    assert read(notice=str(mine[0].pk)) == 2
    assert read() == 1
    others.refresh_from_db()
    assert others.read_at is None


def test_the_header_counts_what_is_unread(world, client_of):
    pupils.submitted(world)
    shown = client_of("principal").get(reverse("keys")).content.decode()
    assert '消息 <span class="n-now">1</span>' in shown
    shown = client_of("clerk").get(reverse("keys")).content.decode()
    assert 'href="/notices/">消息</a>' in shown


def test_a_case_out_of_reach_by_now_is_not_named(world, client_of):
    case = pupils.submitted(world, name="郗若璠")
    Notice.objects.update(post=world.posts["principal2"])
    shown = client_of("principal2").get(reverse("notices")).content.decode()
    assert ("不归本岗位" in shown, "郗若璠" in shown, case.number in shown) == (True, False, False)
