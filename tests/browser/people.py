"""People of a site at their screens, who know of a page what it says: labels, buttons and links.

Every page on the way is looked at: whether it is accessible and no wider than its window.
"""

import re
from collections.abc import Callable, Mapping, Sequence

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.test_accessible import SKELETON, violations
from tests.world import World

TALL = 4000
SIGN_ONLY = ("principal", "county_head")  # who sign on a phone


def named(words: str) -> re.Pattern[str]:
    """A link may have a count after its words, a button its keys."""
    return re.compile(f"^{words}( |$)")


class People:
    """``people("clerk")``: that person, logged in, always at the same window."""

    def __init__(
        self, site: World, window: Callable[..., Page], known: set[tuple[int, str]] | None = None
    ):
        self.site, self.window = site, window
        self.known = set() if known is None else known
        self.faults: list[tuple[str, str, str]] = []
        self._at: dict[str, Person] = {}

    def __call__(self, username: str) -> "Person":
        if username not in self._at:
            self._at[username] = Person(self, username)
        return self._at[username]

    def sign(self, child: str, *signers: str) -> None:
        for username in signers:
            self(username).sign(child)


class Person:
    def __init__(self, people: People, username: str):
        post = people.site.posts[username]
        client = Client()
        client.force_login(post.user)
        name = settings.SESSION_COOKIE_NAME
        session = {"name": name, "value": client.cookies[name].value, "url": people.site.url}
        self.people = people
        self.viewport = PHONE if post.role in SIGN_ONLY else DESKTOP
        self.page = people.window(self.viewport)
        self.page.context.add_cookies([session])
        self.main = self.page.locator("main")

    # -- finding one's way ------------------------------------------------------------------------
    def look(self) -> None:
        """At the whole page at once: the bar of buttons floats over what one scrolls to."""
        page, faults, known = self.page, self.people.faults, self.people.known
        page.set_viewport_size({**self.viewport, "height": TALL})
        built = (self.viewport["width"], page.evaluate(SKELETON))
        if built not in known:
            known.add(built)
            faults += violations(page)
        page.set_viewport_size(self.viewport)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            faults.append(("too wide", page.url, str(self.viewport["width"])))

    def go(self, *words: str) -> None:
        """From the desk, by the menu and the links of that name."""
        self.page.goto(self.people.site.url)
        for word in words:
            if self.page.viewport_size == PHONE and word == words[0]:
                self.page.get_by_role("link", name="菜单", exact=True).click()
            self.follow(word)

    def follow(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("link", name=named(words)).first.click()
        self.look()

    def press(self, words: str) -> None:
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=named(words)).first.click()
        self.look()

    def fill(self, fields: Mapping[str, str]) -> None:
        for label, value in fields.items():
            self.main.get_by_label(label, exact=True).fill(value)

    def choose(self, fields: Mapping[str, str]) -> None:
        for label, option in fields.items():
            self.main.get_by_label(label, exact=True).select_option(option)

    def tick(self, *labels: str) -> None:
        for label in labels:
            self.main.get_by_label(label, exact=True).check()

    def unfold(self) -> None:
        # the last first: what is open is not counted among the folded any more
        for group in reversed(self.page.locator("details.fold:not([open]) > summary").all()):
            group.click()
        self.look()

    def take_place(self, label: str, typed: str) -> None:
        """Type a part of a village's name and take the only one that has it."""
        self.main.get_by_label(label, exact=True).click()
        self.page.keyboard.type(typed)
        expect(self.page.locator(".choose-list li:visible")).to_have_count(1)
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Enter")

    def reads(self, words: str) -> None:
        expect(self.main.get_by_text(words).first).to_be_visible()

    # -- cases ------------------------------------------------------------------------------------
    def sees(self, child: str, turn: str, *, show: str = "转出") -> None:
        """In the list of transfers and on the case: whose turn it is, and since when."""
        self.go("转学", show)
        row = self.page.get_by_role("row").filter(has_text=child).first
        expect(row).to_contain_text(turn)
        expect(row).to_contain_text("0 天")
        self.follow(child)
        head = self.main.get_by_text(f"轮到{turn}，今天送到")
        expect(head).to_be_visible()

    def turn_of(self, child: str) -> None:
        """Open the case that waits for this person's signature."""
        self.go("业务待办", child)
        self.reads("轮到我")

    def mends(self, child: str, why: str) -> None:
        """The maker opens the form of what was sent back, and reads why."""
        self.go("业务待办", child)
        self.reads(why)
        self.follow("改正后重新提交")

    def sign(self, child: str, verdict: str = "同意", note: str = "") -> None:
        """A principal's or an office's decision on the page of the case."""
        self.turn_of(child)
        self.tick(verdict)
        if note:
            self.fill({"意见": note})
        self.press("签署决定")
        self.reads("已签署")

    def answer(self, child: str, verdict: str = "同意", *, into: str = "", note: str = "") -> None:
        """A clerk's turn: the class at the placement, and the decision."""
        self.turn_of(child)
        self.follow("去办理")
        if into:
            self.choose({"编入班级": into})
        self.tick(verdict)
        if note:
            self.fill({"意见": note})
        self.press("签署")
        self.reads("已签署")

    def end(self, child: str, act: str, *, show: str = "转出", why: str = "家长又不转了") -> None:
        """Withdraw, close or undo: an act with its reason at the end of the case's page."""
        button, opened, label = ENDS[act]
        self.go("转学", show)
        self.follow(child)
        self.main.get_by_text(opened, exact=True).click()
        self.look()
        self.fill({label: why})
        self.press(button)

    # -- transfers --------------------------------------------------------------------------------
    def asks(
        self,
        child: str,
        to: str,
        papers: Sequence[str] = ("户口簿", "房产证明"),
        *,
        reason: str = "户口及家庭住址迁移",
        office: str = "",
        exception: str = "",
    ) -> None:
        """The leaving school asks; with an ``office`` the school ``to`` is outside the register."""
        self.go("转学", "办理转学")
        self.fill({"学生": child})
        self.press("查找")
        if office:
            self.tick("系统以外的学校")
            self.fill({"系统外的学校": to, "该校主管部门": office})
        else:
            self.fill({"转入学校": to})
        self.tick(reason)
        self.send(papers, exception)

    def send(self, papers: Sequence[str] = (), exception: str = "") -> None:
        """Send the form; what the page says is lacking is given, and it is sent again."""
        self.press("(重新)?提交")
        if papers or exception:
            self.reads("没有提交，填的内容都在")
            self.tick(*papers)
            if exception:
                self.fill({"申请例外的理由": exception})
            self.press("(重新)?提交")
        self.reads("已提交")

    def finds(self, number: str, name: str) -> None:
        """The receiving school looks for the pupil by the whole number."""
        self.go("转学", "转入学生")
        self.fill({"身份证件号": number, "姓名": name})
        self.press("查找")


# button → what is opened for it, and how its reason is called
ENDS = {
    "withdraw": ("撤回", "撤回这件业务", "撤回原因"),
    "undo": ("撤销", "撤销转学", "撤销原因"),
    "close": ("关闭", "关闭卡住的业务件", "关闭原因"),
}
