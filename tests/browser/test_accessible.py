"""Every page of every role has no WCAG 2.2 A/AA violation, at a desk and on a phone.

The short run opens one page of each kind for whoever sees it first: a page is fetched, and opened
only where something in it was on no page before. With --long every page is opened by everybody.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests.browser.addresses import APART, ROLES, addresses, kinds
from tests.browser.conftest import DESKTOP, PHONE, logged_in
from tests.jobs.processes import LONG

pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# kinds of elements of a page, by what stands around them: neither words nor numbers of rows
SKELETON = """() => [...new Set([...document.querySelectorAll("main *")].map((element) => {
    const around = [];
    for (let at = element; at && at.tagName !== "MAIN"; at = at.parentElement)
        around.push(`${at.tagName}.${at.getAttribute("class") || ""}`);
    const attributes = [...element.attributes].map((attribute) => attribute.name).sort();
    return `${around.join("<")} ${attributes} ${element.textContent.trim() === ""}`;
}))].sort().join("\\n")"""


def violations(page) -> list[tuple[str, str, str]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        (fault["id"], page.url, node["html"][:160]) for fault in found for node in fault["nodes"]
    ]


def faults_of(page, *, asking_axe: bool = True) -> list[tuple[str, str, str]]:
    """What is wrong with a page as it stands, at a desk and on a telephone."""
    faults = []
    for viewport in (DESKTOP, PHONE):
        page.set_viewport_size(viewport)
        page.evaluate("scrollTo(0, 0)")  # as it is opened
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(("wider than the window", page.url, f"{viewport['width']}"))
        if asking_axe:
            faults += violations(page)
    return faults


def test_every_page_of_every_role_is_accessible(busy_site, window, client_of):
    """Head and menu, which are the role's own, are asked on its first page."""
    faults, known, met = [], set(), set()
    for username in (*ROLES, *APART):
        client, page = client_of(username), window(DESKTOP)
        logged_in(page, busy_site.url, client)
        for address in addresses(busy_site, username):
            answer = client.get(address)
            assert (username, address, answer.status_code) == (username, address, 200)
            new = kinds(answer.content.decode()) - met
            if not (new or LONG or address == reverse("desk")):
                continue
            met |= new
            assert (address, page.goto(busy_site.url + address).status) == (address, 200)
            built = page.evaluate(SKELETON)
            is_new = built not in known or address == reverse("desk")
            faults += faults_of(page, asking_axe=is_new)
            known.add(built)
        page.context.close()
    assert faults == []


def test_the_pages_in_front_of_the_login_are_accessible(site, window):
    page = window()
    page.goto(f"{site.url}/login/")
    faults = faults_of(page)
    page.get_by_label("账号").fill("nobody")
    page.get_by_label("密码").fill("falsch-falsch")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    assert faults + faults_of(page) == []


def test_the_edit_of_a_pupil_is_accessible_open_refused_and_in_two_versions(
    busy_site, window, client_of
):
    address = f"{busy_site.url}{reverse('student_edit', args=[busy_site.student.pk])}"
    client, page, other = client_of("clerk"), window(), window()
    for one in (page, other):
        logged_in(one, busy_site.url, client)
        one.goto(address)
        for fold in one.locator("details.fold").all():
            fold.locator("summary").click()
    faults = faults_of(page)
    page.get_by_label("邮政编码").fill("0644")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_role("alert").wait_for()
    faults += faults_of(page)
    page.get_by_label("邮政编码").fill("064401")
    page.get_by_label("修改原因").fill("搬家")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_text("改动记在履历最上面一条").wait_for()
    other.get_by_label("特长").fill("围棋")
    other.get_by_label("修改原因").fill("搬家")
    other.get_by_role("button", name="保存修改").click()
    other.get_by_text("您的版本").wait_for()
    assert faults + faults_of(other) == []
