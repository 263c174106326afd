"""The product as it is delivered, served to scanners: gunicorn over HTTPS, the settings that
``check --deploy`` asks for, the application's role, a small demo of invented people.

Three things differ, so that a scanner gets as far as a person: no second factor is asked for, a
form may be sent more than once and on a register that was changed since (``XUEJI_BREAK`` of
tests/races/broken.py), and a day has no last whole number.
"""

import contextlib
import http.cookiejar
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.security.planted import ROOT
from xueji.development.ground import TMP
from xueji.development.postgres import Postgres, postgres
from xueji.development.processes import spawn, stop, tail

PASSWORD = "Xueji-demo-2026"
READY_WITHIN = 120
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
# what the one who ends HTTPS tells the product
FORWARDED = {"X-Forwarded-Proto": "https"}
DELIVERED = {
    "XUEJI_ALLOWED_HOSTS": "127.0.0.1",
    "XUEJI_SECURE_COOKIES": "1",
    "XUEJI_PROXIES": "127.0.0.1",
    "XUEJI_SECOND_FACTOR": "none",
    "XUEJI_BREAK": "without_ages",
    "XUEJI_REVEALS_AT_MOST": "1000000",
    "DJANGO_SETTINGS_MODULE": "xueji.settings",
    "REDIS_URL": "",
    "XUEJI_DEMO": "",
    "XUEJI_LOG": "json",
}
PREPARED = (
    ("owner", "migrate", "--verbosity=0"),
    ("application", "load_divisions"),
    ("application", "load_demo", "--students=300", "--schools=8", "--seed=7", "--force-test"),
)


@dataclass
class County:
    """Tables with the small demo in them, and a certificate; copies of it are served."""

    server: Postgres
    folder: Path

    def env(self, role: str, database: str = "xueji") -> dict[str, str]:
        urls = {n: u.replace("/xueji?", f"/{database}?") for n, u in self.server.env.items()}
        state = {"XUEJI_STATE": str(self.folder / "state"), "XUEJI_ROLE": role}
        return {**os.environ, **DELIVERED, **urls, **state, "DEMO_PASSWORD": PASSWORD}

    @property
    def certificate(self) -> list[str]:
        return [str(self.folder / "key.pem"), str(self.folder / "certificate.pem")]


@contextlib.contextmanager
def county() -> Iterator[County]:
    folder = Path(tempfile.mkdtemp(prefix="xueji-security-", dir=TMP))
    try:
        with postgres(durable=True) as server:  # no other is served
            founded = County(server, folder)
            for role, *command in PREPARED:
                run([sys.executable, "manage.py", *command], env=founded.env(role))
            key, certificate = founded.certificate
            made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1".split()
            run([*made, "-keyout", key, "-out", certificate], env=dict(os.environ))
            yield founded
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(command: list[str], *, env: dict[str, str]) -> None:
    done = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"


@dataclass(frozen=True)
class Site:
    """A served product: its address, and what it says of every answer."""

    url: str
    log: Path

    def answers(self) -> Counter[int]:
        """How many answers there were of each status."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("{")]
        return Counter(told["status"] for told in map(json.loads, lines) if "status" in told)


@contextlib.contextmanager
def served(county: County, name: str, *, root: Path = ROOT) -> Iterator[Site]:
    """The product as it lies in ``root``, on tables of its own."""
    admin = ["psql", "-q", "-h", str(county.server.folder), "-U", "postgres", "postgres"]
    psql = [str(county.server.programs / admin[0]), *admin[1:]]
    run([*psql, "-c", f"CREATE DATABASE {name} TEMPLATE xueji OWNER xueji_owner"], env={})
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    key, certificate = county.certificate
    command = [
        *(sys.executable, "-m", "gunicorn", "--config", "python:xueji.serving"),
        *("--bind", f"127.0.0.1:{port}", "--keyfile", key, "--certfile", certificate),
        "tests.races.broken:application",
    ]
    log = county.folder / f"{name}.log"
    web = spawn(command, log=log, env=county.env("application", name), cwd=root)
    try:
        url, until = f"https://127.0.0.1:{port}", time.monotonic() + READY_WITHIN
        while not answers(url):
            assert web.poll() is None, tail(log)
            assert time.monotonic() < until, tail(log)
            time.sleep(0.2)
        yield Site(url, log)
    finally:
        stop(web)


def opener() -> tuple[urllib.request.OpenerDirector, http.cookiejar.CookieJar]:
    """A browser without a screen that takes the certificate as it is."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    jar = http.cookiejar.CookieJar()
    made = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=trusting),
        urllib.request.HTTPCookieProcessor(jar),
    )
    made.addheaders = list(FORWARDED.items())
    return made, jar


def answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return opener()[0].open(f"{url}/readyz", timeout=10).status == 200
    return False


def logged_in(url: str, username: str) -> str:
    """The cookies of that person, as a header has them."""
    browser, jar = opener()
    token = TOKEN.findall(browser.open(f"{url}/login/").read().decode())[0]
    typed = {"username": username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    sent = urllib.request.Request(f"{url}/login/", urllib.parse.urlencode(typed).encode())
    sent.add_header("Referer", f"{url}/login/")
    browser.open(sent)
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)
    assert is_logged_in(url, cookies), username
    return cookies


def is_logged_in(url: str, cookies: str) -> bool:
    """Whether the desk is answered to these cookies, and not the login."""
    browser, _ = opener()
    asked = urllib.request.Request(f"{url}/", headers={"Cookie": cookies})
    answer = browser.open(asked)
    return answer.geturl() == f"{url}/" and "/logout/" in answer.read().decode()
