"""From when to when a post is given, ended and handed over: no day that only a slip can mean."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.browsing import key, text
from tests.world import NOON
from xueji.accounts import posts
from xueji.accounts.models import Post
from xueji.accounts.people import Refused

DAY = timedelta(days=1)
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def at_noon(clock):
    pass


def give(world, *, starts: date = TODAY, ends: date | None = None) -> Post:
    return posts.grant(
        account_id=world.posts["clerk1b"].user_id,
        role="teacher",
        organisation=world.organisations["邻泉小学"],
        starts=starts,
        ends=ends,
        acting=world.acting("admin"),
    )


def refused_end(client: Client, post: Post, **typed: str) -> list[str]:
    place = reverse("account_end_post", args=[post.user_id, post.pk])
    answer = client.post(place, {**typed, **key()})
    assert answer.status_code == 422
    return answer.context["lines"][0][2].non_field_errors()


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        (date(1900, 1, 1), None, "1900-01-01 离今天超过 10 年。请核对年份。"),
        (date(9999, 12, 31), None, "9999-12-31 离今天超过 10 年。请核对年份。"),
        (TODAY, date(2062, 9, 1), "2062-09-01 离今天超过 10 年。请核对年份。"),
        (
            TODAY - 9 * DAY,
            TODAY - DAY,
            "岗位到 2026-09-01 止，那天已经过去，授予了也不起作用。请改「至」的日期，或不填。",
        ),
        (TODAY + DAY, TODAY, "岗位自 2026-09-03 起，不能在 2026-09-02 之前结束。请改日期。"),
    ],
)
def test_a_post_is_not_given_for_days_that_cannot_be_meant(world, starts, ends, said):
    with pytest.raises(Refused) as refused:
        give(world, starts=starts, ends=ends)
    assert (str(refused.value), Post.objects.filter(role="teacher").count()) == (said, 0)


def test_a_post_for_today_alone_is_given(world):
    post = give(world, ends=TODAY)
    assert (post.starts, post.ends) == (TODAY, TODAY)


def test_a_post_there_is_already_is_told_with_its_days(world):
    give(world, ends=TODAY + 9 * DAY)
    with pytest.raises(Refused) as refused:
        give(world)
    assert str(refused.value) == (
        "某clerk1b 在 邻泉小学 已有“班主任”岗位，自 2026-09-02 起，至 2026-09-11 止。"
        "不用再授予；要改日期，请先结束原来的。"
    )
    assert give(world, starts=TODAY + 10 * DAY).ends is None


def test_ending_a_post_does_not_make_it_last_longer(world, client_of):
    post, admin = give(world, ends=TODAY + 9 * DAY), client_of("admin")
    said = [
        "岗位本来到 2026-09-11 止，结束不能推到 2026-09-12。要延长，请另授一段，自 2026-09-12 起。"
    ]
    assert refused_end(admin, post, on="2026-09-12") == said
    assert refused_end(admin, post, on="2026-09-12", to="clerk") == said
    post.refresh_from_db()
    assert post.ends == TODAY + 9 * DAY


@pytest.mark.parametrize("to", ["", "clerk"])
def test_the_last_day_there_is_ends_no_post_and_hands_none_over(world, client_of, to):
    post = give(world)
    said = ["9999-12-31 离今天超过 10 年。请核对年份。"]
    assert refused_end(client_of("admin"), post, on="9999-12-31", to=to) == said


def test_a_missing_last_day_and_a_long_name_are_told_in_our_words(world, client_of):
    post, admin = give(world), client_of("admin")
    place = reverse("account_end_post", args=[post.user_id, post.pk])
    page = text(admin.post(place, {"on": "", "to": "甲" * 41, **key()}))
    assert "请填岗位到哪一天止；今天结束就填今天。" in page
    assert "最多 40 个字，现在有 41 个，请写短一些。" in page


def test_the_page_says_of_a_post_taken_back_that_it_never_begins(world, client_of):
    post, admin = give(world, starts=TODAY + DAY), client_of("admin")
    place = reverse("account_end_post", args=[post.user_id, post.pk])
    page = admin.post(place, {"on": str(TODAY), **key()}, follow=True)
    assert "已撤回岗位 邻泉小学 · 班主任，不再开始" in text(page)


def test_whoever_takes_over_is_found_however_the_account_is_written(world, client_of):
    post, admin = give(world), client_of("admin")
    place = reverse("account_end_post", args=[post.user_id, post.pk])
    page = admin.post(place, {"on": str(TODAY), "to": " Clerk ", **key()}, follow=True)
    assert "岗位 邻泉小学 · 班主任 已交接给 某clerk" in text(page)


def test_a_missing_reason_is_told_with_the_act_it_is_for(world, client_of):
    place = reverse("account_state", args=[world.posts["clerk"].user_id])
    page = client_of("admin").post(place, {"what": "disable", "reason": " ", **key()})
    assert page.status_code == 422
    assert "没有办理：停用" in text(page)
    assert "请写明停用的原因，会留在账号的记录里。" in text(page)
    assert text(page).count('aria-invalid="true"') == 1
