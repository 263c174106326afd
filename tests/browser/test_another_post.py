"""The page in place of an answer to a form of another post: accessible, and gone by keyboard."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, log_in
from tests.browser.test_accessible import faults_of
from tests.browser.test_keyboard import fill, press
from tests.world import hire_also
from xueji.organisations.models import Organisation

pytestmark = pytest.mark.browser
NEW = "/organisations/new/?kind=centre"


@pytest.fixture
def tab(browser) -> Iterator[Page]:
    """One whose console may speak: Chromium and htmx say there that an answer was 403 or 409."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.fixture
def form(site, tab):
    """A form of one county, half typed, while another tab has switched to the other county."""
    second = hire_also(site, "county", "滦州市教育局")
    long = "迁安市教育和体育局学籍管理中心"
    Organisation.objects.filter(name="迁安市教育局").update(name=long)
    log_in(tab, site.url, "county")
    tab.goto(site.url + NEW)
    fill(tab, "名称", "新镇中心校")
    other = tab.context.new_page()
    other.goto(site.url)
    other.get_by_label("切换岗位").click()
    other.get_by_role("button", name=str(second)).click()
    other.wait_for_url(f"{site.url}/")
    return tab


def test_the_way_back_is_pressed_by_keyboard_and_leads_to_what_was_typed(form):
    press(form, "保存", role="button")
    expect(form.get_by_role("heading", name="没有提交：其间换过岗位")).to_be_visible()
    assert faults_of(form) == []
    press(form, "回到填写的表", role="button")
    expect(form.get_by_label("名称", exact=True)).to_have_value("新镇中心校")


def test_after_a_login_between_the_page_is_there_again_with_what_was_typed(site, form):
    press(form, "保存", role="button")
    expect(form.get_by_role("heading", name="没有提交：其间换过岗位")).to_be_visible()
    form.context.clear_cookies()
    press(form, "回到填写的表", role="button")
    expect(form.get_by_role("heading", name="没有提交：登录已经结束")).to_be_visible()
    found = faults_of(form)
    log_in(form.context.new_page(), site.url, "county")
    press(form, "回到填写的表", role="button")
    expect(form.get_by_role("heading", name="没有提交：登录结束过")).to_be_visible()
    assert found + faults_of(form) == []
    press(form, "回到填写的表", role="button")
    expect(form.get_by_label("名称", exact=True)).to_have_value("新镇中心校")
    assert not Organisation.objects.filter(name="新镇中心校").exists()


def test_the_checks_of_a_form_are_made_again_after_switching_back(site, tab):
    """They say meanwhile why they are old; nobody has to type for it, and nothing is sent."""
    second = hire_also(site, "clerk", "邻泉小学")
    log_in(tab, site.url, "clerk")
    tab.goto(site.url + reverse("enrollment_deferral_new"))
    other = tab.context.new_page()

    def switch(post) -> None:
        other.goto(site.url)
        other.get_by_label("切换岗位").click()
        other.get_by_role("button", name=str(post)).click()
        other.wait_for_url(f"{site.url}/")

    checks = tab.get_by_label("核对", exact=True)
    switch(second)
    tab.get_by_label("身份证件号", exact=True).fill("13028320200101001")
    expect(checks.get_by_text(f"您在别的窗口换到了「{second}」")).to_be_visible()
    expect(checks.get_by_text("先输身份证件号")).to_be_visible()
    switch(site.posts["clerk"])
    tab.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(checks.get_by_role("heading", name="还差")).to_be_visible()
    expect(checks.get_by_text("您在别的窗口换到了")).to_be_hidden()
