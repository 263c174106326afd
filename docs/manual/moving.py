"""The pictures of transfers and of borrowed study."""

from clerk import Clerk
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
    """Who is a guest of the host school, and a case of one."""
    host = Clerk(browser, "urban")
    host.go("/borrowing/")
    host.picture("borrowing", height=480)
    host.go("/borrowing/?show=cases")
    host.open()
    host.picture("borrowing-case")
