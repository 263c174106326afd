"""Getting in takes the password and says nothing about why not; getting out leaves nothing."""

import pytest
from argon2 import extract_parameters
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.world import NOON, PASSWORD
from xueji.accounts.hashers import Argon2
from xueji.accounts.models import User, UserSession
from xueji.pages.middleware import LOGGED_OUT

SENTENCE = (
    "账号或密码不对。请核对后再试；忘记密码、账号停用或久未登录被封存的，请找上级账号管理员办理。"
)


def log_in(username: str, password: str, **more):
    return Client().post("/login/", {"username": username, "password": password, **more})


def test_passwords_are_kept_as_argon2id_with_19_mib_and_two_passes():
    kept = make_password(PASSWORD)
    parameters = extract_parameters(kept.removeprefix("argon2"))
    assert (
        parameters.type.name,
        parameters.memory_cost,
        parameters.time_cost,
        parameters.parallelism,
    ) == ("ID", 19456, 2, 1)


def test_the_password_lets_in_and_leads_to_the_desk(world):
    client = Client()
    answer = client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_who_is_not_let_in_learns_only_that(world):
    """Unknown account, wrong password, disabled account: one sentence, one page, one status."""
    User.objects.filter(username="clerk2").update(is_active=False)
    told = set()
    for username, password in (
        ("clerk", "falsch"),
        ("nobody-of-that-name", PASSWORD),
        ("clerk2", PASSWORD),
        ("clerk2", "falsch"),
    ):
        answer = log_in(username, password)
        errors = answer.context["form"].non_field_errors()
        body = (
            answer.content.decode()
            .replace(username, "…")
            .replace(str(answer.context["csrf_token"]), "…")
        )
        told.add((answer.status_code, tuple(errors), body))
    assert len(told) == 1
    assert next(iter(told))[:2] == (200, (SENTENCE,))


@pytest.fixture
def hashing(monkeypatch) -> list[str]:
    """What takes the time of a login: each time that Argon2 fills its memory."""
    done: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(Argon2, name)

        def counted(*arguments, real=real):
            done.append("argon2")
            return real(*arguments)

        monkeypatch.setattr(Argon2, name, counted)
    return done


@pytest.mark.parametrize(
    ("username", "change"),
    [
        ("clerk", {}),
        ("nobody-of-that-name", {}),
        ("clerk2", {"is_active": False}),
        ("clerk2", {"sealed_at": NOON}),
    ],
)
def test_a_refusal_takes_the_same_work_whoever_is_named(world, hashing, username, change):
    """Counted in hashes and queries: no clock of a busy machine tells accounts apart."""
    if change:
        User.objects.filter(username=username).update(**change)
    with CaptureQueriesContext(connection) as queries:
        answer = log_in(username, "falsch")
    assert (answer.status_code, hashing, len(queries)) == (200, ["argon2"], 6)


@pytest.mark.parametrize(
    "target", ["https://example.com/", "//example.com/", "javascript:alert(1)", "/\\example.com"]
)
def test_the_login_leads_nowhere_else(world, target):
    answer = log_in("clerk", PASSWORD, next=target)
    assert (answer.status_code, answer["Location"]) == (302, "/")


@pytest.mark.parametrize("target", ["nowhere", "students", "//example.com/"])
def test_the_page_of_the_code_leads_nowhere_else(client_of, target):
    answer = client_of("clerk").get("/login/code/", {"next": target})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_the_login_leads_to_the_page_one_came_for(world):
    assert log_in("clerk", PASSWORD, next="/students/?grade=1")["Location"] == "/students/?grade=1"


def test_a_login_gives_the_session_a_new_key(world):
    client = Client()
    client.get("/login/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["xueji"] = session.session_key
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    assert client.cookies["xueji"].value != session.session_key


def test_who_is_in_is_led_from_the_login_to_the_desk(world, client_of):
    answer = client_of("clerk").get("/login/")
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_logging_out_ends_the_session_and_clears_what_the_browser_kept(world, client_of):
    client = client_of("clerk")
    cookie = client.cookies["xueji"].value

    answer = client.post("/logout/")

    assert (answer.status_code, answer["Location"]) == (302, "/login/")
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert UserSession.objects.filter(session_key=cookie).count() == 0
    client.cookies["xueji"] = cookie
    assert client.get("/")["Location"] == "/login/?next=/"


def test_a_get_does_not_log_out(world, client_of):
    client = client_of("clerk")
    assert (client.get("/logout/").status_code, client.get("/").status_code) == (405, 200)


def test_a_changed_password_ends_the_other_sessions(world, client_of):
    client = client_of("clerk")
    user = world.posts["clerk"].user
    user.set_password("Andere-wanmei-2026")
    user.save(update_fields=["password"])
    assert client.get("/")["Location"] == "/login/?next=/"


def test_a_request_in_the_background_is_told_and_leads_the_window_nowhere(db):
    answer = Client().post("/enrollment/check/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (401, LOGGED_OUT)
    assert [name for name in answer.headers if name.startswith("HX-") or name == "Location"] == []


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(world):
    client = Client()
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    cookie = client.cookies["xueji"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 1800)


@pytest.mark.parametrize("wanted", ["/login/", "/login/?next=/login/"])
def test_who_is_logged_in_comes_from_the_login_page_to_the_desk_whatever_it_leads_to(
    client_of, wanted
):
    client = client_of("clerk")
    answer = client.get("/login/", {"next": wanted}, follow=True)
    assert (answer.status_code, answer.request["PATH_INFO"]) == (200, "/")
