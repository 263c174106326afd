"""The pictures of transfers and of borrowed study."""

from clerk import Clerk
from playwright.sync_api import Browser


def transfers(browser: Browser) -> None:
    """A transfer being asked for, one on its way, one to receive, who went, and a paper file."""
    clerk = Clerk(browser, "clerk")
    clerk.go("/transfers/")
    clerk.picture("transfers", height=620)
    clerk.page.locator("ul.papers a").first.click()
    clerk.page.wait_for_load_state()
    clerk.page.fill("#id_to_school", "杨各庄镇中心小学")
    clerk.picture("transfer-new")
    clerk.go("/transfers/register/?show=out")
    clerk.picture("transfer-register", height=560)
    clerk.go("/transfers/?show=files")
    clerk.follow("打印转递单")
    clerk.picture("transfer-file-slip", height=900)
    receiving = Clerk(browser, "clerk2")
    receiving.go("/transfers/?show=in&state=to_place")
    receiving.open()
    receiving.picture("transfer-case")
    receiving.follow("去办理")
    receiving.page.locator("#id_school_class").select_option(index=1)
    receiving.picture("transfer-turn", height=620)


def borrowing(browser: Browser) -> None:
    """Who is a guest of the host school, and a case of one."""
    home = Clerk(browser, "clerk")
    home.go("/borrowing/out/?q=王")
    home.page.locator("ul.papers a").first.click()
    home.page.fill("#id_outside_school", "秦皇岛市海港区示例小学")
    home.page.fill("#id_outside_office", "秦皇岛市海港区教育和体育局")
    home.page.check("input[name=reason][value=migrant]")
    home.picture("borrowing-lend")
    host = Clerk(browser, "urban")
    host.go("/borrowing/")
    host.picture("borrowing", height=480)
    host.go("/borrowing/?show=cases")
    host.open()
    host.picture("borrowing-case")
