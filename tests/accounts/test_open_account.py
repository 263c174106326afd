"""Whoever runs the site makes the first account, and lets the top office in again."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.world import NOON
from xueji.accounts.models import AccountEvent, User

PASSWORD = re.compile(r"[a-z]{4}-[0-9]{4}-[A-Z]{4}")
FIRST = ("sheng-admin", "王敏", "--at", "河北省教育厅")


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("open_account", *arguments, stdout=out)
    return out.getvalue()


def test_without_apply_nothing_is_written(world):
    before = User.objects.count()
    assert said(*FIRST) == "没有写入；要写入请加 --apply。\n"
    assert (User.objects.count(), AccountEvent.objects.count()) == (before, 0)


def test_the_first_administrator_gets_a_password_for_once(world):
    password = PASSWORD.search(said(*FIRST, "--apply"))[0]
    user = User.objects.get(username="sheng-admin")
    assert (user.check_password(password), user.must_change) == (True, True)
    assert [str(post) for post in user.posts.all()] == ["河北省教育厅 · 账号管理"]


def test_a_sealed_account_of_the_top_office_is_let_in_again(world):
    User.objects.filter(username="province").update(sealed_at=NOON, factor_at=NOON)
    password = PASSWORD.search(said("province", "--reopen", "--apply"))[0]
    user = User.objects.get(username="province")
    assert (user.check_password(password), user.must_change) == (True, True)
    assert (user.sealed_at, user.factor_at) == (None, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("neu", "新人", "--at", "没有的单位"), "有 0 个单位叫"),
        (("clerk", "新人", "--at", "河北省教育厅"), "账号不能和已有的相同"),
        (("neu", "新人", "--at", "河北省教育厅", "--role", "clerk"), "没有“学籍管理员”这个岗位"),
        (("nobody-there", "--reopen"), "没有账号 nobody-there"),
    ],
)
def test_what_cannot_be_is_said(world, arguments, words):
    with pytest.raises(CommandError, match=words):
        said(*arguments, "--apply")
