"""A form that comes back shows at once what is wrong with it, also on a small window."""

import pytest
from playwright.sync_api import Page, expect

from tests import pupils
from tests.browser.conftest import DESKTOP, PHONE, log_in
from tests.numbering import making
from tests.numbering.browsing import page_of

pytestmark = pytest.mark.browser


def signing(site, page: Page) -> tuple[str, str]:
    case = pupils.submitted(site)
    log_in(page, site.url, "principal")
    page.goto(f"{site.url}/cases/{case.number}/")
    page.get_by_role("radio", name="退回补正").check()
    page.get_by_role("button", name="签署决定").click()
    return "textbox", "意见"


def issuing(site, page: Page) -> tuple[str, str]:
    making.entrants(site, making.names(30))
    log_in(page, site.url, "centre")
    page.goto(site.url + page_of(site))
    page.get_by_role("button", name="发 30 个号").click()
    return "checkbox", "核对"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("sent", [signing, issuing])
def test_what_is_wrong_is_seen_and_has_the_focus(site, window, sent, viewport):
    page = window(viewport)
    role, label = sent(site, page)
    error = page.locator("main .error").first
    expect(error).to_be_in_viewport()
    expect(page.get_by_role(role, name=label)).to_be_focused()
