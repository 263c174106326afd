"""How gunicorn serves, in a container as on a machine: ``gunicorn -c python:xueji.serving``."""

import gc
import os
from pathlib import Path

from gunicorn.http.errors import (
    InvalidResponseHeader,
    InvalidResponseHeaderName,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from xueji.logs import frames

worker_class = "xueji.serving.Worker"
threads = 4
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
timeout = 60
max_requests = 2000  # a worker's memory is given back before it matters
max_requests_jitter = 200
control_socket_disable = True


def post_worker_init(worker: object) -> None:
    """What pages would wait for: Celery, loaded by the first job; garbage, sought in all of it."""
    from xueji.jobs import sending  # noqa: PLC0415 -- gunicorn reads this before Django is set up

    sending.prepare()
    gc.collect()
    gc.freeze()


def on_starting(server: object) -> None:
    """Figures begin anew with each start; files of ended workers would otherwise pile up."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        for file in Path(folder).glob("*.db"):
            file.unlink(missing_ok=True)


PAGES = Path(__file__).resolve().parent.parent / "static" / "refused"
TOO_LONG = {
    LimitRequestLine: "414 URI Too Long",
    LimitRequestHeaders: "431 Request Header Fields Too Large",
}


OF_THE_ANSWER = (InvalidResponseHeader, InvalidResponseHeaderName)


class Worker(ThreadWorker):
    """Refuses what never gets to Django in our words; page and log say nothing of the request."""

    def handle_error(self, req: object, client: object, addr: object, exc: Exception) -> None:
        """Answer a request that cannot be read; gunicorn's own way would quote it in the log."""
        if isinstance(exc, ParseException) and not isinstance(exc, OF_THE_ANSWER):
            status, file = TOO_LONG.get(type(exc), "400 Bad Request"), "unreadable"
            self.log.warning("answered %s: %s", status, type(exc).__name__)
        else:  # after Django, so whether something was written is not known
            status, file = "500 Internal Server Error", "away"
            self.log.error("answered %s:\n%s", status, "\n".join(frames(exc)))
        page = (PAGES / f"{file}.html").read_bytes()
        head = (
            f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
            "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
            "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
            f"Content-Length: {len(page)}\r\n\r\n"
        )
        try:
            write_nonblock(client, head.encode() + page)
        except OSError:
            self.log.debug("nobody waited for the answer")
