"""Passwords by both profiles; an expired one leads to its change and to nothing else."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.test import Client

from tests.world import NOON, PASSWORD
from xueji.accounts import passwords
from xueji.accounts.models import OldPassword, User, UserSession

GOOD = "Shanshui-tianyuan-7"


def told(new: str, **user) -> list[str]:
    person = User(username="liping", name="李萍", **user)
    return passwords.faults(new, person)


@pytest.mark.parametrize(
    ("profile", "new", "said"),
    [
        ("mlps", GOOD, ""),
        ("mlps", "Shan-7abcX", ""),
        ("mlps", "Shan-7abc", "密码只有 9 位，至少要 10 位。"),
        ("mlps", "shanshuitian7", "密码只有 2 种字符"),
        ("mlps", "Xueji-demo-2026", "这是常见密码"),
        ("mlps", "P@ssw0rd-2026", "这是常见密码"),
        ("mlps", "Admin@123456", "这是常见密码"),
        ("mlps", "Dragon2026!", "这是常见密码"),
        ("mlps", "Dr@g0n-2026", "这是常见密码"),
        ("mlps", "Qwertyuiop1!", "这是常见密码"),
        ("mlps", "1qaz@WSX3edc", "这是常见密码"),
        ("mlps", "Liping-2026-x", "密码里有您的账号或姓名"),
        ("mlps", "Aa1!" * 40, "密码超过 128 位"),
        ("asvs", "shanshuitianyuan", ""),
        ("asvs", "shanshuiti", "密码只有 10 位，至少要 12 位。"),
        ("asvs", "passwordpassword", "这是常见密码"),
    ],
)
def test_what_a_password_must_be(settings, profile, new, said):
    settings.PASSWORD_PROFILE = profile
    found = told(new)
    assert (bool(found), said in "".join(found)) == (bool(said), True)


def test_a_first_password_is_random_and_fits_both_profiles(settings):
    made = {passwords.first() for _ in range(200)}
    assert len(made) == 200
    for settings.PASSWORD_PROFILE in passwords.PROFILES:
        assert [new for new in made if told(new)] == []


def test_the_last_five_are_barred_and_the_one_before_them_is_not(world):
    user = world.posts["clerk"].user
    used = [f"{GOOD}{letter}" for letter in "abcde"]
    for day, new in enumerate(used):
        passwords.put(user, new, at=NOON + timedelta(days=day))
    assert [bool(passwords.faults(new, user)) for new in [PASSWORD, *used]] == [False] + 5 * [True]
    assert OldPassword.objects.filter(user=user).count() == 5


@pytest.mark.parametrize(
    ("profile", "days", "location"),
    [
        ("mlps", 89, None),
        ("mlps", 90, "/accounts/me/password/?next=%2Fstudents%2F"),
        ("asvs", 400, None),
    ],
)
def test_an_expired_password_leads_to_its_change(world, settings, profile, days, location):
    settings.PASSWORD_PROFILE = profile
    passwords.put(world.posts["clerk"].user, GOOD, at=NOON)
    with time_machine.travel(NOON + timedelta(days=days), tick=False):
        client = Client()
        client.force_login(world.posts["clerk"].user)
        answer = client.get("/students/")
        assert answer.headers.get("Location") == location
        if location:
            posted = client.post("/students/find/", {"q": "郯"})
            assert (posted.status_code, posted["Location"][:23]) == (302, "/accounts/me/password/?")


def test_a_changed_password_ends_the_other_sessions_and_not_this_one(world, client_of):
    one, other = client_of("clerk"), client_of("clerk")
    for client in (one, other):
        assert client.get("/").status_code == 200
    sent = {"old": PASSWORD, "new": GOOD, "again": GOOD, "form_key": str(uuid4())}
    answer = one.post("/accounts/me/password/", sent)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (one.get("/").status_code, other.get("/")["Location"]) == (200, "/login/?next=/")
    assert UserSession.objects.filter(user=world.posts["clerk"].user).count() == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"old": "falsch"}, "现在的密码不对"),
        ({"again": "anders"}, "两遍不一样"),
        ({"new": "kurz", "again": "kurz"}, "至少要 10 位"),
        ({"new": PASSWORD, "again": PASSWORD}, "最近 5 个密码用过的不能再用"),
    ],
)
def test_a_password_is_not_changed_for_these_reasons(world, client_of, change, said):
    sent = {"old": PASSWORD, "new": GOOD, "again": GOOD, "form_key": str(uuid4()), **change}
    answer = client_of("clerk").post("/accounts/me/password/", sent)
    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert User.objects.get(username="clerk").check_password(PASSWORD)


def test_the_page_leads_nowhere_else(world, client_of):
    sent = {"old": PASSWORD, "new": GOOD, "again": GOOD, "form_key": str(uuid4())}
    answer = client_of("clerk").post(
        "/accounts/me/password/", {**sent, "next": "https://example.com/"}
    )
    assert answer["Location"] == "/"
