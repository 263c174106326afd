"""A browser without a screen: cookies, forms as the page shows them, and a history of every act.

Standard library only, because many of these processes are started and killed. The history has two
JSON lines per call: what was sent, written before it is sent, and what came back. A call without
a second line is one whose outcome nobody knows.
"""

import contextlib
import http.client
import itertools
import json
import os
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

HOST = "127.0.0.1"
TIMEOUT = 60
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
PART = re.compile(
    r"<(input|button)\b([^>]*)>|<(select|textarea)\b([^>]*)>(.*?)</(?:select|textarea)>", re.S
)
OPTION = re.compile(r"<option\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w:-]+)(?:="([^"]*)")?')
NOTICE = re.compile(r'<div class="notice[^"]*" role="(?:alert|status)">(.*?)</div>', re.S)
CASE = re.compile(r"业务件 (\d{4}-\d+)")
TAG = re.compile(r"<[^>]+>")
Fields = list[tuple[str, str]]


class Away(Exception):
    """The site did not answer for longer than anybody waits."""


def attributes(text: str) -> dict[str, str]:
    """Attributes of a tag of our own templates, whose values are always double-quoted."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


def words(html: str) -> str:
    """The text of a piece of a page, without its tags."""
    return " ".join(unescape(TAG.sub(" ", html)).split())


@dataclass
class Form:
    """A form of a page with the values it was delivered with, and what else can be chosen."""

    action: str
    html: str
    fields: Fields = field(default_factory=list)
    ticks: dict[str, list[str]] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    method: str = "POST"

    @property
    def key(self) -> str:
        return dict(self.fields).get("form_key", "")

    def filled(self, *typed: tuple[str, str]) -> Fields:
        """All fields in the order of the page, those in ``typed`` as typed, ticked or pressed."""
        new: dict[str, list[str]] = {}
        for name, value in typed:
            new.setdefault(name, []).append(value)
        fields = []
        for name, value in self.fields:
            fields += [(name, value) for value in new.pop(name, [value])]
        return fields + [(name, value) for name, values in new.items() for value in values]


@dataclass(frozen=True)
class Sending:
    """A form filled in and not yet sent; ``says`` is what the judge must know of it.

    ``planted`` names what is wrong with it on purpose.
    """

    act: str
    path: str
    fields: Fields
    says: dict[str, Any] = field(default_factory=dict)
    planted: str = ""

    @property
    def key(self) -> str:
        return dict(self.fields).get("form_key", "")

    @property
    def body(self) -> bytes:
        return urlencode(self.fields).encode()


@dataclass
class Page:
    """What one request brought back."""

    status: int
    html: str
    path: str
    location: str = ""
    again: bool = False  # asked for more than once: what an answer told may be lost with it

    @property
    def forms(self) -> list[Form]:
        return [_form(head, body, self.path) for head, body in FORM.findall(self.html)]

    def form(self, action: str) -> Form | None:
        """The form that posts to a path ending in ``action``."""
        return next((form for form in self.forms if form.action.endswith(action)), None)

    @property
    def notices(self) -> list[str]:
        return [words(notice) for notice in NOTICE.findall(self.html)]


def _form(head: str, body: str, path: str) -> Form:
    own = attributes(head)
    form = Form(own.get("action") or path, body, method=own.get("method", "get").upper())
    for single, head_, paired, head__, inner in PART.findall(body):
        given = attributes(head_ or head__)
        name, kind = given.get("name", ""), given.get("type", "text")
        if not name or single == "button" or kind == "submit" or "disabled" in given:
            continue
        value = given.get("value", "on" if kind == "checkbox" else "")
        if kind in {"checkbox", "radio"}:
            form.ticks.setdefault(name, []).append(value)
            if "checked" not in given:
                continue
        if paired == "select":
            options = [attributes(option) for option in OPTION.findall(inner)]
            form.choices[name] = [option.get("value", "") for option in options]
            chosen = [o for o in options if "selected" in o] or options[:1]
            value = chosen[0].get("value", "") if chosen else ""
        elif paired == "textarea":
            value = unescape(inner).strip()
        form.fields.append((name, value))
    return form


class History:
    """The file of one client process; a line is written whole or, by a kill, not at all."""

    def __init__(self, path: Path, process: str) -> None:
        self.process = process
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.calls = itertools.count(1)

    def call(self, sending: Sending) -> str:
        """Write down what is about to be sent; the name of the call."""
        name = f"{self.process}.{next(self.calls)}"
        told = {"call": name, "process": self.process, "start": time.time()}
        told |= {"act": sending.act, "path": sending.path, "key": sending.key}
        self._write(told | {"says": sending.says, "planted": sending.planted})
        return name

    def answer(self, name: str, **told: Any) -> None:
        self._write({"answer": name, "end": time.time(), **told})

    def _write(self, told: dict[str, Any]) -> None:
        os.write(self.file, json.dumps(told, ensure_ascii=False).encode() + b"\n")


@dataclass
class Answer:
    """How an act ended: ``done``, ``refused``, ``late`` (somebody else was first), ``unknown``."""

    outcome: str
    status: int = 0
    notices: list[str] = field(default_factory=list)
    page: Page | None = None
    location: str = ""

    @property
    def cases(self) -> list[str]:
        """The numbers of the cases that an answer names."""
        return CASE.findall("".join(self.notices))


class Browser:
    """One session of one person."""

    def __init__(self, port: int, history: History, *, patience: float = 60) -> None:
        self.port, self.history, self.patience = port, history, patience
        self.cookies: dict[str, str] = {}

    # -- requests -----------------------------------------------------------------------------
    def request(self, method: str, path: str, body: bytes = b"") -> Page:
        """One request on a connection of its own; OSError or HTTPException without an answer."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=TIMEOUT)
        try:
            connection.request(method, path, body or None, self._headers(body))
            answer = connection.getresponse()
            html = answer.read().decode("utf-8", "replace")
            self._keep(answer.headers.get_all("Set-Cookie") or [])
            return Page(answer.status, html, path, answer.headers.get("Location", ""))
        finally:
            connection.close()

    def get(self, path: str) -> Page:
        """A page, asked for again while the site is away; follows redirects."""
        until, again = time.monotonic() + self.patience, False
        while time.monotonic() < until:
            try:
                page = self.request("GET", path)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                again = True
                continue
            if page.status == 503:
                time.sleep(0.1)
                again = True
            elif page.status in {301, 302}:
                path = page.location
            else:
                if page.status >= 500:
                    look = Sending("look", path, [])
                    self.history.answer(self.history.call(look), outcome="fault", status=500)
                return replace(page, again=again)
        raise Away(path)

    def _headers(self, body: bytes) -> dict[str, str]:
        headers = {"Connection": "close"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return headers

    def _keep(self, lines: Iterable[str]) -> None:
        for line in lines:
            name, _, value = line.split(";")[0].partition("=")
            if value.strip('"'):
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)

    # -- acts ---------------------------------------------------------------------------------
    def send(self, sending: Sending) -> Answer:
        """Send a form once and read what became of it; both go into the history."""
        call = self.history.call(sending)
        try:
            page = self.request("POST", sending.path, sending.body)
        except (OSError, http.client.HTTPException) as error:
            self.history.answer(call, outcome="unknown", status=0, why=repr(error)[:200])
            return Answer("unknown")
        answer = self._read(page)
        self.history.answer(
            call,
            outcome=answer.outcome,
            status=answer.status,
            location=answer.location,
            notices=[notice[:300] for notice in answer.notices],
            again=bool(answer.page and answer.page.again),
        )
        return answer

    def cut(self, sending: Sending, share: float, *, waits: bool = False) -> None:
        """Send the head and a share of the body, hang up, and never learn what became of it.

        With ``waits`` only until the site is through with it.
        """
        length = len(sending.body)
        planted = "broken off" if int(length * share) < length else "hung up"
        self.history.call(replace(sending, planted=planted))
        head = [f"POST {sending.path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {length}"]
        head += [f"{name}: {value}" for name, value in self._headers(sending.body).items()]
        data = "\r\n".join([*head, "", ""]).encode() + sending.body[: int(length * share)]
        address = (HOST, self.port)
        with (
            contextlib.suppress(OSError),
            socket.create_connection(address, timeout=TIMEOUT) as connection,
        ):
            connection.sendall(data)
            if waits:
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65536):
                    pass

    def _read(self, page: Page) -> Answer:
        if page.status >= 500:
            return Answer("unknown" if page.status in {502, 503} else "fault", page.status)
        if page.status in {301, 302}:
            shown = self.get(page.location)
            return Answer(_outcome(shown.notices), page.status, shown.notices, shown, page.location)
        return Answer("refused", page.status, page.notices, page)


def _outcome(notices: list[str]) -> str:
    """What an answer that leads on says: a bulk signature may tell that others were faster."""
    text = "\n".join(notices)
    if "这张表已经提交过" in text or "还没有选中" in text:
        return "refused"
    is_late = "刚由他人办理" in text or "件没有签署" in text and "已签署" not in text
    return "late" if is_late else "done"
