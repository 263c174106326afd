"""Whole sites for the races: durable PostgreSQL, gunicorn with several workers, over plain HTTP.

A county is founded once on a server; each site serves a copy of it. Everything is started here
and stopped by its own process id, as root and as a plain user.
"""

import contextlib
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from xueji.development.ground import TMP
from xueji.development.postgres import Postgres, postgres
from xueji.development.processes import spawn, stop

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4
READY_WITHIN = 90
ENTRY = re.compile(r"^(?=\d{4}-|\[\d{4}-)", re.M)
EXCEPTION = re.compile(r"^[\w.]*[A-Z]\w*[a-z]\w*(?:: .*)?$", re.M)
IN_THE_MIDDLE = """
SELECT pid FROM pg_stat_activity
WHERE usename = 'xueji_app' AND datname = current_database()
    AND state IN ('idle in transaction', 'active')
    AND xact_start < clock_timestamp() - interval '1 millisecond'
"""


class County:
    """Tables with a county in them, on a server of their own."""

    def __init__(self, server: Postgres, folder: Path, crews: int) -> None:
        self.server, self.folder = server, folder
        self.run(sys.executable, "manage.py", "migrate", "--verbosity=0")
        self.world = json.loads(self.run(sys.executable, "-m", "tests.races.seed", str(crews)))

    def env(self, database: str, role: str) -> dict[str, str]:
        """The environment of a process that works on ``database``."""
        urls = {n: u.replace("/xueji?", f"/{database}?") for n, u in self.server.env.items()}
        return {
            **os.environ,
            **urls,
            "XUEJI_STATE": str(self.folder / "state"),
            "XUEJI_ROLE": role,
            "DJANGO_SETTINGS_MODULE": "xueji.settings",
            "REDIS_URL": "",
            "PYTHONUNBUFFERED": "1",
        }

    @contextlib.contextmanager
    def tables(self, database: str, user: str = "postgres") -> Iterator[psycopg.Connection]:
        """The tables of a database as they are, past the product."""
        url = f"postgresql://{user}@/{database}?host={self.server.folder}"
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

    def run(self, *command: str) -> str:
        """Run a command as the owner; its output."""
        env = self.env("xueji", "owner")
        done = subprocess.run(
            command, env=env, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout


@contextlib.contextmanager
def county(*, crews: int) -> Iterator[County]:
    """A county on a durable server; ``crews`` people hold every post of a school."""
    folder = Path(tempfile.mkdtemp(prefix="xueji-races-", dir=TMP))
    try:
        with postgres(durable=True) as server:
            yield County(server, folder, crews)
    finally:
        if "XUEJI_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)


class Site:
    """A running site; the nemesis of a race calls the methods that break something."""

    def __init__(self, county: County, name: str, app: str, env: dict[str, str]) -> None:
        self.county, self.world, self.database = county, county.world, name
        self.folder = county.folder / name
        self.folder.mkdir()
        self.histories = self.folder / "histories"
        self.histories.mkdir()
        self.log = self.folder / "web.log"
        self.env = county.env(name, "application") | env
        self.app = app
        self.web: subprocess.Popen
        self.port = 0

    def serve(self, workers: int) -> None:
        """Start gunicorn as the application role and wait until it reaches its database."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", self.app, "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", workers, "--threads", THREADS),
            *("--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"),
        ]
        self.web = spawn(command, log=self.log, env=self.env, cwd=ROOT)
        self.wait_until_ready()

    def wait_until_ready(self) -> float:
        """Seconds until the site answers from its database."""
        begun = time.monotonic()
        while not _answers(self.port):
            assert self.web.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < begun + READY_WITHIN, self.log.read_text()[-3000:]
            time.sleep(0.05)
        return time.monotonic() - begun

    # -- looking ------------------------------------------------------------------------------
    def tables(self) -> contextlib.AbstractContextManager[psycopg.Connection]:
        """The tables as they are, past the product."""
        return self.county.tables(self.database)

    def manage(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run manage.py as the application role."""
        call = [sys.executable, "manage.py", *command]
        options: dict[str, Any] = {"capture_output": True, "text": True, "check": False}
        return subprocess.run(call, env=self.env, cwd=ROOT, **options)

    def tracebacks(self) -> list[str]:
        """The exceptions that the site logged; of a chain of them the last."""
        logged = re.split(ENTRY, self.log.read_text(errors="replace"))
        return [EXCEPTION.findall(entry)[-1] for entry in logged if "\nTraceback (" in entry]

    # -- breaking -----------------------------------------------------------------------------
    def workers(self) -> list[int]:
        """Process ids of gunicorn's workers."""
        pids: list[int] = []
        for tasks in Path(f"/proc/{self.web.pid}/task").glob("*/children"):
            pids += map(int, tasks.read_text().split())
        return pids

    def kill_worker(self, luck: random.Random) -> bool:
        """Kill one worker without notice; gunicorn starts another."""
        pids = self.workers()
        if not pids:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(luck.choice(sorted(pids)), 9)
        return True

    def cut_transaction(self, luck: random.Random, patience: float = 2) -> bool:
        """End one database session in the middle of a transaction of the application."""
        until = time.monotonic() + patience
        with self.tables() as connection:
            while time.monotonic() < until:
                found = sorted(row[0] for row in connection.execute(IN_THE_MIDDLE))
                if found:
                    pid = luck.choice(found)
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                    return True
                time.sleep(0.005)
        return False

    def crash_database(self) -> float:
        """Kill PostgreSQL without notice and start it again; seconds until the site answers.

        The site itself is not restarted. The figure counts from the moment PostgreSQL is back.
        """
        self.county.server.crash()
        self.county.server.start()
        return self.wait_until_ready()


def _answers(port: int) -> bool:
    address = ("127.0.0.1", port)
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=5) as asked:
        asked.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        return b" 200 " in asked.recv(64)
    return False


@contextlib.contextmanager
def site(
    county: County,
    name: str,
    *,
    workers: int = 4,
    app: str = "xueji.wsgi",
    env: dict[str, str] | None = None,
) -> Iterator[Site]:
    """A copy of the county, served; ``app`` and ``env`` let a control break it on purpose."""
    with county.tables("postgres") as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE xueji OWNER xueji_owner")
    running = Site(county, name, app, env or {})
    try:
        running.serve(workers)
        yield running
    finally:
        if hasattr(running, "web"):
            stop(running.web)
