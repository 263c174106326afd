"""Real workers and a real Redis of a test's own, and waiting for what they do."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import redis
from django.db import connection
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent.parent
LONG = os.environ.get("XUEJI_LONG") == "1"
PATIENCE = 60


def wait_for(condition):
    """Poll until the condition holds and return what it gave."""
    until = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < until, f"in vain for {PATIENCE} s"
        time.sleep(0.02)
    return found


def environment(**more):
    """A worker's environment: the test's database under the application's role, no Redis."""
    kept = {name: value for name, value in os.environ.items() if name != "XUEJI_ROLE"}
    url = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    return kept | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "xueji.settings",
        "REDIS_URL": "",
        "PYTHONPATH": str(ROOT),
        **more,
    }


def run(*arguments, **more):
    """One command of ours from start to end, with what it said."""
    return subprocess.run(
        [sys.executable, "-m", "tests.jobs.worker", *arguments],
        env=environment(**more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


@contextlib.contextmanager
def started(*arguments, log, **more):
    """A long-running program in a group of its own; whatever happens, the group ends."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            env=environment(**more),
            cwd=ROOT,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def work(*, log, **more):
    """``manage.py work`` with the tests' kinds of job."""
    return started("tests.jobs.worker", "work", log=log, **more)


def celery(*, log, url):
    """A Celery worker with two children."""
    return started(
        *("celery", "-A", "tests.jobs.worker", "worker", "--concurrency=2", "--loglevel=INFO"),
        *("--without-gossip", "--without-mingle"),
        log=log,
        REDIS_URL=url,
    )


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Redis:
    """A private server that tests may stop, freeze and empty."""

    def __init__(self, folder):
        self.port, word = free_port(), secrets.token_hex(8)
        self.url = f"redis://:{word}@127.0.0.1:{self.port}/0"
        settings = folder / "redis.conf"
        settings.write_text(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass {word}\ndir "{folder}"\nsave ""\n'
        )
        program = shutil.which("redis-server")
        self.process = subprocess.Popen([program, settings], stdout=subprocess.DEVNULL)
        self.client = redis.Redis.from_url(self.url)
        wait_for(self.answers)

    def answers(self):
        with contextlib.suppress(redis.ConnectionError):
            return self.client.ping()
        return False

    def waiting(self):
        """How many messages no worker has taken yet."""
        return self.client.llen("celery")

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def end(self):
        self.client.close()
        self.process.kill()
        self.process.wait()
