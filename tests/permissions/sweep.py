"""Asks every question of the table and keeps what the detectors saw in each answer."""

import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import Resolver404, resolve

from tests.permissions import asking, detectors
from tests.permissions.site import Site
from tests.permissions.table import METHODS, PLAYED_BY, Ask, answer_to, asks
from xueji.accounts.models import User
from xueji.audit.models import Access

LONG_RUN = os.environ.get("XUEJI_LONG") == "1"
# what is answered the same way for every row, and other methods by every page: the short run asks
# for the nearest rows and one further, and at each page for one of the other methods
EVERYWHERE = ("GET", "POST")
OTHERS = ("HEAD", "PUT", "OPTIONS", "PATCH", "DELETE")
NEAREST = {"-", "own", "below", "draft", "missing"}
# succeeds without leading anywhere, and keeps what was typed
KEEPS_AND_STAYS = {"enrollment_draft", "transfer_draft", "borrowing_draft", "borrowing_lend_draft"}


@dataclass
class Answer:
    """One answer, and everything that is wrong with it."""

    ask: Ask
    status: int
    to: str  # name of the page it leads to
    expected: str
    same_as: str  # fingerprint of what it says
    leaks: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    pupils: set[int] = field(default_factory=set)

    @property
    def got(self) -> str:
        """In the words of the table."""
        if self.status == 302:
            return "login" if self.to == "login" and self.expected == "login" else f"302:{self.to}"
        return str(self.status)

    def __str__(self) -> str:
        ask = self.ask
        return f"{ask.method} {ask.url} as {ask.role}, {ask.position}"


class Clients:
    """One browser for all people; each request starts with the cookies of its person's login."""

    def __init__(self, site: Site):
        self.site, self.seen = site, 0
        self._client = Client(raise_request_exception=False)
        self._cookies = {"": SimpleCookie()}

    def of(self, username: str) -> Client:
        if username not in self._cookies:
            self._client.cookies = SimpleCookie()
            self._client.force_login(User.objects.get(username=username))
            self._cookies[username] = self._client.cookies.copy()
        self._client.cookies = self._cookies[username].copy()
        return self._client

    def new_looks(self) -> list[Access]:
        """Rows of the access log since the last question."""
        found = list(Access.objects.filter(pk__gt=self.seen).order_by("pk"))
        self.seen = found[-1].pk if found else self.seen
        return found


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside never was."""
    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


def send(clients: Clients, ask: Ask) -> tuple[HttpResponse, str]:
    """Ask once; the answer, and everything that was sent."""
    site = clients.site
    path = asking.address(site, ask)
    data = asking.form(site, ask) if ask.method == "POST" else {}
    client = clients.of(PLAYED_BY[ask.role])
    response = getattr(client, ask.method.lower())(path, data)
    return response, f"{path} {data}"


def examine(clients: Clients, ask: Ask) -> Answer:
    """Ask once and let every detector look at the answer."""
    response, sent = send(clients, ask)
    looks = clients.new_looks() if response.status_code != 405 else []
    site, text = clients.site, detectors.text_of(response)
    post = site.world.posts.get(PLAYED_BY[ask.role])
    path = post.organisation.path if post else "none"
    return Answer(
        ask=ask,
        status=response.status_code,
        to=name_of(response.headers.get("Location", "")),
        expected=answer_to(ask),
        same_as=detectors.same(text),
        leaks=detectors.leaks(site, path, text, sent=sent),
        log=detectors.log_faults(site, text, looks, sent=sent),
        headers=detectors.header_faults(response),
        whole=detectors.whole_numbers(site, text, sent=sent),
        pupils=detectors.shown_pupils(site, text, sent=sent),
    )


def name_of(location: str) -> str:
    try:
        return location and resolve(location.split("?")[0]).url_name
    except Resolver404:
        return location


def acts(ask: Ask) -> bool:
    """Whether the table expects this request to change something."""
    answer = answer_to(ask)
    if ask.method != "POST" or answer == "login":
        return False
    return answer.startswith("302") or (answer == "200" and ask.url in KEEPS_AND_STAYS)


@dataclass
class Swept:
    """All answers of one URL; ``touched``: tables changed by what must change nothing."""

    answers: list[Answer]
    touched: list[str]

    def faults(self, kind: str) -> dict[str, object]:
        return {str(answer): found for answer in self.answers if (found := getattr(answer, kind))}

    def wrong(self) -> dict[str, str]:
        """Answers other than the table's."""
        return {
            str(answer): f"{answer.got} instead of {answer.expected}"
            for answer in self.answers
            if answer.got != answer.expected
        }

    def tell_apart(self) -> dict[str, str]:
        """Where what is out of reach is answered otherwise than what does not exist."""
        nothing = {
            (a.ask.role, a.ask.method): a.same_as
            for a in self.answers
            if a.ask.position == "missing"
        }
        return {
            str(answer): "is told from a missing one"
            for answer in self.answers
            if answer.status == 404
            and answer.same_as != nothing.get((answer.ask.role, answer.ask.method), answer.same_as)
        }


def asked(url: str) -> list[Ask]:
    """What is sent to a URL: every method and role, at every position that can tell them apart."""
    every = list(asks(url, asking.extra_positions(url), has_id=asking.has_id(url)))
    if LONG_RUN:
        return every
    turn = len(url)
    groups: dict[tuple[str, str], list[Ask]] = defaultdict(list)
    for ask in every:
        groups[ask.role, ask.method].append(ask)
    chosen = []
    for (_, method), group in groups.items():
        nearest = [ask for ask in group if ask.position in NEAREST]
        further = [ask for ask in group if ask.position not in NEAREST]
        if method in EVERYWHERE and len({answer_to(ask) for ask in group}) > 1:
            chosen += group
        elif method in EVERYWHERE:
            chosen += nearest + further[turn % (len(further) or 1) :][:1]
        elif method == OTHERS[turn % len(OTHERS)]:
            chosen += nearest
    return chosen


def sweep(
    site: Site, url: str, *, roles: Iterable[str] = PLAYED_BY, methods: Iterable[str] = METHODS
) -> Swept:
    """Every method, role and position of one URL. Nothing is left changed."""
    clients = Clients(site)
    every = [ask for ask in asked(url) if ask.role in roles and ask.method in methods]
    answers = []
    with undone():
        for ask in every:
            clients.of(PLAYED_BY[ask.role])  # log in first: that writes the last login
        clients.new_looks()
        before = detectors.state()
        answers += [examine(clients, ask) for ask in every if not acts(ask)]
        touched = detectors.changed(before)
        for ask in every:
            if acts(ask):
                with undone():
                    answers.append(examine(clients, ask))
    return Swept(answers, touched)
