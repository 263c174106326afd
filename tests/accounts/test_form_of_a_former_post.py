"""A form acts under the post it was opened under, though another window has switched meanwhile."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localdate

from tests import pupils
from tests.browsing import text
from xueji.accounts import services as accounts
from xueji.audit.models import Act
from xueji.organisations.models import Organisation

NEW = "/organisations/new/?kind=centre"


@pytest.fixture
def officer(world):
    """The officer of one county, who since yesterday also holds the post at the other."""
    user = world.posts["county"].user
    second = accounts.grant(
        user=user,
        role="county_officer",
        organisation=world.organisations["滦州市教育局"],
        starts=localdate() - timedelta(days=1),
    )
    client = Client()
    client.force_login(user)
    return client, world.posts["county"], second


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


def test_a_form_of_the_former_post_is_not_acted_on_under_the_new_one(officer):
    client, first, second = officer
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})

    answer = client.post(NEW, form)

    said = text(answer)
    assert (answer.status_code, founded()) == (409, [])
    assert f"这张表是以「{first}」打开的，您现在以「{second}」办理" in said
    assert f"换回「{first}」，回到填写的表" in said


def test_one_click_leads_back_to_the_former_post_and_to_what_was_typed(officer):
    client, first, second = officer
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})
    stopped = client.post(NEW, form)

    again = client.post("/post/", last_hidden(stopped), follow=True)

    assert (again.status_code, founded()) == (200, [])
    assert 'value="新镇中心校"' in text(again)
    assert again.context["shell"]["post"] == str(first)
    client.post(NEW, typed(again))
    assert founded() == ["迁安市教育局"]


def test_a_button_with_nothing_typed_is_pressed_again_by_that_click(officer, world):
    client, first, second = officer
    pupils.sign(world, pupils.submitted(world), "principal", "centre")  # it waits for the county
    client.post("/post/", {"post": second.pk})
    sent = {"form_key": str(uuid4()), "under_post": str(first.pk)}
    stopped = client.post(reverse("notices_read"), sent)
    assert (stopped.status_code, Act.objects.count()) == (409, 0)
    assert f"换回「{first}」，接着提交" in text(stopped)

    client.post("/post/", last_hidden(stopped), follow=True)

    assert list(Act.objects.values_list("page", "post_id")) == [("notices_read", first.pk)]


def test_a_form_whose_post_is_over_is_acted_on_under_no_other(officer):
    client, first, second = officer
    form = typed(client.get(NEW))
    accounts.end(post=first, on=localdate())

    answer = client.post(NEW, form)

    assert (answer.status_code, founded()) == (409, [])
    assert "那个岗位已经不是您的" in text(answer)
    assert "换回" not in text(answer)
    assert client.get("/keys/").context["shell"]["post"] == str(second)


@pytest.mark.parametrize("under", ["x", "-1", "9" * 30, "²", "0"])
def test_what_names_no_post_at_all_is_acted_on_under_none(officer, under):
    client, *_ = officer
    form = {**typed(client.get(NEW)), "under_post": under}
    assert (client.post(NEW, form).status_code, founded()) == (409, [])


def test_a_request_in_the_background_is_told_so_and_changes_nothing(officer):
    client, first, second = officer
    form = typed(client.get(NEW))
    client.post("/post/", {"post": second.pk})

    answer = client.post(NEW, form, headers={"HX-Request": "true"})

    told = (
        f"没有存上：本页是以「{first}」打开的，您在别的窗口换到了「{second}」。"
        "请在那边换回，再接着填。"
    )
    assert (answer.status_code, answer.content.decode(), founded()) == (409, told, [])


def test_ones_own_account_belongs_to_no_post(officer):
    client, first, second = officer
    client.post("/post/", {"post": second.pk})
    sent = {"form_key": str(uuid4()), "under_post": str(first.pk)}
    answer = client.post(reverse("my_sessions_end"), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("my_account"))


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", "desk", "/\\x"])
def test_switching_leads_nowhere_else(officer, elsewhere):
    client, _, second = officer
    answer = client.post("/post/", {"post": second.pk, "next": elsewhere})
    assert (answer.status_code, answer["Location"]) == (302, "/")
