"""One works under one post at a time; what changes about it holds from the very next request."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.timezone import localdate

from tests import world as worlds
from xueji.accounts import services as accounts
from xueji.accounts.models import Grant, Post, User


def acting_post(client: Client) -> str:
    """The post that the page names as the present one."""
    return client.get("/keys/").context["shell"]["post"]


def test_the_oldest_post_is_the_first_to_act_under(two_posts):
    client, first, _ = two_posts
    assert acting_post(client) == str(first)


def test_one_may_act_under_another_of_ones_own_posts(two_posts):
    client, _, second = two_posts
    answer = client.post("/post/", {"post": second.pk})
    assert (answer.status_code, answer["Location"], acting_post(client)) == (302, "/", str(second))


@pytest.mark.parametrize("chosen", ["theirs", "0", "-1", "", "x", "9" * 30, "１"])
def test_no_other_post_can_be_chosen(world, two_posts, chosen):
    client, first, _ = two_posts
    sent = str(world.posts["centre"].pk) if chosen == "theirs" else chosen
    answer = client.post("/post/", {"post": sent})
    assert (answer.status_code, acting_post(client)) == (302, str(first))


def test_a_post_of_another_in_the_session_gives_nothing(world, two_posts):
    client, first, _ = two_posts
    session = client.session
    session["post"] = world.posts["centre"].pk
    session.save()
    assert acting_post(client) == str(first)


def test_a_post_ended_elsewhere_is_gone_at_the_very_next_request(two_posts):
    client, first, second = two_posts
    client.post("/post/", {"post": second.pk})
    assert acting_post(client) == str(second)

    accounts.end(post=second, on=localdate())

    assert acting_post(client) == str(first)
    assert [pk for pk, _, _ in client.get("/keys/").context["shell"]["posts"]] == [first.pk]


def test_a_post_ended_and_given_again_today_stands_once_among_ones_posts(two_posts):
    client, first, second = two_posts
    accounts.end(post=second, on=localdate())
    again = accounts.grant(
        user=second.user, role=second.role, organisation=second.organisation, starts=localdate()
    )
    assert [pk for pk, _, _ in client.get("/keys/").context["shell"]["posts"]] == [
        first.pk,
        again.pk,
    ]


def take_the_guardian_row(post: Post) -> None:
    Grant.objects.filter(user=post.user, content_object=post.organisation).delete()


def let_it_run_out(post: Post) -> None:
    Post.objects.filter(pk=post.pk).update(ends=localdate() - timedelta(days=1))


def end_it(post: Post) -> None:
    accounts.end(post=post, on=localdate())


@pytest.mark.parametrize("loss", [end_it, let_it_run_out, take_the_guardian_row])
def test_who_lost_the_last_post_reads_nothing_from_the_very_next_request(world, client_of, loss):
    client = client_of("county")
    assert client.get("/students/").status_code == 200

    loss(world.posts["county"])

    for path in ("/", "/students/", "/cases/", "/numbering/", "/keys/"):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 403)
        assert [template.name for template in answer.templates][0] == "accounts/no_post.html"


def test_a_disabled_account_is_out_at_the_very_next_request(world, client_of):
    client = client_of("county")
    assert client.get("/students/").status_code == 200
    User.objects.filter(username="county").update(is_active=False)
    answer = client.get("/students/")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/students/")


def test_a_new_post_counts_from_its_first_day(world, client_of):
    client = client_of("clerk")
    for starts in (localdate() + timedelta(days=1), localdate()):
        accounts.grant(
            user=world.posts["clerk"].user,
            role="principal" if starts == localdate() else "teacher",
            organisation=world.organisations["清泉小学"],
            starts=starts,
        )
    posts = [label for _, label, _ in client.get("/keys/").context["shell"]["posts"]]
    assert posts == ["清泉小学 · 学籍管理员", "清泉小学 · 校长"]


def test_the_page_without_post_says_so_and_offers_the_way_out(world):
    user = User.objects.create(username="idle", name="无岗")
    client = Client()
    client.force_login(user)
    answer = client.get("/")
    body = answer.content.decode()
    assert answer.status_code == 403
    assert "您现在没有岗位，不能办理业务" in body
    assert 'action="/logout/"' in body
    assert "<nav" not in body


def test_a_moved_person_reads_the_new_place_and_no_longer_the_old_one(world, client_of):
    """The rights follow the post: a clerk who changes school leaves the old pupils behind."""
    client = client_of("clerk")
    accounts.end(post=world.posts["clerk"], on=localdate())
    worlds.accounts.grant(
        user=world.posts["clerk"].user,
        role="clerk",
        organisation=world.organisations["上庄小学"],
        starts=localdate(),
    )
    assert acting_post(client) == "上庄小学 · 学籍管理员"


def test_who_has_only_a_post_to_come_is_told_from_which_day(world):
    user, first = User.objects.create(username="soon", name="将任"), localdate() + timedelta(days=3)
    school = world.organisations["清泉小学"]
    accounts.grant(user=user, role="principal", organisation=school, starts=first)
    client = Client()
    client.force_login(user)

    body = client.get("/").content.decode()

    assert f"<li>清泉小学 · 校长，自 {first} 起</li>" in body
