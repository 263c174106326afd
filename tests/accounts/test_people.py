"""An administrator keeps the accounts of the own office and below; nobody raises themselves."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.timezone import localdate

from tests.browsing import key
from tests.world import NOON, PASSWORD, hire
from xueji.accounts import access, people, posts, services
from xueji.accounts.models import AccountEvent, Grant, Post, User, UserSession
from xueji.accounts.people import Refused

DAY = timedelta(days=1)
TODAY = NOON.date()


def events(account: User) -> list[str]:
    return list(AccountEvent.objects.filter(account_id=account.pk).values_list("kind", flat=True))


def in_force(user: User, *, on=TODAY) -> list[str]:
    return [str(post) for post in access.posts_in_force(on=on).filter(user=user)]


def grant(world, username: str, role: str, place: str, *, by: str = "admin", **more) -> Post:
    return posts.grant(
        account_id=world.posts[username].user_id,
        role=role,
        organisation=world.organisations[place],
        **{"starts": TODAY, "ends": None, "acting": world.acting(by), **more},
    )


# -- by the page ----------------------------------------------------------------------------------
def test_a_new_account_logs_in_once_with_what_its_maker_is_shown_once(world, client_of):
    admin = client_of("admin")
    today = localdate().isoformat()
    typed = {"username": "xin.ren", "name": "丁新", "place": "清泉小学", "role": "principal"}
    answer = admin.post("/accounts/new/", {**typed, "starts": today, **key()})
    new = User.objects.get(username="xin.ren")
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/{new.pk}/")
    assert in_force(new, on=localdate()) == ["清泉小学 · 校长"]

    first = admin.get(answer["Location"]).context["first_password"]
    again = admin.get(answer["Location"]).context["first_password"]
    assert (new.check_password(first), again) == (True, "")

    theirs = Client()
    theirs.post("/login/", {"username": "xin.ren", "password": first})
    led = [theirs.get(path)["Location"] for path in ("/", "/students/", "/cases/")]
    assert led == [
        f"/accounts/me/password/?next={p}" for p in ("%2F", "%2Fstudents%2F", "%2Fcases%2F")
    ]
    own = {"old": first, "new": "Qingshan-lvshui-8", "again": "Qingshan-lvshui-8"}
    changed = theirs.post("/accounts/me/password/", {**own, "next": "/students/", **key()})
    assert (changed.status_code, changed["Location"]) == (302, "/students/")
    assert theirs.get("/students/").status_code == 200


def test_the_first_password_stands_nowhere_in_the_database(world, client_of):
    admin = client_of("admin")
    pk = world.posts["clerk"].user_id
    admin.post(f"/accounts/{pk}/state/", {"what": "reset", "reason": "忘记密码", **key()})
    kept = "".join(UserSession.objects.values_list("session_data", flat=True))
    decoded = repr(dict(admin.session.items()))
    first = admin.get(f"/accounts/{pk}/").context["first_password"]
    assert (len(first), first in kept, first in decoded) == (14, False, False)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"username": "Xin Ren"}, "账号用 3 到 40 个小写字母"),
        ({"username": "clerk"}, "账号“clerk”已经有人用了"),
        ({"place": "滦州甲小学"}, "您管理的范围里没有“滦州甲小学”"),
        ({"place": "河北省教育厅"}, "您管理的范围里没有“河北省教育厅”"),
        ({"role": "county_officer"}, "清泉小学 没有您能授予的“教育科”岗位"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said_beside_what_was_typed(
    world, client_of, change, words
):
    typed = {"username": "xin.ren", "name": "丁新", "place": "清泉小学", "role": "clerk"}
    sent = {**typed, "starts": "2026-09-02", **change, **key()}
    answer = client_of("admin").post("/accounts/new/", sent)
    body = answer.content.decode()
    assert (answer.status_code, words in body, 'value="丁新"' in body) == (422, True, True)
    assert User.objects.filter(name="丁新").count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_however_many_there_are(
    world, client_of, rows, django_assert_num_queries
):
    admin = client_of("admin")
    admin.get("/keys/")
    for number in range(rows):
        hire(world, f"many-{number}", "teacher", "清泉小学", name="众人")
    with django_assert_num_queries(6):
        answer = admin.get("/accounts/", {"q": "众人"})
    assert [row.username for row in answer.context["page"].rows] == [
        f"many-{number}" for number in range(rows)
    ]


def test_the_list_holds_the_own_office_and_below_and_no_other(world, client_of):
    found = client_of("admin").get("/accounts/").context["page"].rows
    names = {row.username for row in found}
    assert {"clerk", "centre", "county", "admin", "auditor"} <= names
    assert names & {"city", "province", "clerk9", "county9", "centre9"} == set()


def test_a_post_is_given_ended_and_handed_over_by_the_page(world, client_of):
    admin, clerk = client_of("admin"), world.posts["clerk"].user
    today = localdate().isoformat()
    given = {"role": "principal", "place": "邻泉小学", "starts": today, "ends": ""}
    admin.post(f"/accounts/{clerk.pk}/posts/", {**given, **key()})
    assert "邻泉小学 · 校长" in in_force(clerk, on=localdate())

    path = f"/accounts/{clerk.pk}/posts/{world.posts['clerk'].pk}/end/"
    answer = admin.post(path, {"on": today, "to": "principal1b", **key()})
    assert answer.status_code == 302
    assert in_force(clerk, on=localdate()) == ["邻泉小学 · 校长"]
    heir = world.posts["principal1b"].user
    assert "清泉小学 · 学籍管理员" in in_force(heir, on=localdate())


def test_a_refused_act_leaves_what_was_typed_and_says_who_can(world, client_of):
    admin, auditor = client_of("admin"), world.posts["auditor"].user
    page = admin.get(f"/accounts/{auditor.pk}/").content.decode()
    assert "与您同级，互不管理。请上级账号管理员办理。" in page
    answer = admin.post(f"/accounts/{auditor.pk}/state/", {"what": "reset", "reason": "x", **key()})
    assert (answer.status_code, "没有办理" in answer.content.decode()) == (422, True)
    assert User.objects.get(pk=auditor.pk).check_password(PASSWORD)


# -- who administers whom -------------------------------------------------------------------------
def test_nobody_gives_a_post_to_themselves(world):
    with pytest.raises(Refused, match="自己的账号不能自己管"):
        grant(world, "admin", "county_officer", "迁安市教育局")
    assert in_force(world.posts["admin"].user) == ["迁安市教育局 · 账号管理"]


@pytest.mark.parametrize("username", ["auditor", "security"])
@pytest.mark.parametrize(
    "act", [people.disable, people.reset, people.end_sessions], ids=lambda act: act.__name__
)
def test_posts_of_administration_at_the_same_office_do_not_touch_each_other(world, username, act):
    with pytest.raises(Refused, match="互不管理"):
        act(account_id=world.posts[username].user_id, acting=world.acting("admin"), reason="试")


@pytest.mark.parametrize("role", ["administrator", "security", "auditor"])
def test_posts_of_administration_are_given_by_the_level_above(world, role):
    hire(world, "city-admin", "administrator", "唐山市教育局")
    with pytest.raises(Refused, match="由上一级授予"):
        grant(world, "county", role, "迁安市教育局")
    assert grant(world, "county", role, "迁安市教育局", by="city-admin").role == role


def test_one_person_holds_one_post_of_administration(world):
    hire(world, "city-admin", "administrator", "唐山市教育局")
    with pytest.raises(Refused, match="互相制约，一人只能任一种"):
        grant(world, "auditor", "security", "迁安市教育局", by="city-admin")


def test_who_holds_a_post_elsewhere_is_not_administered_here(world):
    """A county could otherwise reset the password of somebody who also works for the province."""
    world.posts["county"].user.refresh_from_db()
    services.grant(
        user=world.posts["county"].user,
        role="province_officer",
        organisation=world.organisations["河北省教育厅"],
        starts=TODAY,
    )
    with pytest.raises(Refused, match="不在您管理的范围"):
        people.reset(
            account_id=world.posts["county"].user_id, acting=world.acting("admin"), reason="试"
        )


def test_an_account_of_another_county_is_none(world):
    for username in ("clerk9", "city"):
        with pytest.raises(User.DoesNotExist):
            people.disable(
                account_id=world.posts[username].user_id, acting=world.acting("admin"), reason="试"
            )


# -- effects --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("act", "kind"),
    [(people.disable, "disabled"), (people.reset, "reset"), (people.end_sessions, "sessions")],
)
def test_an_act_ends_the_sessions_at_once_and_is_written_down(world, client_of, act, kind):
    theirs, clerk = client_of("clerk"), world.posts["clerk"].user
    assert theirs.get("/").status_code == 200
    act(account_id=clerk.pk, acting=world.acting("admin"), reason="调离")
    assert theirs.get("/")["Location"] == "/login/?next=/"
    event = AccountEvent.objects.get(account_id=clerk.pk)
    assert (event.kind, event.user_id, event.note) == (kind, world.posts["admin"].user_id, "调离")


def test_a_new_post_ends_the_sessions_so_that_rights_are_asked_anew(world, client_of):
    theirs = client_of("clerk")
    theirs.get("/")
    grant(world, "clerk", "teacher", "清泉小学")
    assert theirs.get("/")["Location"] == "/login/?next=/"


def test_a_disabled_account_comes_back_with_its_posts(world):
    clerk, acting = world.posts["clerk"].user, world.acting("admin")
    people.disable(account_id=clerk.pk, acting=acting, reason="产假")
    assert in_force(clerk) == []
    people.enable(account_id=clerk.pk, acting=acting, reason="回来")
    assert (in_force(clerk), events(clerk)) == (["清泉小学 · 学籍管理员"], ["disabled", "enabled"])


def test_a_post_with_a_last_day_ends_by_itself(world):
    post = grant(world, "clerk", "teacher", "清泉小学", ends=TODAY + 9 * DAY)
    held = [str(post) in in_force(post.user, on=TODAY + days * DAY) for days in (0, 9, 10)]
    assert held == [True, True, False]


def test_a_post_handed_over_later_changes_hands_over_night(world):
    clerk, heir = world.posts["clerk"], world.posts["principal"].user
    with time_machine.travel(NOON, tick=False):
        posts.hand_over(
            account_id=clerk.user_id,
            post_id=clerk.pk,
            to_id=heir.pk,
            on=TODAY + DAY,
            acting=world.acting("admin"),
        )
    label = "清泉小学 · 学籍管理员"
    holders = [
        (label in in_force(clerk.user, on=day), label in in_force(heir, on=day))
        for day in (TODAY, TODAY + DAY, TODAY + 2 * DAY)
    ]
    assert holders == [(True, False), (True, False), (False, True)]


def test_a_post_that_has_not_begun_is_taken_back_and_never_begins(world):
    post = grant(world, "clerk", "principal", "邻泉小学", starts=TODAY + 9 * DAY)
    with time_machine.travel(NOON, tick=False):
        posts.end(account_id=post.user_id, post_id=post.pk, on=TODAY, acting=world.acting("admin"))

    held = [str(post) in in_force(post.user, on=TODAY + days * DAY) for days in (0, 8, 9, 10)]
    assert held == [False, False, False, False]
    last = AccountEvent.objects.filter(account_id=post.user_id).latest("pk")
    assert (last.kind, last.note) == (
        "ended",
        f"邻泉小学 · 校长，原定 {TODAY + 9 * DAY} 起，没有到任",
    )


def test_who_takes_over_a_post_that_has_not_begun_has_it_from_the_day_that_was_meant(world):
    post = grant(world, "clerk", "principal", "邻泉小学", starts=TODAY + 9 * DAY)
    heir = world.posts["principal"].user
    with time_machine.travel(NOON, tick=False):
        posts.hand_over(
            account_id=post.user_id,
            post_id=post.pk,
            to_id=heir.pk,
            on=TODAY,
            acting=world.acting("admin"),
        )

    days = (TODAY + 8 * DAY, TODAY + 9 * DAY)
    assert [str(post) in in_force(heir, on=day) for day in days] == [False, True]
    assert [str(post) in in_force(post.user, on=day) for day in days] == [False, False]


def test_a_post_ended_today_by_mistake_is_given_again_at_once(world):
    clerk = world.posts["clerk"]
    with time_machine.travel(NOON, tick=False):
        posts.end(
            account_id=clerk.user_id, post_id=clerk.pk, on=TODAY, acting=world.acting("admin")
        )
        assert in_force(clerk.user) == []
        grant(world, "clerk", "clerk", "清泉小学")

    assert in_force(clerk.user, on=TODAY + DAY) == ["清泉小学 · 学籍管理员"]


def test_the_page_tells_a_post_to_come_from_one_that_runs(world, client_of):
    clerk, later = world.posts["clerk"].user, localdate() + 9 * DAY
    grant(world, "clerk", "principal", "邻泉小学", starts=later)

    page = client_of("admin").get(f"/accounts/{clerk.pk}/").content.decode()

    assert (page.count("还没到任"), page.count("撤回或交接"), page.count("结束或交接")) == (1, 1, 1)


def test_a_refused_handing_over_leaves_the_post_where_it_was(world):
    clerk = world.posts["clerk"]
    User.objects.filter(username="principal").update(is_active=False)
    with pytest.raises(Refused, match="已停用"):
        posts.hand_over(
            account_id=clerk.user_id,
            post_id=clerk.pk,
            to_id=world.posts["principal"].user_id,
            on=TODAY,
            acting=world.acting("admin"),
        )
    assert in_force(clerk.user) == ["清泉小学 · 学籍管理员"]
    assert Grant.objects.filter(user=clerk.user).count() == 1


def test_a_sealed_account_is_opened_by_the_level_above_alone(world):
    User.objects.filter(username__in=["clerk", "county"]).update(sealed_at=NOON)
    acting = world.acting("admin")
    with time_machine.travel(NOON, tick=False):
        people.reopen(account_id=world.posts["clerk"].user_id, acting=acting, reason="返岗")
        with pytest.raises(Refused, match="由上一级解除"):
            people.reopen(account_id=world.posts["county"].user_id, acting=acting, reason="返岗")
    sealed = User.objects.filter(sealed_at__isnull=False)
    assert list(sealed.values_list("username", flat=True)) == ["county"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"is_active": False}, "某clerk1b 的账号已停用。请先启用，再授予岗位。"),
        (
            {"sealed_at": NOON},
            "某clerk1b 的账号久未登录，已封存。请先由上一级解除封存，再授予岗位。",
        ),
    ],
)
def test_a_post_is_not_handed_over_to_who_cannot_log_in(world, fields, said):
    """And stays with the one who has it."""
    to = world.posts["clerk1b"].user
    User.objects.filter(pk=to.pk).update(**fields)
    post = world.posts["clerk"]
    with time_machine.travel(NOON, tick=False), pytest.raises(Refused) as refused:
        posts.hand_over(
            account_id=post.user_id,
            post_id=post.pk,
            to_id=to.pk,
            on=TODAY,
            acting=world.acting("admin"),
        )
    assert (str(refused.value), in_force(post.user)) == (said, [str(post)])


def test_an_account_out_of_use_for_half_a_year_is_enabled_by_the_level_above_alone(world, settings):
    """Disabling and enabling is no way round the sealing: within an office it winds no clock."""
    settings.SEALED_AFTER = 183 * DAY
    unused = {"is_active": False, "last_login": None}
    User.objects.filter(username__in=["clerk", "county"]).update(
        opened_at=NOON - 184 * DAY, **unused
    )
    User.objects.filter(username="county-head").update(opened_at=NOON - 182 * DAY, **unused)

    acting = world.acting("admin")
    with time_machine.travel(NOON, tick=False):
        for username in ("clerk", "county-head"):
            people.enable(account_id=world.posts[username].user_id, acting=acting, reason="返岗")
        with pytest.raises(Refused) as refused:
            people.enable(account_id=world.posts["county"].user_id, acting=acting, reason="返岗")

    told = "这个账号久未使用，和封存的一样由上一级启用。请上级账号管理员办理。"
    assert str(refused.value) == told
    opened = dict(User.objects.values_list("username", "opened_at"))
    assert (opened["clerk"], opened["county-head"]) == (NOON, NOON - 182 * DAY)


def test_two_posts_of_one_account_are_ended_from_one_page(world, client_of):
    """The second form is sent while the answer to the first is on its way."""
    clerk = world.posts["clerk"].user
    other = grant(world, "clerk", "principal", "邻泉小学", starts=localdate())
    client = client_of("admin")
    page = client.get(f"/accounts/{clerk.pk}/").content.decode()
    of_each = r'action="(/accounts/\d+/posts/\d+/end/)".*?"form_key" value="(.*?)"'
    forms = re.findall(of_each, page, re.S)
    assert len(forms) == 2

    for address, form_key in forms:
        client.post(address, {"on": localdate().isoformat(), "to": "", "form_key": form_key})

    ended = Post.objects.filter(pk__in=[world.posts["clerk"].pk, other.pk], at_once=True)
    assert ended.count() == 2


def test_nobody_is_given_an_account_under_a_name_with_something_that_nobody_sees(world, client_of):
    typed = {"username": "xin.ren", "name": "丁\u202e新", "place": "清泉小学", "role": ""}
    today = localdate().isoformat()
    answer = client_of("admin").post("/accounts/new/", {**typed, "starts": today, **key()})
    told = "姓名第 2 个字符是看不见的字符，多半是从别处复制时带来的。请删去整个姓名后重新输入。"
    assert (answer.status_code, answer.context["form"].errors["name"]) == (422, [told])
    assert not User.objects.filter(username="xin.ren").exists()
