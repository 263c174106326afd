"""Sessions end by themselves, are listed and ended; accounts nobody uses are sealed."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from tests.world import NOON, PASSWORD
from xueji.accounts import sealing
from xueji.accounts.models import AccountEvent, User, UserSession

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def sealing_on(settings):
    settings.SEALED_AFTER = 183 * DAY


@pytest.mark.parametrize(("idle", "goes_on"), [(29, True), (31, False)])
def test_a_session_ends_when_nobody_uses_it(world, clock, client_of, idle, goes_on):
    client = client_of("clerk")
    assert client.get("/").status_code == 200
    clock.move_to(NOON + idle * MINUTE)
    assert (client.get("/").status_code == 200) is goes_on


def test_a_session_in_use_ends_after_half_a_day(world, clock, client_of):
    client = client_of("clerk")
    client.get("/")
    for minutes in range(25, 12 * 60, 25):
        clock.move_to(NOON + minutes * MINUTE)
        assert (minutes, client.get("/").status_code) == (minutes, 200)
    clock.move_to(NOON + 12 * 60 * MINUTE)
    assert client.get("/")["Location"] == "/login/?next=/"
    assert UserSession.objects.filter(user__username="clerk").count() == 0


def test_one_sees_where_one_is_logged_in_and_ends_it(world, client_of):
    user = world.posts["clerk"].user
    here, there = Client(REMOTE_ADDR="10.0.0.1"), Client(REMOTE_ADDR="10.0.0.2")
    for client in (here, there):
        client.force_login(user)
        client.get("/", headers={"User-Agent": "Firefox"})
    listed = here.get("/accounts/me/").context["sessions"]
    assert {(row.address, row.agent, own) for row, _, own in listed} == {
        ("10.0.0.1", "Firefox", True),
        ("10.0.0.2", "Firefox", False),
    }
    body = here.get("/accounts/me/").content.decode()
    keys = UserSession.objects.values_list("session_key", flat=True)
    assert [key for key in keys if key in body] == []

    handle = next(handle for row, handle, own in listed if not own)
    sent = {"session": handle, "form_key": str(uuid4())}
    assert here.post("/accounts/me/sessions/end/", sent)["Location"] == "/accounts/me/"
    assert (here.get("/").status_code, there.get("/")["Location"]) == (200, "/login/?next=/")


def test_nobody_ends_the_session_of_another(world, client_of):
    clerk, other = client_of("clerk"), client_of("principal")
    for client in (clerk, other):
        client.get("/")
    handle = other.get("/accounts/me/").context["sessions"][0][1]
    for chosen in (handle, ""):
        clerk.post("/accounts/me/sessions/end/", {"session": chosen, "form_key": str(uuid4())})
    assert other.get("/").status_code == 200


def log_in(username: str):
    return Client().post("/login/", {"username": username, "password": PASSWORD})


@pytest.mark.parametrize(("days", "status"), [(183, 302), (184, 200)])
def test_an_account_unused_for_half_a_year_is_not_let_in(world, clock, sealing_on, days, status):
    User.objects.update(opened_at=NOON - 400 * DAY, last_login=NOON - days * DAY)
    assert log_in("clerk").status_code == status


def test_the_daily_job_seals_what_nobody_used_and_nothing_else(world, clock, sealing_on):
    User.objects.update(opened_at=NOON - 400 * DAY, last_login=NOON - DAY)
    User.objects.filter(username="clerk").update(last_login=NOON - 184 * DAY)
    User.objects.filter(username="principal").update(last_login=None)
    User.objects.filter(username="centre").update(last_login=None, opened_at=NOON - DAY)
    assert (sealing.seal_some(at=NOON), sealing.seal_some(at=NOON)) == (2, 0)
    sealed = User.objects.filter(sealed_at=NOON).order_by("username")
    assert list(sealed.values_list("username", flat=True)) == ["clerk", "principal"]
    assert AccountEvent.objects.filter(kind="sealed", user_id=None).count() == 2
    assert log_in("clerk").status_code == 200


def test_without_the_setting_nothing_is_sealed(world, clock):
    User.objects.update(opened_at=NOON - 400 * DAY, last_login=None)
    assert sealing.seal_some(at=NOON) == 0
    assert log_in("clerk").status_code == 302
