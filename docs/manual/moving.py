"""The pictures of transfers and of borrowed study."""

from clerk import Clerk, whole_number
from playwright.sync_api import Browser


def transfers(browser: Browser) -> None:
    """A transfer being asked for, one on its way, one to receive, and the register of who went."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/transfers/")
    clerk.picture("transfers", height=620)
    clerk.page.locator("ul.papers a").first.click()
    clerk.page.wait_for_load_state()
    clerk.page.fill("#id_to_school", "杨各庄镇中心小学")
    clerk.picture("transfer-new")
    clerk.go("/transfers/register/?show=out")
    clerk.picture("transfer-register", height=560)
    receiving = Clerk(browser, "clerk2")
    receiving.go("/transfers/?show=in&state=to_place")
    receiving.open()
    receiving.picture("transfer-case")
    receiving.follow("去办理")
    receiving.picture("transfer-turn", height=620)


def borrowing(browser: Browser) -> None:
    """A pupil of a township school becomes a guest in town: the form, the case, the list."""
    county = Clerk(browser, "county")
    county.go("/students/?school=清泉小学&grade=5&status=enrolled")
    row = county.page.locator("main tbody tr").last.locator("th a")
    name = row.inner_text()
    row.click()
    county.page.wait_for_load_state()
    number = whole_number(county)
    host = Clerk(browser, "urban")
    host.go("/borrowing/new/")
    host.page.fill("#id_id_number", number)
    host.page.fill("#id_name", name)
    host.press("查找")
    host.page.select_option("#id_school_class", label="五（1）班")
    host.page.locator("input[name=reason]").first.check()
    host.picture("borrowing-new")
    for paper in host.page.locator("input[name=papers]").all():
        paper.check()
    host.press("提交")
    for username in ("urban-principal", "principal", "county"):
        signer = Clerk(browser, username)
        signer.go("/cases/")
        signer.open(name)
        if username == "principal":
            signer.picture("borrowing-case")
        signer.page.get_by_label("同意", exact=True).check()
        signer.press("签署决定")
    host.go("/borrowing/")
    host.picture("borrowing", height=480)
