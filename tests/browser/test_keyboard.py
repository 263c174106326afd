"""A pupil gets a number, by keyboard alone and by what the pages say.

The walker knows roles, labels and keys; no address but the login page's, no id, no mouse.
"""

import re

import pytest
from playwright.sync_api import Page, expect

from tests import pupils
from tests.browser.conftest import log_in
from tests.pupils import id_number
from xueji.students.models import Student

pytestmark = pytest.mark.browser


def focus(page: Page, name: str, *, role: str = "link", exact: bool = False) -> None:
    """Tab until the element of that role and name has the focus; fails after 200 stops."""
    wanted = page.get_by_role(role, name=name, exact=exact).first
    expect(wanted).to_be_visible()
    for _ in range(200):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{role} {name} cannot be reached by Tab")


def press(page: Page, name: str, *, role: str = "link", exact: bool = False) -> None:
    focus(page, name, role=role, exact=exact)
    page.keyboard.press("Enter")


def fill(page: Page, label: str, value: str) -> None:
    """Tab to the field of that label and type."""
    wanted = page.get_by_label(label, exact=True)
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type(value)


def choose(page: Page, label: str, key: str) -> None:
    """Tab to the list of that label and type the code."""
    wanted = page.get_by_label(label, exact=True)
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.type(key)
    expect(wanted).to_have_value(key)


def tick(page: Page, label: str) -> None:
    wanted = page.get_by_label(label, exact=True)
    for _ in range(120):
        if wanted.evaluate("element => element === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Space")


def choose_place(page: Page, label: str, typed: str, shown: str) -> None:
    """Type into a combobox, wait for the village and take it with the keyboard."""
    fill(page, label, typed)
    option = page.get_by_role("option", name=re.compile(shown)).first
    expect(option).to_be_visible()
    if option.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def enter(page: Page, *, number: str, name: str, village: str, typed: str) -> None:
    press(page, "录入新生")
    expect(page.get_by_role("heading", name="录入新生")).to_be_visible()
    fill(page, "身份证件号", number)
    fill(page, "姓名", name)
    for label in ("户口所在地", "现住址", "监护人户口所在地", "出生地"):
        choose_place(page, label, typed, village)
    fill(page, "联系电话", "13931520018")
    fill(page, "成员1姓名", "王建军")
    fill(page, "邮政编码", "064400")
    fill(page, "成员1联系电话", "13931520018")
    fill(page, "上下学距离", "0.8")
    for label, key in (("上下学方式", "1"), ("是否独生子女", "0"), ("是否受过学前教育", "1")):
        choose(page, label, key)
    tick(page, "户口簿")
    tick(page, "房产证明")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(re.compile(f"已提交.*{name}")).first).to_be_visible()


def sign(page: Page, url: str, username: str, name: str) -> None:
    log_in(page, url, username)
    press(page, name)
    expect(page.get_by_role("heading", name=re.compile("我的决定"))).to_be_visible()
    tick(page, "同意")
    press(page, "签署决定", role="button")
    expect(page.get_by_text("已签署：同意")).to_be_visible()


def test_a_and_r_choose_on_the_page_of_a_case_and_sign_nothing(site, window):
    case = pupils.submitted(site)
    page = window()
    log_in(page, site.url, "principal")
    page.goto(f"{site.url}/cases/{case.number}/")
    for key, label in (("r", "退回补正"), ("a", "同意")):
        page.keyboard.press(key)
        choice = page.get_by_role("radio", name=label, exact=True)
        expect(choice).to_be_checked()
        expect(choice).to_be_focused()
    assert not case.steps.filter(decision="agreed").exists()


def put_in_class(page: Page, url: str, username: str, name: str) -> None:
    log_in(page, url, username)
    press(page, "新生入学")
    press(page, "分班")
    tick(page, f"选 {name}")
    tick(page, "一（1）班")
    press(page, "编班", role="button")
    expect(page.get_by_role("status").filter(has_text="一（1）班")).to_be_visible()


def issue(page: Page, url: str, username: str, school: str) -> None:
    log_in(page, url, username)
    press(page, "编号", exact=True)
    press(page, school)
    tick(page, "次序与名单已核对")
    press(page, "发 1 个号", role="button")
    expect(page.get_by_text("已发 1 个号").first).to_be_visible()


PATHS = [
    pytest.param(
        "clerk",
        ["principal", "centre", "county"],
        "centre",
        "清泉小学",
        "军屯",
        "02262601700001",
        id="township",
    ),
    pytest.param(
        "urban",
        ["urban-principal", "county", "county-head"],
        "county",
        "迁安城区小学",
        "迁钢",
        "02262610100001",
        id="urban",
    ),
]


@pytest.mark.parametrize(("clerk", "signers", "allocator", "school", "typed", "number"), PATHS)
def test_a_pupil_gets_a_number(site, window, clerk, signers, allocator, school, typed, number):
    card = id_number()
    page = window()
    log_in(page, site.url, clerk)
    enter(page, number=card, name="王梓涵", village=typed, typed=typed)
    for signer in signers:
        sign(window(), site.url, signer, "王梓涵")
    put_in_class(window(), site.url, clerk, "王梓涵")
    issue(window(), site.url, allocator, school)

    assert Student.objects.get().number == number
