"""A session that ends in another tab, and a form that is left at once: nothing typed is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, log_in
from xueji.cases.models import Case, CaseForm

pytestmark = pytest.mark.browser
SAVED = re.compile("草稿已存")
NOTICE = "已退出登录，刚才填的还没有存上"
SOON = 10_000  # ms


@pytest.fixture
def tabs(site, browser) -> Iterator[BrowserContext]:
    """A clerk's browser: the desk in one tab, an empty form in the other.

    Its console may speak: Chromium says there that an answer was 401 or 403.
    """
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")
    log_in(context.new_page(), site.url, "clerk")
    context.new_page().goto(f"{site.url}/enrollment/new/")
    yield context
    context.close()


@pytest.fixture
def desk(tabs) -> Page:
    return tabs.pages[0]


@pytest.fixture
def form(tabs) -> Page:
    return tabs.pages[1]


def log_out(page: Page) -> None:
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/login/")


def name(form: Page):
    return form.get_by_label("姓名", exact=True)


def kept() -> str:
    return CaseForm.objects.get().values["row"]["name"]


def wait_until_kept(page: Page, typed: str) -> None:
    for _ in range(50):
        if CaseForm.objects.exists() and kept() == typed:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{typed} is not in the draft")


@pytest.mark.parametrize("comes_back", [True, False])
def test_the_form_stays_when_the_session_ends_and_goes_on_after_the_next(
    site, desk, form, comes_back
):
    address = form.url
    log_out(desk)
    name(form).fill("王梓涵")
    expect(form.get_by_text(NOTICE)).to_be_visible()
    expect(form.get_by_text("已退出登录，草稿没有存上")).to_be_visible()
    assert (form.url, name(form).input_value()) == (address, "王梓涵")

    log_in(desk, site.url, "clerk")
    if comes_back:
        form.evaluate("window.dispatchEvent(new Event('focus'))")
    else:
        name(form).fill("王子涵")

    expect(form.get_by_text(SAVED)).to_be_visible(timeout=SOON)
    expect(form.get_by_text(NOTICE)).to_be_hidden()
    assert kept() == name(form).input_value()


def test_what_is_submitted_after_the_session_comes_back_after_the_login(site, desk, form):
    name(form).fill("王梓涵")
    log_out(desk)
    form.get_by_role("button", name="提交", exact=True).click()
    expect(form.get_by_role("heading", name=re.compile("没有提交：登录已经结束"))).to_be_visible()

    log_in(desk, site.url, "clerk")
    form.get_by_role("button", name="回到填写的表").click()

    expect(name(form)).to_have_value("王梓涵")
    form.get_by_role("link", name="新生名单").click()
    wait_until_kept(form, "王梓涵")


def test_a_link_followed_at_once_takes_the_last_field_along(form):
    name(form).fill("王梓涵")
    form.get_by_role("link", name="新生名单").click()
    form.wait_for_url("**/enrollment/")
    wait_until_kept(form, "王梓涵")


def test_a_tab_closed_at_once_takes_the_last_field_along(desk, form):
    name(form).fill("王梓涵")
    form.close(run_before_unload=True)
    wait_until_kept(desk, "王梓涵")


def test_logging_out_of_the_form_itself_saves_it_first(form):
    name(form).fill("王梓涵")
    log_out(form)
    assert kept() == "王梓涵"


def test_a_draft_thrown_away_is_not_saved_again(form):
    name(form).fill("王")
    expect(form.get_by_text(SAVED)).to_be_visible(timeout=SOON)
    form.reload()
    name(form).fill("王梓涵")
    form.get_by_text("删除草稿").click()
    form.get_by_role("button", name="删除", exact=True).click()
    form.wait_for_url("**/enrollment/")
    form.wait_for_timeout(500)
    assert not Case.objects.exists()
