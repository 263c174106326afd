"""Two who change one password at once: real threads, each held where the other one acts."""

import threading
from http.cookies import SimpleCookie
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client

from tests.jobs.processes import wait_for
from tests.world import PASSWORD, World, build
from xueji.accounts import people
from xueji.accounts.models import User

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

GOOD = "Shanshui-tianyuan-7"
WAITING = (
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def are_waiting(many: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else it stays as at the first look
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0] == many)


def logged_in(here: World) -> Client:
    client = Client()
    client.force_login(here.posts["clerk"].user)
    client.get("/")
    return client


class Click(threading.Thread):
    """The change of the password, sent by ``client``."""

    def __init__(self, client: Client, form_key: str) -> None:
        super().__init__(daemon=True)
        self.client, self.answer = client, HttpResponse(status=500)
        self.sent = {"old": PASSWORD, "new": GOOD, "again": GOOD, "form_key": form_key}
        self.start()

    def run(self) -> None:
        try:
            self.answer = self.client.post("/accounts/me/password/", self.sent)
        finally:
            connection.close()


def test_a_change_that_was_under_way_does_not_undo_a_reset():
    """Whoever knew the old password is out, however early the form was sent."""
    here = build()
    user, client = here.posts["clerk"].user, logged_in(here)

    with transaction.atomic():
        _, first = people.reset(
            account_id=user.pk, acting=here.acting("admin"), reason="密码被人知道"
        )
        click = Click(client, str(uuid4()))
        wait_for(lambda: are_waiting(1))
    click.join()

    user = User.objects.get(pk=user.pk)
    assert (user.check_password(first), user.must_change) == (True, True)
    told = "没有改：密码刚刚在别处改过，或被重设。请用新的密码重新登录。"
    assert (click.answer.status_code, told in click.answer.content.decode()) == (422, True)


def test_a_double_click_on_the_change_leaves_one_logged_in():
    here = build()
    one, two, key = logged_in(here), Client(), str(uuid4())
    two.cookies = SimpleCookie(one.cookies.output(header=""))

    with transaction.atomic():
        User.objects.select_for_update().get(pk=here.posts["clerk"].user_id)
        clicks = [Click(client, key) for client in (one, two)]
        wait_for(lambda: are_waiting(2))
    for click in clicks:
        click.join()

    assert [click.answer.status_code for click in clicks] == [302, 302]
    given = [click.client for click in clicks if "xueji" in click.answer.cookies]
    assert [client.get("/").status_code for client in given] == [200]
