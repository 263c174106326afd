"""A form acts under the post it was opened under, though another window has switched meanwhile."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import hidden, text
from xueji.accounts import services as accounts
from xueji.accounts.models import User
from xueji.audit.models import Act
from xueji.organisations.models import Organisation

NEW = "/organisations/new/?kind=centre"


def last_hidden(answer) -> dict[str, str]:
    """What the last form of the page sends along unseen."""
    main = text(answer).partition("<main")[2].partition("</main>")[0]
    form = re.findall(r"<form.*?</form>", main, re.DOTALL)[-1]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in found}


def typed(page) -> dict[str, str]:
    return {
        **last_hidden(page),
        "name": "新镇中心校",
        "division_code": "130283999",
        "reason": "批文",
    }


def founded() -> list[str]:
    centres = Organisation.objects.filter(name="新镇中心校")
    return list(centres.values_list("parent__name", flat=True))


def test_a_form_of_the_former_post_is_not_acted_on_under_the_new_one(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})

    answer = client.post(NEW, form)

    said = text(answer)
    assert (answer.status_code, founded()) == (409, [])
    assert f"这张表是以「{first}」打开的，您现在以「{second}」办理" in said
    assert f"换回「{first}」，回到填写的表" in said


def test_one_click_leads_back_to_the_former_post_and_to_what_was_typed(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})
    stopped = client.post(NEW, form)

    again = client.post("/post/", last_hidden(stopped), follow=True)

    assert (again.status_code, founded()) == (200, [])
    assert 'value="新镇中心校"' in text(again)
    assert again.context["shell"]["post"] == str(first)
    client.post(NEW, typed(again))
    assert founded() == ["迁安市教育局"]


def test_a_button_with_nothing_typed_is_pressed_again_by_that_click(two_posts, world):
    client, first, second = two_posts
    pupils.sign(world, pupils.submitted(world), "principal", "centre")  # it waits for the county
    client.post("/post/", {"post": second.pk})
    sent = {"form_key": str(uuid4()), "under_post": str(first.pk)}
    stopped = client.post(reverse("notices_read"), sent)
    assert (stopped.status_code, Act.objects.count()) == (409, 0)
    assert f"换回「{first}」，接着提交" in text(stopped)

    client.post("/post/", last_hidden(stopped), follow=True)

    assert list(Act.objects.values_list("page", "post_id")) == [("notices_read", first.pk)]


def ended_on_the_way(client, form):
    """What one is shown who pressed to switch back after the session had ended."""
    user = client.session["_auth_user_id"]
    client.logout()
    lost = client.post("/post/", form)
    assert (lost.status_code, "刚才填的内容完整地留在这一页里" in text(lost)) == (403, True)
    client.force_login(User.objects.get(pk=user))
    return client.post(reverse("switch_resume"), hidden(lost))


def test_what_was_typed_outlives_a_session_that_ended_before_switching_back(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})
    stopped = client.post(NEW, form)

    shown = ended_on_the_way(client, last_hidden(stopped))

    assert shown.status_code == 200
    assert "没有提交：登录结束过" in text(shown)
    assert f"您现在又以「{first}」办理" in text(shown)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    again = strict.post("/post/", last_hidden(shown), follow=True)
    assert (again.status_code, founded()) == (200, [])
    assert 'value="新镇中心校"' in text(again)
    client.post(NEW, typed(again))
    assert founded() == ["迁安市教育局"]


def test_a_button_is_pressed_anew_after_such_a_session(two_posts, world):
    """The way back needs no token, as the session is new: it presses nothing."""
    client, first, second = two_posts
    pupils.sign(world, pupils.submitted(world), "principal", "centre")
    client.post("/post/", {"post": second.pk})
    sent = {"form_key": str(uuid4()), "under_post": str(first.pk)}
    stopped = client.post(reverse("notices_read"), sent)

    shown = ended_on_the_way(client, last_hidden(stopped))

    assert "请打开刚才的页面，再按一次" in text(shown)
    assert ("接着提交" in text(shown), last_hidden(shown)) == (False, {})
    assert Act.objects.count() == 0


@pytest.mark.parametrize("where", ["/notices/read/", NEW, "/post/", "/no/such/", "//[", ""])
@pytest.mark.parametrize("typed_at", [NEW, "/post/", None])
def test_a_page_elsewhere_gets_none_of_its_fields_pressed(two_posts, where, typed_at):
    """What may be sent without a token leads to nothing that would need one."""
    client, _, second = two_posts
    sent = {"post": second.pk, "next": where, "decision": "agreed"}
    typed = {"typed_at": typed_at} if typed_at else {}
    shown = client.post(reverse("switch_resume"), sent | typed)
    given = last_hidden(shown)
    assert (shown.status_code, given["post"]) == (200, str(second.pk))
    assert ("decision" in given, "next" in given) == ((where, typed_at) == (NEW, NEW),) * 2


def test_the_reason_for_an_act_that_is_to_be_pressed_anew_is_told(two_posts):
    client, _, second = two_posts
    sent = {"post": second.pk, "next": "/cases/2026-000001/withdraw/", "reason": "录错了学校"}
    shown = text(client.post(reverse("switch_resume"), sent))
    assert "请换回以后打开刚才的页面，再填、再按一次" in shown
    assert "填的理由：录错了学校" in shown


def test_a_switch_with_nothing_typed_leads_to_the_login_alone(two_posts):
    client, first, _ = two_posts
    client.logout()
    answer = client.post("/post/", {"post": first.pk})
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/")


def test_who_holds_the_former_post_no_more_is_told_so_after_the_login(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})
    stopped = client.post(NEW, form)
    accounts.end(post=first, on=localdate())
    shown = ended_on_the_way(client, last_hidden(stopped))
    assert ("那个岗位已经不是您的" in text(shown), "换回" in text(shown)) == (True, False)


def test_a_form_whose_post_is_over_is_acted_on_under_no_other(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    accounts.end(post=first, on=localdate())

    answer = client.post(NEW, form)

    assert (answer.status_code, founded()) == (409, [])
    assert "那个岗位已经不是您的" in text(answer)
    assert "换回" not in text(answer)
    assert client.get("/keys/").context["shell"]["post"] == str(second)


@pytest.mark.parametrize("under", ["x", "-1", "9" * 30, "²", "0"])
def test_what_names_no_post_at_all_is_acted_on_under_none(two_posts, under):
    client, *_ = two_posts
    form = {**typed(client.get(NEW)), "under_post": under}
    assert (client.post(NEW, form).status_code, founded()) == (409, [])


def test_a_request_in_the_background_is_told_so_and_changes_nothing(two_posts):
    client, first, second = two_posts
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})

    answer = client.post(NEW, form, headers={"HX-Request": "true"})

    told = (
        f"没有存上：本页是以「{first}」打开的，您在别的窗口换到了「{second}」。"
        "请在那边换回，再接着填。"
    )
    assert (answer.status_code, answer.content.decode(), founded()) == (409, told, [])


def test_ones_own_account_belongs_to_no_post(two_posts):
    client, first, second = two_posts
    client.post("/post/", {"post": second.pk})
    sent = {"form_key": str(uuid4()), "under_post": str(first.pk)}
    answer = client.post(reverse("my_sessions_end"), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("my_account"))


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "desk", "/\\x"])
def test_switching_leads_nowhere_else(two_posts, elsewhere):
    client, _, second = two_posts
    answer = client.post("/post/", {"post": second.pk, "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/")
