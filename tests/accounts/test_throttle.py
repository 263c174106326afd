"""Guessing gets slow soon, and the right person is not kept out for it."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.browsing import words
from tests.world import NOON, PASSWORD
from xueji.accounts import people, throttle
from xueji.accounts.models import AccountEvent, LoginAttempt

MINUTE = timedelta(minutes=1)


def attempt(username: str, password: str, address: str = "10.1.1.1"):
    sent = {"username": username, "password": password}
    return Client(REMOTE_ADDR=address).post("/login/", sent)


def said(answer) -> str:
    return "".join(answer.context["form"].non_field_errors())


@pytest.mark.parametrize("username", ["clerk", "nobody-of-that-name"])
def test_after_five_tries_the_pair_waits_a_quarter_of_an_hour(world, clock, username):
    """The same words for an account there is and one there is not."""
    for _ in range(5):
        assert "账号或密码不对" in said(attempt(username, "falsch"))
    limited = said(attempt(username, PASSWORD))
    assert limited.startswith("试得太多，15 分钟后再试")
    clock.move_to(NOON + 14 * MINUTE)
    assert said(attempt(username, "falsch")).startswith("试得太多，1 分钟后再试")


def test_a_try_that_is_not_looked_at_says_when_to_come_back(world, clock):
    """As a page for people, whose account stays typed, and as a number for their programs."""
    for _ in range(5):
        attempt("clerk", "falsch")
    clock.move_to(NOON + 4 * MINUTE)
    answer = attempt("clerk", PASSWORD)
    assert (answer.status_code, answer["Retry-After"]) == (429, "660")
    assert 'name="username" value="clerk"' in answer.content.decode()


def test_a_change_of_the_password_is_as_slow_as_the_login(world, clock, client_of):
    client, typed = client_of("clerk"), {"old": "falsch", "new": "x", "again": "x"}
    statuses = [client.post("/accounts/me/password/", typed).status_code for _ in range(6)]
    answer = client.post("/accounts/me/password/", typed)
    assert (statuses, answer["Retry-After"]) == ([*5 * [422], 429], "900")


def test_the_right_password_works_when_the_time_is_over_and_from_elsewhere_before(world, clock):
    for _ in range(5):
        attempt("clerk", "falsch")
    assert attempt("clerk", PASSWORD).status_code == 429
    assert attempt("clerk", PASSWORD, "10.1.1.2").status_code == 302
    clock.move_to(NOON + 16 * MINUTE)
    assert attempt("clerk", PASSWORD).status_code == 302


def test_another_account_from_the_same_address_is_not_kept_out(world, clock):
    """A school shares one address."""
    for _ in range(6):
        attempt("clerk", "falsch")
    assert attempt("principal", PASSWORD).status_code == 302


def test_from_everywhere_an_account_is_tried_twenty_times_an_hour(world, clock, monkeypatch):
    tried = []
    for number in range(60):
        tried += [not throttle.begin("clerk", address=f"10.2.0.{number}", at=NOON).is_refused]
    assert (sum(tried), tried[:20]) == (20, 20 * [True])
    clock.move_to(NOON + 61 * MINUTE)
    assert attempt("clerk", PASSWORD, "10.2.9.9").status_code == 302


def test_guesses_from_elsewhere_do_not_keep_out_who_logged_in_here(world, clock):
    assert attempt("clerk", PASSWORD, "10.3.3.3").status_code == 302
    for number in range(20):
        throttle.begin("clerk", address=f"10.2.0.{number}", at=NOON)
    assert attempt("clerk", PASSWORD, "10.4.4.4").status_code == 429
    assert attempt("clerk", PASSWORD, "10.3.3.3").status_code == 302


def test_what_was_typed_as_the_account_is_not_kept(world, clock):
    """Somebody types the password there: it must not lie in a table."""
    attempt("Mein-Geheimnis-7", "x")
    rows = [*LoginAttempt.objects.values_list(), *AccountEvent.objects.values_list()]
    assert (len(rows), "Geheimnis" in repr(rows)) == (2, False)


def test_the_security_officer_lets_the_account_be_tried_again(world, clock):
    for _ in range(6):
        attempt("clerk", "falsch")
    user = world.posts["clerk"].user
    assert throttle.is_limited("clerk", at=NOON)
    people.unlock(account_id=user.pk, acting=world.acting("security"), reason="本人来电")
    assert attempt("clerk", PASSWORD).status_code == 302
    kinds = AccountEvent.objects.filter(account_id=user.pk).order_by("pk")
    assert list(kinds.values_list("kind", flat=True)) == [
        *["failed"] * 4,
        "stopped",
        "unlocked",
        "login",
    ]


def test_a_half_filled_change_of_the_password_does_not_let_one_guess_on(world, clock, client_of):
    """Whoever found a session open learns no password by sending every other form unfinished."""
    client, guess = client_of("clerk"), {"old": "falsch", "new": "x", "again": "x"}
    statuses = []
    for _ in range(3):
        statuses += [client.post("/accounts/me/password/", guess).status_code]
        statuses += [client.post("/accounts/me/password/", {"old": "falsch"}).status_code]
    assert statuses == [*5 * [422], 429]


def test_a_refused_try_tells_nothing_of_the_password_tried(world, clock, client_of):
    client = client_of("clerk")

    def told(old: str) -> tuple[int, str]:
        answer = client.post("/accounts/me/password/", {"old": old, "new": "x", "again": "x"})
        return answer.status_code, words(answer)

    for _ in range(5):
        assert told("falsch")[0] == 422
    right, wrong = told(PASSWORD), told("falsch")
    assert (right[0], "15 分钟后再试" in right[1], right == wrong) == (429, True, True)


def test_codes_are_tried_twenty_times_an_hour_also_from_where_the_password_was_right(world, clock):
    """Whoever guesses codes has the password, and has logged in from each of the addresses."""
    let_in = 0
    for number in range(30):
        address = f"10.2.0.{number}"
        assert attempt("clerk", PASSWORD, address).status_code == 302
        this = throttle.begin("clerk", address=address, at=NOON, purpose=throttle.CODE)
        let_in += not this.is_refused
    assert let_in == 20
