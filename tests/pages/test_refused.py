"""What never reaches Django is refused in Chinese, and no line of a log repeats it."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pages.compose import compose

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "static" / "refused"
CANARY = "wangzihan-13931520018"
LONG = "x" * 9000
HEADERS = "".join(f"X-H{number}: 1\r\n" for number in range(200))


def application(environ, start_response):
    """Says hello, and on one address an answer with a line end in a header."""
    broken = [("X-Broken", f"{CANARY}\n")] if environ["PATH_INFO"] == "/broken" else []
    start_response("200 OK", [("Content-Type", "text/plain"), *broken])
    return [b"hello"]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def web(tmp_path) -> Iterator[tuple[Callable[[str], str], Path]]:
    """``ask(raw)`` sends it to gunicorn as it serves us, with the application above."""
    port, log = free_port(), tmp_path / "log"
    command = f"-m gunicorn --config python:xueji.serving --bind 127.0.0.1:{port}"
    with log.open("w") as out:
        running = subprocess.Popen(
            [sys.executable, *command.split(), "tests.pages.test_refused:application"],
            cwd=ROOT,
            stdout=out,
            stderr=out,
        )

    def ask(raw: str) -> str:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as asked:
            asked.sendall(raw.encode())
            return b"".join(iter(lambda: asked.recv(65536), b"")).decode()

    try:
        for _ in range(300):
            if "Booting worker" in log.read_text():
                break
            time.sleep(0.1)
        yield ask, log
    finally:
        running.terminate()
        running.wait(30)


def get(address: str, more: str = "") -> str:
    return f"GET {address} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{more}\r\n"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (get(f"/?q={CANARY}{LONG}"), "414"),
        (get(f"/?q={CANARY}", HEADERS), "431"),
        (get(f"/?q={CANARY}", f"{CANARY}\r\n"), "400"),
        (f"/students/?q={CANARY}\r\n\r\n", "400"),
    ],
    ids=["address", "headers", "header", "line"],
)
def test_gunicorn_refuses_in_our_words_and_repeats_nothing(web, raw, status):
    ask, log = web
    head, _, page = ask(raw).partition("\r\n\r\n")
    assert head.split()[1] == status
    assert page == (PAGES / "unreadable.html").read_text()
    assert "answered " + status in log.read_text()
    assert CANARY not in log.read_text()


def test_an_answer_that_cannot_be_sent_is_no_request_that_changed_nothing(web):
    """The application has run, so the page must not say that nothing was changed."""
    ask, log = web
    head, _, page = ask(get("/broken")).partition("\r\n\r\n")
    assert (head.split()[1], page) == ("500", (PAGES / "away.html").read_text())
    assert "InvalidResponseHeader" in log.read_text()
    assert CANARY not in log.read_text()


def test_gunicorn_hands_on_what_it_can_read(web):
    ask, _ = web
    assert ask(get("/")).splitlines()[0] == "HTTP/1.1 200 OK"


def test_the_proxy_has_a_page_for_each_answer_of_its_own():
    told = compose()["configs"]["proxy"]["content"]
    lines = [line.split("#")[0].split() for line in told.splitlines() if "error_page " in line]
    pages = {
        code: line[-1].removesuffix(";").rpartition("/")[2]
        for line in lines
        for code in line[1:-1]
        if code.isdigit()
    }
    assert pages == {
        **dict.fromkeys(
            ("400", "404", "405", "414", "494", "497", "501", "505"), "unreadable.html"
        ),
        "413": "too-large.html",
        **dict.fromkeys(("502", "503", "504"), "away.html"),
    }
    assert set(pages.values()) == {file.name for file in PAGES.iterdir()}
    assert compose()["services"]["proxy"]["volumes"] == ["./static/refused:/etc/nginx/refused:ro"]


@pytest.mark.parametrize("file", sorted(PAGES.iterdir()), ids=lambda file: file.stem)
def test_a_page_needs_nothing_else(file):
    page = file.read_text()
    assert [word for word in ("src=", "<link", "<script", "url(", "@import") if word in page] == []
