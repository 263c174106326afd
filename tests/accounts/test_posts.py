"""A post gives rights from its first day to its last, to active people, with its guardian row."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from tests.world import NOON
from xueji.accounts import access
from xueji.accounts.access import ACTS, posts_in_force
from xueji.accounts.models import Grant, Post, Role, User
from xueji.accounts.services import WrongLevel, end, grant

pytestmark = pytest.mark.usefixtures("noon")

TODAY = NOON.date()
DAY = timedelta(days=1)


def days(number: int | None):
    return None if number is None else TODAY + number * DAY


def in_force(world, username: str, *, on=TODAY) -> bool:
    return posts_in_force(on=on).filter(pk=world.posts[username].pk).exists()


def rows(post: Post) -> int:
    """Guardian rows for what the post stands for."""
    return Grant.objects.filter(
        user=post.user, content_object=post.organisation, permission__codename=post.role
    ).count()


@pytest.mark.parametrize(
    ("starts", "ends", "holds"),
    [
        (0, None, True),
        (1, None, False),
        (-1, None, True),
        (-1, 0, True),
        (0, 0, True),
        (-2, -1, False),
        (-1, 1, True),
        (1, 2, False),
    ],
)
def test_a_post_holds_from_its_first_day_to_its_last(world, starts, ends, holds):
    Post.objects.filter(pk=world.posts["clerk"].pk).update(starts=days(starts), ends=days(ends))
    assert in_force(world, "clerk") is holds


def test_an_inactive_person_holds_nothing(world):
    User.objects.filter(username="clerk").update(is_active=False)
    assert not in_force(world, "clerk")


def test_a_post_without_its_guardian_row_gives_nothing(world):
    Grant.objects.filter(user=world.posts["clerk"].user).delete()
    assert not in_force(world, "clerk")


@pytest.mark.parametrize("change", ["role", "organisation", "user"])
def test_the_guardian_row_of_something_else_is_none(world, change):
    post = world.posts["clerk"]
    other = {
        "role": {"role": Role.PRINCIPAL},
        "organisation": {"organisation": world.organisations["邻泉小学"]},
        "user": {"user": world.posts["clerk2"].user},
    }[change]
    Post.objects.filter(pk=post.pk).update(**other)
    assert not in_force(world, "clerk")


def test_a_guardian_row_without_a_post_gives_nothing(world):
    Post.objects.filter(pk=world.posts["clerk"].pk).update(ends=TODAY - DAY)
    post = world.posts["clerk"]
    assert (rows(post), posts_in_force(on=TODAY).filter(user=post.user).count()) == (1, 0)


def test_every_post_of_the_world_has_one_guardian_row_and_every_row_a_post(world):
    held = Post.objects.values_list("user", "role", "organisation")
    granted = Grant.objects.values_list("user", "permission__codename", "content_object")
    assert sorted(held) == sorted(granted)


def test_a_post_ended_today_gives_nothing_any_more(world):
    end(post=world.posts["clerk"], on=TODAY, ended_by=world.posts["admin"])

    post = Post.objects.get(pk=world.posts["clerk"].pk)
    assert (post.ends, post.ended_by, rows(post)) == (TODAY, world.posts["admin"], 0)
    assert not in_force(world, "clerk")


def test_a_post_ended_yesterday_gives_nothing_any_more(world):
    end(post=world.posts["clerk"], on=TODAY - DAY)
    assert (rows(world.posts["clerk"]), in_force(world, "clerk")) == (0, False)


def test_an_ended_post_stays_as_a_row(world):
    end(post=world.posts["clerk"], on=TODAY - DAY)
    assert Post.objects.filter(user__username="clerk", role=Role.CLERK).count() == 1


def test_granted_again_after_its_end_a_post_has_one_guardian_row(world):
    old = world.posts["clerk"]
    end(post=old, on=TODAY - DAY)

    new = grant(user=old.user, role=old.role, organisation=old.organisation, starts=TODAY)

    assert rows(new) == 1
    assert list(posts_in_force(on=TODAY).filter(user=old.user)) == [new]


def test_a_post_given_again_on_the_day_of_its_end_is_held_once(world):
    """The one that was ended at once stays over, though the guardian row is there again."""
    old = world.posts["clerk"]
    end(post=old, on=TODAY)

    new = grant(user=old.user, role=old.role, organisation=old.organisation, starts=TODAY)

    assert (rows(new), list(posts_in_force(on=TODAY).filter(user=old.user))) == (1, [new])


def test_a_post_ended_at_once_gives_nothing_though_it_is_to_begin_anew(world):
    old = world.posts["clerk"]
    Post.objects.filter(pk=old.pk).update(ends=TODAY + DAY)
    old.refresh_from_db()
    new = grant(user=old.user, role=old.role, organisation=old.organisation, starts=TODAY + 5 * DAY)

    end(post=old, on=TODAY)

    assert (rows(new), posts_in_force(on=TODAY).filter(user=old.user).count()) == (1, 0)


def test_a_post_planned_until_tonight_outlasts_another_that_is_ended_at_once(world):
    planned = world.posts["clerk"]
    Post.objects.filter(pk=planned.pk).update(ends=TODAY)
    other = grant(
        user=planned.user, role=planned.role, organisation=planned.organisation, starts=TODAY
    )

    end(post=other, on=TODAY)

    assert list(posts_in_force(on=TODAY).filter(user=planned.user)) == [planned]


def test_granting_what_one_holds_is_refused_and_leaves_one_row(world):
    post = world.posts["clerk"]
    with pytest.raises(IntegrityError, match="post_open_once"), transaction.atomic():
        grant(user=post.user, role=post.role, organisation=post.organisation, starts=TODAY)
    assert rows(post) == 1


def test_ending_one_of_two_posts_keeps_the_row_that_the_other_needs(world):
    post = world.posts["clerk"]
    Post.objects.filter(pk=post.pk).update(ends=TODAY + DAY)
    second = grant(
        user=post.user, role=post.role, organisation=post.organisation, starts=TODAY - DAY
    )

    end(post=second, on=TODAY - DAY)

    assert (rows(post), in_force(world, "clerk")) == (1, True)


def test_a_post_that_is_to_end_later_gives_its_rights_until_then(world):
    end(post=world.posts["clerk"], on=TODAY + 7 * DAY)
    assert [in_force(world, "clerk", on=TODAY + n * DAY) for n in (0, 7, 8)] == [True, True, False]


@pytest.mark.parametrize(
    ("role", "place"),
    [
        ("clerk", "建昌营镇中心校"),
        ("clerk", "迁安市教育局"),
        ("principal", "建昌营镇中心校"),
        ("teacher", "迁安市教育局"),
        ("centre_officer", "清泉小学"),
        ("centre_officer", "迁安市教育局"),
        ("county_officer", "建昌营镇中心校"),
        ("county_officer", "唐山市教育局"),
        ("county_head", "清泉小学"),
        ("prefecture_officer", "迁安市教育局"),
        ("province_officer", "唐山市教育局"),
    ],
)
def test_a_role_is_granted_only_at_its_own_level(world, role, place):
    user = User.objects.create(username="new", name="新人")
    with pytest.raises(WrongLevel):
        grant(user=user, role=role, organisation=world.organisations[place], starts=TODAY)
    assert (user.posts.count(), Grant.objects.filter(user=user).count()) == (0, 0)


@pytest.mark.parametrize("place", ["清泉小学", "建昌营镇中心校", "迁安市教育局", "河北省教育厅"])
@pytest.mark.parametrize("role", ["auditor", "administrator"])
def test_auditors_and_administrators_stand_at_any_level(world, role, place):
    user = User.objects.create(username="new", name="新人")
    post = grant(user=user, role=role, organisation=world.organisations[place], starts=TODAY)
    assert (rows(post), list(posts_in_force(on=TODAY).filter(user=user))) == (1, [post])


def test_acting_needs_the_very_organisation_and_reading_reaches_below(world):
    centre = world.acting("centre")
    places = ("建昌营镇中心校", "清泉小学", "邻泉小学", "上庄小学", "迁安市教育局", "滦州甲小学")
    nodes = [world.organisations[name] for name in places]
    assert [centre.acts_at(node.pk) for node in nodes] == [True] + 5 * [False]
    assert [centre.reaches(node.path) for node in nodes] == 3 * [True] + 3 * [False]


def test_require_lets_through_only_the_role_at_the_very_organisation(world):
    own, below = world.organisations["建昌营镇中心校"].pk, world.organisations["清泉小学"].pk
    access.require(world.acting("centre"), "numbering.issue", own)
    for username, act, place in (
        ("centre", "numbering.issue", below),
        ("county", "numbering.issue", own),
        ("clerk", "numbering.issue", below),
        ("admin", "students.read", world.organisations["迁安市教育局"].pk),
    ):
        with pytest.raises(PermissionDenied):
            access.require(world.acting(username), act, place)


def test_neither_auditors_nor_administrators_nor_teachers_have_an_act_on_registers():
    ours = {
        role: {act for act, roles in ACTS.items() if role in roles}
        for role in (Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY, Role.TEACHER)
    }
    own = {"desk", "own_session"}
    assert ours == {
        Role.AUDITOR: own | {"audit.read", "checks.read"},
        Role.ADMINISTRATOR: own | {"accounts.read", "accounts.administer"},
        Role.SECURITY: own | {"accounts.read", "accounts.secure", "checks.read"},
        Role.TEACHER: own,
    }


def test_an_undeclared_act_cannot_be_named():
    with pytest.raises(LookupError, match="students.erase"):
        access.act("students.erase")
