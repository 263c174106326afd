"""What must never stand where operators, brokers and strangers read, looked for in all that the
suite wrote there: the product's log, redirects and addresses on pages, error pages, bodies of
tasks, temporary files.

What is found is told by place and kind and never quoted.
"""

import logging
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from celery.signals import before_task_publish
from django.conf import settings
from django.test import Client

from tests.pupils import WEIGHTS
from tests.world import PASSWORD

NAMES = (
    "郗若璠",
    "王梓涵",
    "王建军",
)  # of pupils.row() and of tests that ask for a name that shows
LONG = re.compile(r"(?<![\dA-Za-z])(\d{17})([\dX])(?![\dA-Za-z])")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
LEADS = re.compile(r'(?:href|action|src|hx-get|hx-post|data-choose)="([^"]*)"')
REFUSED = (400, 403, 404, 405, 413)  # 409, 422 and 429 show the page as it was, or was typed
TELEPHONE = re.compile(r"(?<![\d.])1[3-9]\d{9}(?!\d)")


def kinds(text: str) -> set[str]:
    """The kinds of canary in a text, of which some loggers write ``王`` as ``\\u738b``."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    found = {"a pupil's name"} if any(name in text for name in NAMES) else set()
    if any(_is_id_number(*number) for number in LONG.findall(text)):
        found.add("an ID number")
    if TELEPHONE.search(text):
        found.add("a telephone")
    if PASSWORD in text or settings.SECRET_KEY in text:
        found.add("a password or key")
    return found


def _is_id_number(digits: str, last: str) -> bool:
    total = sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True))
    return digits[6:8] in ("19", "20") and "10X98765432"[total % 11] == last


class Log(logging.Handler):
    """Reads each line as the product's own handler prints it."""

    def __init__(self, hits: set[str]) -> None:
        super().__init__()
        self.hits = hits
        (console,) = (h for h in logging.getLogger().handlers if h.name == "console")
        self.setFormatter(console.formatter)

    def emit(self, record: logging.LogRecord) -> None:
        for kind in kinds(self.format(record)):
            self.hits.add(f"{kind} in the log of {record.name}")


@contextmanager
def watching(hits: set[str]) -> Iterator[None]:
    """Fill ``hits`` while the block runs; nothing is kept of what had no canary."""
    log, ask, before = Log(hits), Client.request, tempfile.tempdir

    def asked(self: Client, **request):
        answer = ask(self, **request)
        page = re.sub(r"\d+", "…", request.get("PATH_INFO", ""))
        if "Location" in answer:
            told = kinds(unquote(answer["Location"])) - {"a pupil's name"}  # a search names one
            hits.update(f"{kind} in a redirect of {page}" for kind in told)
        if answer.status_code == 403 and "typed_at" in answer.text:
            pass  # what was typed, given back to whoever sent it (xueji/pages/kept.py)
        elif answer.status_code in REFUSED or answer.status_code >= 500:
            hits.update(f"{kind} on an error page of {page}" for kind in kinds(answer.text))
        elif not answer.streaming and answer.get("Content-Type", "").startswith("text/html"):
            led = unquote(" ".join(LEADS.findall(answer.text)))
            told = kinds(led) - {"a pupil's name"}  # the pages of a search for one
            hits.update(f"{kind} in an address on {page}" for kind in told)
        return answer

    def published(sender=None, body=None, headers=None, **_: object) -> None:
        hits.update(f"{kind} in the task {sender}" for kind in kinds(f"{headers} {body}"))

    logging.getLogger().addHandler(log)
    before_task_publish.connect(published)
    Client.request = asked
    with tempfile.TemporaryDirectory(prefix="xueji-canaries-") as folder:
        tempfile.tempdir = folder
        try:
            yield
        finally:
            tempfile.tempdir = before
            Client.request = ask
            before_task_publish.disconnect(published)
            logging.getLogger().removeHandler(log)
        hits.update(_left(Path(folder)))


def _left(folder: Path) -> Iterator[str]:
    """What temporary files were left, other than the tests' own."""
    for file in folder.rglob("*"):
        if file.is_file() and "pytest-of-" not in str(file):
            for kind in kinds(file.read_bytes().decode(errors="replace")):
                yield f"{kind} in a temporary file like {file.name[:7]}"
