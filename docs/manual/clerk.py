"""Somebody at a screen of the demo, who does what the manual tells and takes its pictures."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page
from smaller import smaller

PICTURES = Path(__file__).parent / "pictures"
SITE = (sys.argv[1:] or ["http://127.0.0.1:8000"])[0].rstrip("/")
PASSWORD = os.environ.get("DEMO_PASSWORD") or "Xueji-demo-2026"
CHROMIUM = os.environ.get("XUEJI_CHROMIUM") or shutil.which("chromium")
# greys instead of coloured edges around letters: the files are half as big
FLAGS = ["--no-sandbox", "--disable-lcd-text"]
COUNTY, SCHOOL = "130283", "清泉小学"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(birth: str, order: int) -> str:
    """An invented ID number with the right check digit; odd orders are boys."""
    body = f"{COUNTY}{birth}{order:03d}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


class Clerk:
    """Somebody at a screen of an office PC."""

    def __init__(self, browser: Browser, username: str):
        options = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        self.page: Page = browser.new_page(viewport={"width": 1366, "height": 768}, **options)
        self.page.goto(f"{SITE}/login/")
        self.page.fill("#id_username", username)
        self.page.fill("#id_password", PASSWORD)
        self.press("登录")

    def go(self, path: str) -> None:
        self.page.goto(SITE + path)

    def follow(self, words: str) -> None:
        """Follow the first link of those words on the page."""
        with self.page.expect_navigation():
            self.page.locator(f"main a:has-text('{words}')").first.click()

    def press(self, words: str) -> None:
        """Press the button of those words and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.locator(f"main button:has-text('{words}')").first.click()

    def open(self, words: str = "") -> None:
        """Open the first row of the list whose link has those words."""
        with self.page.expect_navigation():
            self.page.locator(f"main tbody th a:has-text('{words}')").first.click()

    def picture(self, name: str, *, height: int = 768) -> None:
        take(self.page, name, height=height)


def take(page: Page, name: str, *, height: int) -> None:
    page.mouse.move(0, 0)
    page.wait_for_timeout(400)
    clip = {"x": 0, "y": 0, "width": 1366, "height": height}
    png = page.screenshot(clip=clip, animations="disabled")
    (PICTURES / f"{name}.png").write_bytes(smaller(png))


def whole_number(clerk: Clerk) -> str:
    """The document number on the pupil's page that is open, shown for a reason."""
    clerk.page.click("summary:has-text('显示完整号码')")
    clerk.press("显示")
    shown = clerk.page.locator("section[aria-labelledby=identity] li").first
    return shown.inner_text().split()[-1]
