"""What people do through the pages: log in, enter a pupil, sign, assign a class, issue, undo."""

import random
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from tests.races.browser import Answer, Browser, Fields, Form, History, Sending, words

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
SOUNDS = "安邦博才晨达德恩芳刚国海涵浩宏佳健杰可兰乐力明娜宁鹏平琪强若珊升思涛雯小雅毅悦泽"
PAPERS = ("household_book", "property_proof")
NOTES = {"agreed": "", "returned": "请核对住址", "refused": "不在服务范围"}
LINK = re.compile(r'href="/cases/(\d{4}-\d+)/"')
PREVIEWED = re.compile(
    r'<th scope="row">([^<]+)<span class="why">.*?</th>\s*<td class="fit">(.*?)</td>', re.S
)


@dataclass(frozen=True)
class Pupil:
    """A child no other child looks like: own name, own sound of it, own number."""

    name: str
    id_number: str


def pupil(serial: int, *, year: int) -> Pupil:
    """The child of that serial, six years old on 31 August of ``year``."""
    rest, family = divmod(serial, len(SURNAMES))
    second, first = divmod(rest, len(SOUNDS))
    name = SURNAMES[family] + SOUNDS[first] + SOUNDS[second % len(SOUNDS)]
    born = date(year - 7, 9, 1) + timedelta(days=serial % 365)
    digits = f"130283{born:%Y%m%d}{serial // 365 % 999 + 1:03d}"
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return Pupil(name, digits + "10X98765432"[total % 11])


class Client(Browser):
    """One person at work; every method fills in one form as the page in front of them allows."""

    def __init__(self, port: int, history: History, username: str, world: dict[str, Any]) -> None:
        super().__init__(port, history)
        self.username, self.world = username, world
        self.next: Form | None = None  # the empty form that an entry led to

    def login(self) -> None:
        """Log in, and again where the site went away meanwhile."""
        form = self.get("/login/").form("/login/")
        assert form is not None
        typed = form.filled(("username", self.username), ("password", self.world["password"]))
        answer = self.send(Sending("login", "/login/", typed, {"who": self.username}))
        if answer.outcome == "unknown":
            self.login()
        assert "xueji" in self.cookies, (self.username, answer)

    def _filled(self, act: str, form: Form, *typed: tuple[str, str], **says: Any) -> Sending:
        return Sending(act, form.action, form.filled(*typed), {"who": self.username, **says})

    # -- entering -----------------------------------------------------------------------------
    def entry(self, child: Pupil, school: dict[str, Any], *, id_number: str = "") -> Sending:
        """The form of a new pupil in whom nothing is wrong; ``id_number`` as it is written."""
        form = self.next or self.get("/enrollment/new/").form("/enrollment/new/")
        assert form is not None
        self.next = None
        child = replace(child, id_number=id_number or child.id_number)
        return self._filled("enter", form, *typed(child, school), name=child.name)

    def enter(self, entry: Sending) -> Answer:
        """Send an entry; its answer brings the form of the next pupil."""
        answer = self.send(entry)
        if answer.outcome == "done" and answer.page:
            self.next = answer.page.form("/enrollment/new/")
        return answer

    def other(self, used: Sending, child: Pupil, school: dict[str, Any]) -> Sending:
        """The same form, key included, sent again for another child."""
        form = Form(used.path, "", used.fields)
        sending = self._filled("enter_other", form, *typed(child, school), name=child.name)
        return replace(sending, planted="other content")

    # -- signing ------------------------------------------------------------------------------
    def signing(self, *, decision: str = "agreed", most: int = 50) -> Sending | None:
        """Tick what waits for me and sign it together; None when nothing waits."""
        form = self.get("/cases/").form("/cases/decide/")
        seen = form.ticks.get("case", [])[:most] if form else []
        if not form or not seen:
            return None
        marks = [("case", pair) for pair in seen]
        verdict = [("note", NOTES[decision]), ("decision", decision)]
        return self._filled("sign_all", form, *marks, *verdict, cases=seen, decision=decision)

    def waiting(self) -> list[str]:
        """Numbers of the cases that wait for me."""
        return LINK.findall(self.get("/cases/").html)

    def verdict(self, number: str, *, decision: str = "agreed", older: int = 0) -> Sending | None:
        """Sign one case on its page; ``older``: as a page that was opened so much earlier."""
        form = self.get(f"/cases/{number}/").form("/decide/")
        if form is None:
            return None
        version = str(int(dict(form.fields)["version"]) - older)
        typed = [("decision", decision), ("note", NOTES[decision]), ("version", version)]
        sending = self._filled("sign_one", form, *typed, case=number, decision=decision)
        return replace(sending, planted="old version") if older else sending

    def undoing(self, number: str) -> Sending | None:
        """Undo an entry; None when its page does not offer it to me."""
        form = self.get(f"/cases/{number}/").form("/reverse/")
        if form is None:
            return None
        return self._filled("undo", form, ("reason", "未报到"), case=number)

    # -- classes and numbers ------------------------------------------------------------------
    def assignment(self, luck: random.Random, *, most: int = 100) -> Sending | None:
        """Put whoever waits into one of the classes; None when nobody waits."""
        form = self.get("/enrollment/classes/").form("/enrollment/classes/")
        waiting = form.ticks.get("students", [])[:most] if form else []
        if not form or not waiting:
            return None
        chosen = luck.choice(form.ticks["school_class"])
        marks = [("students", pk) for pk in waiting]
        return self._filled("assign", form, *marks, ("school_class", chosen), students=waiting)

    def issuing(self, school: dict[str, Any], *, token: str = "") -> Sending | None:
        """Issue what the preview shows; ``token``: as a preview that is not true any more."""
        form = self.get(f"/numbering/{school['pk']}/primary/{self.world['year']}/").form("/issue/")
        if form is None or not form.key:
            return None
        pairs = [
            (name.strip(), words(cell.split('<span class="why"')[0]).replace(" ", ""), "补" in cell)
            for name, cell in PREVIEWED.findall(form.html)
        ]
        ticks = (("checked", "on"), ("despite", "on"))
        sending = self._filled("issue", form, *ticks, pairs=pairs)
        if not token:
            return sending
        fields = [(name, token if name == "token" else value) for name, value in sending.fields]
        return replace(sending, fields=fields, says={"pairs": []}, planted="old preview")


def typed(child: Pupil, school: dict[str, Any]) -> Fields:
    """What is typed into the form of a new pupil."""
    places = [
        (f"{key}_{part}", school["village" if part == "code" else "place"])
        for key in ("hukou", "address", "guardian_hukou", "birth_place")
        for part in ("code", "text")
    ]
    way = [("postcode", "064400"), ("distance", "0.8"), ("travel", "1")]
    child_is = [("only_child", "0"), ("preschool", "1")]
    parent = [("m1_name", child.name[0] + "建军"), ("m1_phone", "13931520018")]
    papers = [(f"paper_{paper}", "on") for paper in PAPERS]
    pupil = [("id_number", child.id_number), ("name", child.name), ("hukou_kind", "1")]
    return [*pupil, *places, *way, *child_is, *parent, *papers, ("save", "next")]
