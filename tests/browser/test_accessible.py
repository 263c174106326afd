"""Every page of every role has no WCAG 2.2 A/AA violation, at a desk and on a phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from tests import pupils
from tests.browser.conftest import DESKTOP, PHONE, log_in
from tests.conduct import entries
from xueji.cases.models import Decision

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
ROLES = ["clerk", "principal", "centre", "county", "county-head", "city", "province"]
# whose pages are about people and records, none about pupils
APART = {
    "auditor": ["audit"],
    "admin": ["accounts", "account_new"],
    "security": ["accounts"],
}


def violations(page) -> list[tuple[str, str, str]]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        (fault["id"], page.url, node["html"][:160]) for fault in found for node in fault["nodes"]
    ]


def new_violations(page, viewport, known: set[tuple[int, str]]) -> list[tuple[str, str, str]]:
    """What is wrong with a page, unless one that is built alike was asked at this width before."""
    page.set_viewport_size(viewport)
    key = (viewport["width"], page.evaluate(SKELETON))
    if key in known:
        return []
    known.add(key)
    return violations(page)


@pytest.fixture(scope="module")
def known() -> set[tuple[int, str]]:
    """How the pages of the roles before were built, at each width."""
    return set()


def addresses(site, username: str) -> list[str]:
    """Every page that the person's navigation leads to, one case and one pupil."""
    names = [
        "desk",
        "keys",
        "help",
        *APART.get(username, ["my_account", "my_password", "my_factor"]),
    ]
    if username not in APART:
        names += [
            "students",
            "dossiers",
            "cases",
            "notices",
            "enrollment",
            "enrollment_admissions",
            "numbering",
            "rules",
            "rules_exceptions",
            "reports_rosters",
            "reports_roster_new",
            "organisations",
            "calendar",
            "orders",
        ]
    if username == "clerk":
        names += ["enrollment_new", "enrollment_classes", "enrollment_admission_new"]
    if username == "county":
        names += ["organisation_new", "organisations_import", "calendar_edit", "order_new"]
    pages = [reverse(name) for name in names]
    if "accounts" in names:
        pages += [reverse("account", args=[site.posts["clerk"].user_id])]
    if username == "clerk":
        pages += [reverse("student_edit", args=[site.student.pk])]
        pages += [reverse("enrollment_attendance", args=[site.student.pk])]
    if username not in APART:
        pages += ["/cases/?tab=others", "/students/?q=没有这个人"]
        pages += [reverse("case", args=[case.number]) for case in site.cases]
        pages += [
            reverse("student_card", args=[site.student.pk]),
            reverse("student_sheet", args=[site.student.pk]),
            reverse("class_sheets", args=[site.schools["清泉小学"].classes.get(number=1).pk]),
            reverse("enrollment_roll", args=[site.schools["清泉小学"].pk, 2026]),
            reverse("enrollment_sheet", args=[site.cases[1].number]),
        ]
        tabs = ("facts", "family", "sheet", "file", "conduct", "history", "cases")
        pages += [f"{reverse('student', args=[site.student.pk])}?tab={tab}" for tab in tabs]
        pages += [f"{reverse('student', args=[site.student.pk])}?on=2026-09-02"]
        pages += ["/students/?place=former"]
        pages += ["/rules/?by=topic", reverse("rule", args=["entry.underage"])]
        school = site.schools["清泉小学"].pk
        pages += [reverse("numbering_series", args=[school, "primary", 2026])]
        pages += [reverse("organisation", args=[school])]
    if username == "county":
        of_school = ("organisation_edit", "organisation_stages", "organisation_catchment")
        pages += [reverse(name, args=[school]) for name in of_school]
    return pages


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


@pytest.mark.parametrize("username", [*ROLES, *APART])
def test_every_page_of_the_role_is_accessible(busy_site, window, username, known):
    """Head and menu, which are the role's own, are asked on its first page."""
    faults, page = [], window(DESKTOP)
    log_in(page, busy_site.url, username)
    for address in addresses(busy_site, username):
        answer = page.goto(busy_site.url + address)
        assert (address, answer.status) == (address, 200)
        for viewport in (DESKTOP, PHONE):
            asked = set() if address == reverse("desk") else known
            faults += new_violations(page, viewport, asked)
            wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
            assert (address, wide) == (address, False)
    assert faults == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_pages_in_front_of_the_login_are_accessible(site, window, viewport):
    page = window(viewport)
    page.goto(f"{site.url}/login/")
    faults = violations(page)
    page.get_by_label("账号").fill("nobody")
    page.get_by_label("密码").fill("falsch-falsch")
    page.get_by_role("button", name="登录").click()
    page.get_by_role("alert").wait_for()
    assert faults + violations(page) == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_edit_of_a_pupil_is_accessible_open_refused_and_in_two_versions(
    busy_site, window, viewport
):
    address = f"{busy_site.url}{reverse('student_edit', args=[busy_site.student.pk])}"
    page, other = window(viewport), window(viewport)
    for one in (page, other):
        log_in(one, busy_site.url, "clerk")
        one.goto(address)
        for fold in one.locator("details.fold").all():
            fold.locator("summary").click()
    faults = violations(page)
    page.get_by_label("邮政编码").fill("0644")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_role("alert").wait_for()
    faults += violations(page)
    page.get_by_label("邮政编码").fill("064401")
    page.get_by_label("修改原因").fill("搬家")
    page.get_by_role("button", name="保存修改").click()
    page.get_by_text("改动记在履历最上面一条").wait_for()
    other.get_by_label("特长").fill("围棋")
    other.get_by_label("修改原因").fill("搬家")
    other.get_by_role("button", name="保存修改").click()
    other.get_by_text("您的版本").wait_for()
    wide = other.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert (faults + violations(other), wide) == ([], False)
