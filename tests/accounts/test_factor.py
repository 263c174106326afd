"""The second factor: each code once, half a minute off, and no way round it."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from tests.permissions.table import patterns
from tests.world import NOON, PASSWORD, hire
from xueji.accounts import factor, people, totp
from xueji.accounts.models import Post, SecondFactor, User

# RFC 6238, appendix B, SHA-1, the last six digits
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC = [
    (59, "287082"),
    (1111111109, "081804"),
    (1111111111, "050471"),
    (1234567890, "005924"),
    (2000000000, "279037"),
    (20000000000, "353130"),
]
HALF = timedelta(seconds=30)


@pytest.fixture
def demanded(settings):
    settings.SECOND_FACTOR = "county"


def enrol(world, username: str) -> list[str]:
    user = world.posts[username].user
    typed = totp.code(RFC_SECRET, totp.step_of(NOON))
    return factor.enrol(user, secret=RFC_SECRET, typed=typed, at=NOON, address="")


def code(at=None) -> str:
    return totp.code(RFC_SECRET, totp.step_of(at or datetime.now(tz=UTC)))


def logged_in(username: str) -> Client:
    client = Client()
    client.post("/login/", {"username": username, "password": PASSWORD})
    return client


@pytest.mark.parametrize(("seconds", "expected"), RFC)
def test_the_codes_are_those_of_the_standard(seconds, expected):
    at = datetime.fromtimestamp(seconds, tz=UTC)
    assert totp.code(RFC_SECRET, totp.step_of(at)) == expected
    assert totp.matching_step(RFC_SECRET, expected, at=at) == seconds // 30


@pytest.mark.parametrize(
    ("off", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(off, taken):
    typed = code(NOON + off * HALF)
    assert (totp.matching_step(RFC_SECRET, typed, at=NOON) is not None) is taken


def test_a_code_opens_once(world, clock):
    enrol(world, "county")
    clock.move_to(NOON + 2 * HALF)
    user = world.posts["county"].user
    at = NOON + 2 * HALF
    tries = [factor.passes(user, code(at), at=at, address="") for _ in range(3)]
    assert tries == [True, False, False]
    assert factor.passes(user, code(NOON + HALF), at=at, address="") is False  # an earlier one


def test_a_recovery_code_opens_once_and_is_kept_as_a_hash(world, clock):
    codes = enrol(world, "county")
    kept = SecondFactor.objects.get().codes
    assert (len(codes), len(set(codes)), set(codes) & set(kept)) == (8, 8, set())
    user = world.posts["county"].user
    typed = codes[3].upper()
    assert [factor.passes(user, typed, at=NOON, address="") for _ in range(2)] == [True, False]
    assert factor.codes_left(user) == 7


@pytest.mark.parametrize(
    ("level", "username", "asked"),
    [
        ("none", "county", False),
        ("county", "clerk", False),
        ("county", "centre", False),
        ("county", "county", True),
        ("county", "city", True),
        ("county", "admin", True),
        ("county", "auditor", True),
        ("all", "clerk", True),
    ],
)
def test_who_must_have_one(world, settings, client_of, level, username, asked):
    settings.SECOND_FACTOR = level
    answer = client_of(username).get("/")
    led = answer.headers.get("Location", "")
    assert led == ("/accounts/me/factor/?next=%2F" if asked else "")


def test_a_county_officer_enrols_and_goes_on(world, clock, demanded, client_of):
    client = client_of("county")
    page = client.get("/accounts/me/factor/")
    secret = page.context["secret"].replace(" ", "")
    body = page.content.decode()
    assert ("<svg" in body, "style=" in body) == (True, False)
    assert client.get("/accounts/me/factor/").context["secret"].replace(" ", "") == secret

    wrong = client.post("/accounts/me/factor/", {"code": "000000", "form_key": str(uuid4())})
    assert (wrong.status_code, "动态码不对" in wrong.content.decode()) == (422, True)
    typed = totp.code(secret, totp.step_of(NOON))
    right = client.post("/accounts/me/factor/", {"code": typed, "form_key": str(uuid4())})
    assert (right.status_code, right["Location"]) == (302, "/accounts/me/")
    shown = [client.get("/accounts/me/").context["recovery"] for _ in range(2)]
    assert (len(shown[0]), shown[1]) == (8, [])
    assert client.get("/students/").status_code == 200


def test_a_log_in_needs_the_code_too_and_then_leads_on(world, clock):
    enrol(world, "county")
    clock.move_to(NOON + 2 * HALF)
    client = logged_in("county")
    cookie = client.cookies["xueji"].value
    assert client.get("/students/")["Location"] == "/login/code/?next=%2Fstudents%2F"
    wrong = client.post("/login/code/", {"code": "000000", "next": "/students/"})
    assert (wrong.status_code, client.get("/").status_code) == (422, 302)
    right = client.post("/login/code/", {"code": code(), "next": "/students/"})
    assert (right.status_code, right["Location"]) == (302, "/students/")
    assert client.get("/students/").status_code == 200
    assert client.cookies["xueji"].value != cookie
    again = logged_in("county").post("/login/code/", {"code": code()})
    assert again.status_code == 422  # the same code a second time


def test_a_recovery_code_that_was_used_says_what_else_there_is(world, clock):
    codes = enrol(world, "county")
    told = []
    for _ in range(2):
        answer = logged_in("county").post("/login/code/", {"code": codes[0]})
        told.append(
            (answer.status_code, "每个只能用一次。请换没有用过的一个" in answer.content.decode())
        )
    assert told == [(302, False), (422, True)]


def test_codes_cannot_be_guessed_for_long(world, clock):
    enrol(world, "county")
    clock.move_to(NOON + 2 * HALF)
    client = logged_in("county")
    for _ in range(5):
        client.post("/login/code/", {"code": "000000"})
    answer = client.post("/login/code/", {"code": code()})
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "试得太多，15 分钟后再试" in answer.content.decode()
    clock.move_to(NOON + timedelta(minutes=16))
    assert client.post("/login/code/", {"code": code()}).status_code == 302


OPEN_TO_ALL = {"login", "logout", "healthz", "readyz"}


def addresses() -> list[str]:
    """Every page and every form that the product has, but those that need no login."""
    return [
        reverse(pattern.name, kwargs=dict.fromkeys(converters, 1))
        for pattern in patterns()
        if pattern.name not in OPEN_TO_ALL
        for converters in [pattern.pattern.converters]
    ]


@pytest.mark.parametrize("method", ["get", "post"])
def test_no_page_and_no_form_goes_round_it(world, clock, demanded, method):
    """Enrolled and not yet shown: every address there is leads there; demanded but not enrolled:
    each fifth."""
    enrol(world, "county")
    sent = {"form_key": str(uuid4())} if method == "post" else {}
    ways = (("county", "/login/code/", 1), ("county-head", "/accounts/me/factor/", 5))
    for username, first, every in ways:
        client = logged_in(username)
        led, paths = set(), sorted(set(addresses()) - {first})
        assert len(paths) > 100
        for path in paths[::every]:
            answer = getattr(client, method)(path, sent)
            led.add((answer.status_code, answer.headers.get("Location", "").partition("?")[0]))
        assert led <= {(302, first), (403, "")}  # 403: what was typed is kept for afterwards
        assert (302, first) in led
        page = client.get(first).content.decode()
        assert "<nav" not in page
        assert "学生名册" not in page


def test_a_password_reset_does_not_take_the_factor_off(world, clock):
    enrol(world, "clerk")
    user = world.posts["clerk"].user
    _, first = people.reset(account_id=user.pk, acting=world.acting("admin"), reason="忘记")
    client = Client()
    client.post("/login/", {"username": "clerk", "password": first})
    for path in ("/", "/accounts/me/password/"):
        assert client.get(path)["Location"].startswith("/login/code/")


def test_the_security_officer_takes_it_off_and_the_sessions_end(world, clock, demanded):
    enrol(world, "clerk")
    user = world.posts["clerk"].user
    people.take_off_factor(account_id=user.pk, acting=world.acting("security"), reason="手机丢失")
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.factor_at, SecondFactor.objects.count()) == (None, 0)


@pytest.mark.parametrize("level", ["none", "county", "all"])
def test_posts_that_demand_one_are_found_as_they_are_judged_one_by_one(world, settings, level):
    settings.SECOND_FACTOR = level
    hire(world, "keeper", "administrator", "清泉小学")
    posts = Post.objects.select_related("organisation").order_by("pk")
    judged = [post.pk for post in posts if factor.is_demanded([post])]
    assert [post.pk for post in factor.demanding(posts)] == judged
    assert (judged == [], len(judged) == posts.count()) == (level == "none", level == "all")


def test_a_code_for_a_factor_that_was_just_taken_off_is_a_wrong_one(world):
    enrol(world, "county")
    user = User.objects.get(username="county")
    factor.take_off(User.objects.get(username="county"))
    assert not factor.passes(user, code(NOON + HALF), at=NOON + HALF, address="")
