"""A whole site for the races: durable PostgreSQL, gunicorn with several workers, over plain HTTP.

Everything is started here and stopped by its own process id, as root and as a plain user.
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

import dev

ROOT = Path(__file__).resolve().parents[2]
WORKERS, THREADS = 4, 4
READY_WITHIN = 90
ENTRY = re.compile(r"^(?=\d{4}-|\[\d{4}-)", re.M)
EXCEPTION = re.compile(r"^[\w.]*[A-Z]\w*[a-z]\w*(?:: .*)?$", re.M)
IN_THE_MIDDLE = """
SELECT pid FROM pg_stat_activity
WHERE usename = 'xueji_app' AND (state = 'idle in transaction' OR state = 'active')
    AND xact_start < clock_timestamp() - interval '1 millisecond'
"""


class Site:
    """A running site; the nemesis of a race calls the methods that break something."""

    def __init__(self, server: dev.Postgres, folder: Path, app: str, env: dict[str, str]) -> None:
        self.server, self.folder, self.app = server, folder, app
        self.env = (
            dict(os.environ)
            | server.env
            | {
                "XUEJI_STATE": str(folder / "state"),
                "XUEJI_ROLE": "application",
                "DJANGO_SETTINGS_MODULE": "xueji.settings",
                "REDIS_URL": "",
                "PYTHONUNBUFFERED": "1",
            }
            | env
        )
        self.log = folder / "web.log"
        self.web: subprocess.Popen
        self.port = 0
        self.world: dict[str, Any] = {}

    # -- starting -----------------------------------------------------------------------------
    def prepare(self, crews: int) -> None:
        """Make tables and people as the owner."""
        self.run(sys.executable, "manage.py", "migrate", "--verbosity=0", role="owner")
        told = self.run(sys.executable, "-m", "tests.races.seed", str(crews), role="owner")
        self.world = json.loads(told)

    def run(self, *command: str, role: str = "application") -> str:
        """Run a command in the site's environment; its output, or AssertionError."""
        done = self.manage(*command, role=role)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout

    def manage(self, *command: str, role: str = "application") -> subprocess.CompletedProcess[str]:
        """Run a command in the site's environment, whatever it answers."""
        return subprocess.run(
            command,
            env=self.env | {"XUEJI_ROLE": role},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

    def serve(self) -> None:
        """Start gunicorn as the application role and wait until it reaches its database."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        command = [
            *(sys.executable, "-m", "gunicorn", self.app, "--bind", f"127.0.0.1:{self.port}"),
            *("--worker-class", "gthread", "--workers", WORKERS, "--threads", THREADS),
            *("--timeout", "60", "--graceful-timeout", "5", "--no-control-socket"),
        ]
        self.web = dev.spawn(command, log=self.log, env=self.env, cwd=ROOT)
        self.wait_until_ready()

    def wait_until_ready(self) -> float:
        """Seconds until the site answers from its database."""
        begun = time.monotonic()
        while not _answers(self.port):
            assert self.web.poll() is None, self.log.read_text()[-3000:]
            assert time.monotonic() < begun + READY_WITHIN, self.log.read_text()[-3000:]
            time.sleep(0.05)
        return time.monotonic() - begun

    def stop(self) -> None:
        if hasattr(self, "web"):
            dev.stop(self.web)

    # -- looking ------------------------------------------------------------------------------
    @contextlib.contextmanager
    def tables(self, user: str = "xueji_owner") -> Iterator[psycopg.Connection]:
        """The tables as they are, past the product."""
        url = f"postgresql://{user}@/xueji?host={self.server.folder}"
        with psycopg.connect(url, autocommit=True) as connection:
            yield connection

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
        with self.tables("postgres") as connection:
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
        self.server.crash()
        self.server.start()
        return self.wait_until_ready()


def _answers(port: int) -> bool:
    address = ("127.0.0.1", port)
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=5) as asked:
        asked.sendall(b"GET /readyz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
        return b" 200 " in asked.recv(64)
    return False


@contextlib.contextmanager
def site(
    *, crews: int = 1, app: str = "xueji.wsgi", env: dict[str, str] | None = None
) -> Iterator[Site]:
    """A site with its county, served; ``app`` and ``env`` let a control break it on purpose."""
    folder = Path(tempfile.mkdtemp(prefix="xueji-races-", dir=dev.TMP))
    try:
        with dev.postgres(durable=True) as server:
            running = Site(server, folder, app, env or {})
            try:
                running.prepare(crews)
                running.serve()
                yield running
            finally:
                running.stop()
    finally:
        if "XUEJI_KEEP" not in os.environ:
            shutil.rmtree(folder, ignore_errors=True)
