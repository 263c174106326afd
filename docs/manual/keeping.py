"""The pictures of accounts and of who looked at what."""

from clerk import Clerk
from playwright.sync_api import Browser


def accounts(browser: Browser) -> None:
    """A new account with its first password, the list, and what everybody sees of their own."""
    admin = Clerk(browser, "admin")
    admin.go("/accounts/new/")
    admin.page.fill("#id_username", "qqxx-guo")
    admin.page.fill("#id_name", "郭晓红")
    admin.page.fill("#id_place", "清泉小学")
    admin.press("开通")
    admin.picture("account-new", height=640)
    admin.go("/")
    admin.picture("desk-accounts", height=480)
    admin.go("/accounts/")
    admin.picture("accounts", height=560)
    clerk = Clerk(browser, "clerk")
    clerk.go("/accounts/me/")
    clerk.press("结束别处的全部登录")  # of all the chapters before
    clerk.go("/accounts/me/")
    clerk.picture("my-account", height=640)


def audit(browser: Browser) -> None:
    """What people looked at, and who saw one pupil; after all else, so that there is something."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/students/?grade=3")
    name = clerk.page.locator("main tbody th a").first.inner_text()
    auditor = Clerk(browser, "auditor")
    auditor.go("/checks/")
    auditor.picture("checks", height=560)
    auditor.go("/reports/rosters/taken/")
    auditor.picture("taken", height=420)
    auditor.go("/audit/")
    auditor.picture("audit", height=640)
    auditor.page.fill("main input[name=q]", name)
    auditor.press("查找学生")
    with auditor.page.expect_navigation():
        auditor.page.locator("main ul.lines a").first.click()
    auditor.picture("audit-pupil", height=560)
