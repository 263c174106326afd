"""A walk through the site before the scanners: what can be asked of each page and each form, once.

Three hundred pupils have three hundred pages that are built alike; a scanner that takes each of
them for a new one never comes to the forms. It gets one address of each page with every parameter
that any link or form gives it, and one form of each kind.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.error import HTTPError
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit
from urllib.request import Request as Asked

from django.urls import Resolver404, resolve

from tests.races.browser import Fields, Form, Page
from tests.security.served import opener

HREF = re.compile(r'\shref="([^"#]+)"')
FILES = re.compile(r'<input\b[^>]*type="file"')
OF_EACH_PAGE = 3  # addresses that are opened: a case in another state has another form
# what would end the session, or change whose it is, on the way
LEFT_ALONE = {
    *("login", "logout", "switch_post", "my_password", "my_sessions_end", "my_factor"),
}
NOT_TRIED = {"csrfmiddlewaretoken", "form_key"}
LONG = 10  # fields of a form that is taken for the same one
TYPED = "1"  # where a page leaves a field empty


@dataclass(frozen=True)
class Request:
    """A page or a form of the site with what can be typed."""

    method: str
    path: str
    typed: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        return f"{self.path}?{urlencode(self.typed)}" if self.typed else self.path

    @property
    def page(self) -> str | None:
        """The name of the page in the product; None for what is none of its pages."""
        try:
            return resolve(self.path).url_name
        except Resolver404:
            return None

    @property
    def names_a_row(self) -> bool:
        """Whether the address holds an id or a number."""
        return any(letter.isdigit() for letter in self.path)

    @property
    def views(self) -> str:
        """The file of the view that answers it."""
        return str(resolve(self.path).func.__module__)

    @property
    def names(self) -> set[str]:
        return {name for name, _ in self.typed} - NOT_TRIED

    @property
    def kind(self) -> tuple[object, ...]:
        """Requests of one kind meet the same code: a page and its tab, a form and its fields."""
        typed = dict(self.typed)
        return (self.method, self.page, typed.get("tab"), *self._fields)

    @property
    def _fields(self) -> list[str]:
        return sorted(self.names) if self.method == "POST" else []


def walk(url: str, cookies: str, starts: Iterable[str]) -> list[Request]:
    """What a person of these cookies can ask for from there on, one request of each kind."""
    browser, _ = opener()
    ahead = [asked(start) for start in starts]
    opened, seen, kinds = Counter[tuple[object, ...]](), set[str](), dict[object, Request]()
    while ahead:
        here = ahead.pop(0)
        if here.page is None or here.page in LEFT_ALONE:
            continue
        kinds[here.kind] = _both(kinds.get(here.kind, here), here)
        if here.method == "POST" or here.address in seen or opened[here.kind] == OF_EACH_PAGE:
            continue
        seen.add(here.address)
        opened[here.kind] += 1
        try:
            answer = browser.open(Asked(f"{url}{here.address}", headers={"Cookie": cookies}))
        except HTTPError as refusal:
            if refusal.code >= 500:
                raise
            continue
        if answer.headers.get_content_type() == "text/html":
            ahead += _offered(answer.read().decode(), here.path)
    return _whole(kinds.values())


def _whole(found: Iterable[Request]) -> list[Request]:
    """Without the forms that another one reads too.

    Of one page: with some of its fields left open. Of pages beside each other, new and edit, that
    are answered by the same views: the same long form, where no case is closed half-way.
    """
    kept: list[Request] = []
    for one in sorted(found, key=lambda one: (-len(one.names), one.names_a_row)):
        if one.method != "POST" or not any(_reads(other, one) for other in kept):
            kept.append(one)
    return kept


def _reads(other: Request, one: Request) -> bool:
    if other.method != "POST":
        return False
    if other.page == one.page:
        return other.names >= one.names
    is_long = len(one.names) >= LONG
    return is_long and other.names == one.names and other.views == one.views


def asked(address: str) -> Request:
    at = urlsplit(address)
    return Request("GET", at.path, tuple(parse_qsl(at.query, keep_blank_values=True)))


def _both(one: Request, other: Request) -> Request:
    """The first, with the parameters that only the other names."""
    if one.method == "POST":
        return one
    more = [(name, value) for name, value in other.typed if name not in one.names]
    return Request(one.method, one.path, (*one.typed, *dict(more).items()))


def _offered(html: str, path: str) -> Iterator[Request]:
    for href in HREF.findall(html):
        target = urljoin(path, unescape(href))
        if target.startswith("/"):
            yield asked(target)
    for form in Page(200, html, path).forms:
        action = urlsplit(urljoin(path, form.action))
        if form.method in {"GET", "POST"}:  # others only close a dialog
            yield Request(form.method, action.path, tuple(_filled(form)))


def _filled(form: Form) -> Fields:
    """As the page shows it; what is empty gets something, files are left out."""
    chosen = {name: values[0] for name, values in form.ticks.items()}
    for name, values in form.choices.items():
        chosen[name] = next(filter(None, values), "")
    fields = {**chosen, **{name: value or chosen.get(name, TYPED) for name, value in form.fields}}
    files = {
        part for tag in FILES.findall(form.html) for part in re.findall(r'name="([^"]+)"', tag)
    }
    return [(name, value) for name, value in fields.items() if name not in files]
