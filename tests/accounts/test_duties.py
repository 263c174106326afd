"""Who keeps accounts is told what waits, with ages, and led to the list where it is done."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.accounts.test_throttle import attempt
from tests.world import NOON, hire
from xueji.accounts import duties, services, throttle
from xueji.accounts.models import AccountEvent, Happened, Post, User
from xueji.audit.models import AccessKind
from xueji.audit.services import shown
from xueji.ledger import examinations

pytestmark = pytest.mark.usefixtures("clock")

DAY, TODAY = timedelta(days=1), NOON.date()


def put(username: str, **fields) -> None:
    User.objects.filter(username=username).update(**fields)


def names(found) -> list[str]:
    return list(found.order_by("username").values_list("username", flat=True))


def waiting(client) -> dict[str, tuple]:
    """What the desk tells: count, since when, due when, where to."""
    todos = client.get(reverse("desk")).context["todos"]
    return {t.label: (t.count, t.since, t.due, reverse(t.url) + t.query) for t in todos}


def test_sealed_accounts_wait_for_the_level_above(world):
    for username in ("clerk", "county", "clerk9"):
        put(username, sealed_at=NOON - 3 * DAY)
    assert names(duties.sealed(world.acting("admin"))) == ["clerk"]


def test_first_passwords_wait_until_they_are_changed(world):
    put("clerk", must_change=True)
    put("clerk9", must_change=True)
    put("principal", must_change=True, sealed_at=NOON)
    put("centre", must_change=True, is_active=False)
    assert names(duties.first_passwords(world.acting("admin"))) == ["clerk"]


@pytest.mark.parametrize(
    ("days", "told"), [(-1, []), (0, ["clerk"]), (30, ["clerk"]), (31, []), (None, [])]
)
def test_a_post_is_told_thirty_days_before_its_last(world, days, told):
    last = None if days is None else TODAY + days * DAY
    Post.objects.filter(pk=world.posts["clerk"].pk).update(ends=last)
    Post.objects.filter(pk=world.posts["clerk9"].pk).update(ends=TODAY)
    acting = world.acting("admin")
    assert (names(duties.ending(acting)), duties.first_end(acting)) == (
        told,
        last if told else None,
    )


def test_an_account_without_a_post_is_told_and_one_with_a_post_to_come_is_not(world):
    services.end(post=world.posts["clerk"], on=TODAY)
    services.end(post=world.posts["principal"], on=TODAY)
    services.grant(
        user=world.posts["principal"].user,
        role="clerk",
        organisation=world.organisations["清泉小学"],
        starts=TODAY + 3 * DAY,
    )
    assert "clerk" in names(duties.idle(world.acting("admin")))
    assert "principal" not in names(duties.idle(world.acting("admin")))


def vacancies(world, who: str = "admin") -> dict[str, list[str]]:
    acting = world.acting(who)
    offices = list(duties.vacant(acting).order_by("path"))
    return {
        str(office): [role.label for role in roles]
        for office, roles in duties.lacking(offices, acting)
    }


def test_an_office_lacks_whoever_must_be_there(world):
    before = vacancies(world)
    assert "清泉小学" not in before
    services.end(post=world.posts["clerk"], on=TODAY)
    services.end(post=world.posts["centre"], on=TODAY)
    lacking = {"建昌营镇中心校": ["学籍专员"], "清泉小学": ["学籍管理员"]}
    assert {name: roles for name, roles in vacancies(world).items() if name not in before} == (
        lacking
    )


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("none", []),
        ("county", ["admin", "auditor", "county", "county-head", "security"]),
    ],
)
def test_who_must_have_a_second_factor_and_has_none(world, settings, setting, told):
    settings.SECOND_FACTOR = setting
    assert names(duties.without_factor(world.acting("security"))) == told
    put("county", factor_at=NOON)
    left = [name for name in told if name != "county"]
    assert names(duties.without_factor(world.acting("security"))) == left


def test_where_everybody_needs_one_a_clerk_is_told_too(world, settings):
    settings.SECOND_FACTOR = "all"
    found = names(duties.without_factor(world.acting("security")))
    assert ("clerk" in found, "clerk9" in found) == (True, False)


def test_an_account_is_told_while_its_log_in_is_refused(world, clock):
    for username in ("clerk", "clerk9", "nobody-of-that-name"):
        for _ in range(6):
            attempt(username, "falsch")
    attempt("principal", "falsch")
    assert names(duties.limited(world.acting("security"))) == ["clerk"]
    clock.move_to(NOON + timedelta(minutes=16))
    later = world.acting("security", at=NOON + timedelta(minutes=16))
    assert names(duties.limited(later)) == []


def test_codes_that_are_tried_too_often_are_told_like_passwords(world):
    address = {"address": "10.1.1.1", "at": NOON}
    for _ in range(5):
        throttle.begin("county", **address, purpose=throttle.CODE)
    AccountEvent.objects.create(
        at=NOON,
        kind=Happened.FAILED,
        account_id=world.posts["county"].user_id,
        organisation_path=world.organisations["迁安市教育局"].path,
    )
    assert names(duties.limited(world.acting("security"))) == ["county"]


def test_who_came_in_by_a_recovery_code_is_told_for_a_week(world):
    for username, days in (("county", 6), ("county-head", 8), ("county9", 1)):
        AccountEvent.objects.create(
            at=NOON - days * DAY,
            kind=Happened.RECOVERED,
            account_id=world.posts[username].user_id,
        )
    assert names(duties.recovered(world.acting("security"))) == ["county"]


# -- on the desk ----------------------------------------------------------------------------------
@pytest.fixture
def troubled(world, settings):
    """One of each kind, and the same in the next county."""
    settings.SECOND_FACTOR, settings.REVEALS_TOLD = "none", 2
    for end in ("", "9"):
        put(f"clerk{end}", must_change=True, password_set_at=NOON - 9 * DAY)
        put(f"principal{end}", sealed_at=NOON - 4 * DAY)
        Post.objects.filter(pk=world.posts[f"centre{end}"].pk).update(ends=TODAY + 5 * DAY)
        for _ in range(5):
            attempt(f"county{end}", "falsch")
        for _ in range(2):
            shown(
                acting=world.acting(f"clerk{end}", at=NOON - DAY),
                kind=AccessKind.REVEAL,
                page="student",
                students=[1],
            )
    return world


@pytest.fixture
def proved(db):
    """The register was proved today, so nothing of that waits."""
    for name in examinations.NAMES:
        examinations.leave(name=name, began_at=NOON, looked_at=1, faults={})


def test_the_account_administrator_is_told_what_waits_and_since_when(troubled, client_of):
    services.end(post=troubled.posts["principal2"], on=TODAY)
    told = waiting(client_of("admin"))
    assert told.pop("在用的账号没有岗位")[0] == 1
    assert told == {
        "岗位没有人的单位": (1, None, None, "/accounts/vacant/"),
        "封存的账号待解除": (1, NOON - 4 * DAY, None, "/accounts/?duty=sealed"),
        "初始密码没有改过": (1, NOON - 9 * DAY, None, "/accounts/?duty=first"),
        "岗位 30 天内到期": (1, None, TODAY + 5 * DAY, "/accounts/?duty=ending"),
    }


def test_the_security_administrator_is_told_who_is_kept_out(troubled, proved, client_of):
    assert waiting(client_of("security")) == {
        "登录正受限制": (1, None, None, "/accounts/?duty=limited"),
    }


def test_the_auditor_is_told_who_looked_at_much_and_who_was_kept_out(troubled, proved, client_of):
    assert waiting(client_of("auditor")) == {
        "显示完整号码的预警": (1, TODAY - DAY, None, "/audit/?tab=alerts"),
        "登录被限制": (1, NOON, None, "/audit/?tab=accounts&events=stopped"),
    }


@pytest.mark.parametrize(
    ("label", "listed"),
    [
        ("登录被限制", ["登录被限制"]),
        ("账号的停用、重设和解除", ["解除登录限制", "停用账号", "重设密码"]),
    ],
)
def test_the_auditor_is_led_to_just_the_events_that_were_counted(world, client_of, label, listed):
    kinds = (*("login", "failed", "stopped", "reset", "disabled", "granted", "unlocked"), "logout")
    for minute, kind in enumerate(kinds):
        AccountEvent.objects.create(
            at=NOON - timedelta(minutes=90 - minute),
            kind=kind,
            account_id=world.posts["clerk"].user_id,
            organisation_path=world.organisations["清泉小学"].path,
        )
    auditor = client_of("auditor")
    count, _, _, address = waiting(auditor)[label]
    rows = auditor.get(address).context["page"].rows
    assert (count, [row.get_kind_display() for row in rows]) == (len(listed), listed)


@pytest.mark.parametrize("username", ["clerk", "centre", "county", "city", "teacher"])
def test_nobody_else_is_told(troubled, client_of, username):
    if username == "teacher":
        hire(troubled, "teacher", "teacher", "清泉小学")
    labels = ("封存的账号待解除", "登录正受限制", "显示完整号码的预警")
    shown_page = client_of(username).get(reverse("desk")).content.decode()
    assert [label for label in labels if label in shown_page] == []


@pytest.mark.parametrize("duty", ["sealed", "first", "ending", "limited"])
def test_each_line_leads_to_the_accounts_it_counts(troubled, client_of, duty):
    page = client_of("admin").get("/accounts/", {"duty": duty}).context["page"]
    expected = {"sealed": "principal", "first": "clerk", "ending": "centre", "limited": "county"}
    assert [account.username for account in page.rows] == [expected[duty]]


def test_a_vacancy_leads_to_an_account_for_it(troubled, client_of):
    services.end(post=troubled.posts["principal"], on=TODAY)
    admin = client_of("admin")
    listed = admin.get("/accounts/vacant/").content.decode()
    address = "/accounts/new/?place=%E5%BB%BA%E6%98%8C%E8%90%A5%E9%95%87%E4%B8%AD%E5%BF%83%E6%A0%A1"
    assert address in listed
    form = admin.get("/accounts/new/", {"place": "清泉小学", "role": "principal"}).context["form"]
    assert (form["place"].value(), form["role"].value()) == ("清泉小学", "principal")


@pytest.mark.parametrize("who", ["admin", "security", "auditor"])
def test_the_desk_takes_as_many_queries_for_many_as_for_few(troubled, client_of, who):
    client = client_of(who)

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse("desk"))
        return len(queries)

    count()
    few = count()
    for number in range(20):
        hire(troubled, f"more{number}", "clerk", "邻泉小学")
        put(f"more{number}", must_change=True, password_set_at=NOON)
        for _ in range(5):
            attempt(f"more{number}", "falsch")
    assert count() == few
