"""Chromium against the running site: nothing leaves the machine, nothing is said on the console."""

import os
import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import pupils
from tests.conduct import entries
from tests.jobs.processes import LONG
from tests.world import PASSWORD, World
from xueji.cases.models import Decision

# Playwright's own event loop makes Django believe it is called from asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# The live server's threads would keep connections that outlive the test database.
connections.databases["default"]["CONN_MAX_AGE"] = 0
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 375, "height": 812}
# a walk is taken at a desk, and with --long on a telephone too
every_width = pytest.mark.parametrize(
    "viewport",
    [
        pytest.param(DESKTOP, id="desk"),
        pytest.param(
            PHONE, id="phone", marks=pytest.mark.skipif(not LONG, reason="only with --long")
        ),
    ],
)
CHROMIUM = os.environ.get("XUEJI_CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(transactional_db, live_server, world) -> World:
    """The world of tests/world.py, served; ``site.url`` is where."""
    world.url = live_server.url
    return world


@pytest.fixture
def busy_site(site):
    """A pupil with a register, a reward and a sanction; a case at the principal, one returned."""
    site.student = pupils.enrolled(site)
    for entry in (entries.reward(), entries.sanction()):
        entries.record(site, site.student, entry)
    site.cases = [site.student.cases.get(), pupils.submitted(site)]
    site.cases.append(
        pupils.sign(site, pupils.submitted(site), "principal", decision=Decision.RETURNED)
    )
    return site


@pytest.fixture
def window(browser) -> Iterator[Callable[..., Page]]:
    """``window(**options)``: a fresh window that fails the test on any outside call or message."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def open_window(viewport: dict[str, int] = DESKTOP, **options) -> Page:
        context = browser.new_context(viewport=viewport, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: _note(said, message.type, message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: _outside(said, request.url))
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert said == []


# htmx says so of a request that ended because the page was left
LEFT_BEHIND = ("htmx:sendAbort", "htmx:afterRequest")
# a form that comes back with what is wrong, or with what somebody else saved meanwhile
REFUSED = re.compile(r"a status of (?:422|409)")


def _note(said: list[str], kind: str, text: str) -> None:
    if text.startswith(LEFT_BEHIND) or REFUSED.search(text):
        return
    if kind in {"error", "warning"}:
        said.append(text)


def _outside(said: list[str], url: str) -> None:
    if not url.startswith(("http://localhost", "http://127.0.0.1", "data:", "blob:")):
        said.append(url)


def log_in(page: Page, url: str, username: str) -> None:
    """By keyboard: account, Tab, password, Enter."""
    page.goto(f"{url}/login/")
    page.get_by_label("账号").focus()
    page.keyboard.type(username)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{url}/")


def logged_in(page: Page, url: str, client: Client) -> None:
    """With the session of a client that is logged in already."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
