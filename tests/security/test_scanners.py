"""wapiti and sqlmap, logged in as three posts, find what is planted and nothing in the product.

Only with --long: about three hours. Whoever was not logged in, was answered nothing, or met
few pages proves nothing; all three are asked before what was found.
"""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.urls import NoReverseMatch, reverse

from tests.jobs.processes import LONG
from tests.permissions import table
from tests.races import report
from tests.security import planted, scanners, served, walk

pytestmark = pytest.mark.skipif(not LONG, reason="about three hours: only with --long")
ROLES = {"clerk": "clerk", "county": "county_officer", "admin": "administrator"}
# seconds in which each module of wapiti, and sqlmap beside it, have to be through
EACH_MODULE, INJECT = 5400, 3600
SHOWN_AT_LEAST = 0.8  # of the pages, as wapiti asks for them
ANSWERED, SOUND_AT_LEAST = {200, 302, 404, 422}, 0.8  # 422: a form read it and refused
NEVER = {429, 500, 502, 503}  # slowed down, broken
PARTS = {
    "shown": "all but sql, exec and file",
    "asked": "sql",
    "read": "exec, file and sqlmap",
}
TITLE = "Scanners"
WHAT = (
    "`tests/security`: wapiti (its modules that ask nobody else) and sqlmap (level 1, risk 1)"
    " against gunicorn over HTTPS with the settings of a delivered site and a small demo, logged in"
    " as each of the posts below; first against a copy with three planted holes. One address of"
    " each page with all its parameters and one form of each kind, found by a walk; no second"
    " factor, and forms may be sent again and on a register that was changed since, so that each"
    f" attack gets as far as the first. As each post every module of wapiti has {EACH_MODULE}"
    f" seconds to end, and sqlmap {INJECT}; what did not is named."
)
# pages with something in the address that no link of a fresh site has
ASKED_FOR = ("/students/?q=a&status=enrolled", "/login/code/?next=/students/")


@pytest.fixture(scope="module")
def county() -> Iterator[served.County]:
    with served.county() as founded:
        yield founded


def starts(role: str) -> list[str]:
    """Addresses of the pages that the table lets this role open and that need nothing in them."""
    found = list(ASKED_FOR)
    for row in table.rows():
        if row.answer == "200" and "GET" in row.methods and role in row.roles:
            try:
                found.append(reverse(row.url))
            except NoReverseMatch:
                continue
    return found


@dataclass(frozen=True)
class Scan:
    """What both scanners said of the site."""

    wapiti: scanners.Report
    minutes: float  # that wapiti took
    tried: int  # addresses that sqlmap came to
    injected: list[str]
    answers: dict[int, int]

    @property
    def sound(self) -> float:
        """The share of answers that were a page, a form again, a way on, or nothing there."""
        return sum(self.answers.get(status, 0) for status in ANSWERED) / sum(self.answers.values())


def scanned(
    site: served.Site, cookies: str, folder: Path, requests: list[walk.Request], *parts: str
) -> Scan:
    """The scanners, as a person who is still logged in afterwards.

    sqlmap beside what only reads: it takes a page that others change meanwhile for its own doing.
    """
    begun = time.monotonic()
    with ThreadPoolExecutor() as both:
        asked = (site.url, cookies, folder, requests)
        modules = ",".join(scanners.MODULES[part] for part in parts)
        attacked = both.submit(scanners.wapiti, *asked, modules=modules, seconds=EACH_MODULE)
        injected = both.submit(scanners.sqlmap, *asked, seconds=INJECT if "read" in parts else 0)
        found = attacked.result()
        minutes = (time.monotonic() - begun) / 60
        scan = Scan(found, minutes, *injected.result(), dict(site.answers()))
    assert served.is_logged_in(site.url, cookies), "logged out on the way"
    return scan


def test_what_is_planted_is_found(county: served.County, tmp_path: Path) -> None:
    copy = planted.copied(tmp_path / "copy")
    with served.served(county, "planted", root=copy) as site:
        cookies = served.logged_in(site.url, "clerk")
        requests = [walk.asked(address) for address in ASKED_FOR]
        scan = scanned(site, cookies, tmp_path, requests, *scanners.MODULES)
    holes = {hole.seen_as for hole in planted.HOLES}
    assert (holes & set(scan.wapiti.found), scan.injected) == (holes, ["status (GET)"])
    rows = {
        "scanners": scanners.versions(),
        "planted, found by wapiti": ", ".join(sorted(holes)),
        "planted, found by sqlmap": ", ".join(scan.injected),
    }
    report.write(TITLE, what=WHAT, rows=rows, keep=True)


@pytest.mark.parametrize("part", scanners.MODULES)
@pytest.mark.parametrize("username", ROLES)
def test_nothing_is_found_in_the_product(
    county: served.County, username: str, part: str, tmp_path: Path
) -> None:
    with served.served(county, f"product_{username}_{part}") as site:
        cookies = served.logged_in(site.url, username)
        requests = walk.walk(site.url, cookies, starts(ROLES[username]))
        scan = scanned(site, cookies, tmp_path, requests, part)
    forms = sum(request.method == "POST" for request in requests)
    told = ", ".join(f"{count} × {status}" for status, count in sorted(scan.answers.items()))
    fields = sum(len(request.names) for request in requests)
    named = sum(request.method == "GET" and bool(request.names) for request in requests)
    row = (
        f"{len(requests) - forms} pages and {forms} forms with {fields} parameters and fields,"
        f" {told}; logged in before and after; wapiti found 0 in {round(scan.minutes)} minutes, out"
        f" of time: {', '.join(scan.wapiti.stopped) or 'none'}"
    )
    if part == "read":
        row += f"; sqlmap found 0 on {scan.tried} of {named} addresses with parameters"
    assert scan.wapiti.shown >= SHOWN_AT_LEAST * (len(requests) - forms), scan.wapiti.shown
    assert (NEVER & scan.answers.keys(), scan.sound > SOUND_AT_LEAST) == (set(), True), told
    assert (scan.wapiti.found, scan.injected) == ({}, [])
    report.write(TITLE, what=WHAT, rows={f"as {username}, {PARTS[part]}": row}, keep=True)
