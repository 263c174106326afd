"""Every kind of page at 200 % and by keyboard alone, and a case approved on a telephone."""

import pytest
from playwright.sync_api import expect

from tests import pupils
from tests.browser.addresses import APART, ROLES, addresses, kinds
from tests.browser.conftest import DESKTOP, PHONE, log_in, logged_in
from tests.jobs.processes import LONG
from xueji.cases.models import State

pytestmark = pytest.mark.browser
# a window of 1366 × 768 in which everything is twice as large
ZOOMED, TWICE = {"width": 683, "height": 384}, 2
# text that is wider or higher than the box that hides what does not fit
CUT = """() => [...document.querySelectorAll("body *")].filter((element) => {
    const style = getComputedStyle(element);
    if (!element.textContent.trim() || element.clientWidth < 2
        || element.closest("[aria-hidden=true]")) return false;
    const hides = (overflow) => overflow === "hidden" || overflow === "clip";
    return (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
        || (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
}).map((element) => element.outerHTML.slice(0, 160))"""
# all that can be operated, and from then on which of it had the focus, and looked like it
WATCH = """() => {
    const controls = "a[href], button, input, select, textarea, summary, [tabindex='0']";
    window.controls = [...document.querySelectorAll(controls)].filter((element) =>
        element.type !== "hidden" && !element.disabled && element.tabIndex >= 0
        && element.checkVisibility({visibilityProperty: true}));
    window.met = new Set(); window.unseen = new Set();
    const looks = (element) => {
        const {outlineStyle, outlineWidth, boxShadow} = getComputedStyle(element);
        return outlineStyle !== "none" && outlineWidth !== "0px" || boxShadow !== "none";
    };
    document.addEventListener("focusin", ({target}) => {
        window.met.add(target);
        if (!looks(target)) window.unseen.add(target);
    });
    document.activeElement.blur();
    // a date has a stop for year, month, day and calendar
    return window.controls.length + 3 * document.querySelectorAll("[type=date]").length;
}"""
# one radio button stands for its group, which arrows go through
MISSED = """() => {
    const radios = [...window.met].filter((element) => element.type === "radio");
    const groups = new Set(radios.map((element) => element.name));
    const told = (element) => element.outerHTML.slice(0, 160);
    return [
        window.controls.filter((element) => element.isConnected && !window.met.has(element)
            && !(element.type === "radio" && groups.has(element.name))).map(told),
        [...window.unseen].map(told),
    ];
}"""


def every_kind_of_page(site, client_of):
    """Role, client and address of each page that has something no page before it had."""
    met: set = set()
    for username in (*ROLES, *APART):
        client = client_of(username)
        for address in addresses(site, username):
            new = kinds(client.get(address).content.decode()) - met
            met |= new
            if new:
                yield username, client, address


@pytest.mark.skipif(not LONG, reason="minutes: only with --long")
def test_at_200_percent_nothing_is_cut_and_no_page_scrolls_sideways(busy_site, window, client_of):
    faults, page = [], window(ZOOMED, device_scale_factor=TWICE)
    for _username, client, address in every_kind_of_page(busy_site, client_of):
        logged_in(page, busy_site.url, client)
        page.goto(busy_site.url + address)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append((address, "wider than the window"))
        faults += [(address, html) for html in page.evaluate(CUT)]
    assert faults == []


@pytest.mark.skipif(not LONG, reason="minutes: only with --long")
def test_every_control_of_every_page_is_reached_by_tab_and_shows_it(busy_site, window, client_of):
    faults, page = [], window(DESKTOP)
    for _username, client, address in every_kind_of_page(busy_site, client_of):
        logged_in(page, busy_site.url, client)
        page.goto(busy_site.url + address)
        for _ in range(page.evaluate(WATCH) + 3):
            page.keyboard.press("Tab")
        missed, unseen = page.evaluate(MISSED)
        faults += [(address, "not reached", html) for html in missed]
        faults += [(address, "focus not seen", html) for html in unseen]
    assert faults == []


def test_a_county_officer_approves_on_a_telephone(site, window):
    case = pupils.submitted(site)
    for signer in ("principal", "centre"):
        pupils.sign(site, case, signer)
    page = window(PHONE, has_touch=True)
    log_in(page, site.url, "county")
    page.get_by_role("link", name=case.title).first.tap()
    page.get_by_label("同意", exact=True).tap()
    page.get_by_role("button", name="签署决定").tap()
    expect(page.get_by_text("已签署：同意")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth > window.innerWidth") is False
    case.refresh_from_db()
    assert case.state == State.DONE
