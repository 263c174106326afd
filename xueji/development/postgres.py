"""A private PostgreSQL server: made, started, recovered, stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from xueji.development.ground import TMP, Stop
from xueji.development.processes import spawn, stop, tail
from xueji.development.programs import as_account, database_account, find_programs


class Postgres:
    """One private server, reached through a socket that only its account (and root) can open."""

    def __init__(self, data: Path | None, *, durable: bool) -> None:
        self.account, major = database_account(), 0
        if data and data.exists():
            self.account, major = data.stat().st_uid, int((data / "PG_VERSION").read_text())
        self.programs = find_programs(self.account, major=major)
        # A short name: a socket's whole path may have 107 bytes.
        self.folder = Path(tempfile.mkdtemp(prefix="xueji-", dir=TMP))
        os.chown(self.folder, self.account, -1)
        self.data, self.durable = data or self.folder / "data", durable
        self.log = self.data.with_name("postgres.log")
        self.app_url = f"postgresql://xueji_app@/xueji?host={self.folder}"
        self.owner_url = f"postgresql://xueji_owner@/xueji?host={self.folder}"
        self.env = {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}
        self.process: subprocess.Popen

    def create(self) -> None:
        """Make the data with two roles and an empty database, completely or not at all."""
        half = self.data.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        os.chown(half, self.account, -1)
        flags = "-U postgres -E UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=reject"
        sync = [] if self.durable else ["--no-sync"]
        self._run("initdb", *flags.split(), *sync, "-D", str(half))
        roles = "CREATE ROLE xueji_owner LOGIN CREATEDB;\nCREATE ROLE xueji_app LOGIN;\n"
        database = "CREATE DATABASE xueji OWNER xueji_owner;\n"
        single = ["--single", "-c", "exit_on_error=on", "-D", str(half), "postgres"]
        self._run("postgres", *single, text=roles + database)
        half.rename(self.data)

    def _run(self, program: str, *arguments: str, text: str = "") -> None:
        options = as_account(self.account) | {"stdout": subprocess.PIPE, "text": True}
        call = [str(self.programs / program), *arguments]
        done = subprocess.run(call, input=text, stderr=subprocess.STDOUT, **options)
        if done.returncode:
            why = f"{program} 失败 failed:\n{done.stdout[-2000:]}"
            raise Stop(why, run=f"df -h {self.data.parent}")

    def start(self) -> None:
        """Start and wait until it answers; what a killed server left is recovered."""
        if not self.data.exists():
            self.create()
        with contextlib.suppress(OSError):  # after a reboot its number may be another's
            pid = (self.data / "postmaster.pid").read_text().split("\n")[0]
            if str(self.data).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
                (self.data / "postmaster.pid").unlink()
        flags = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={self.folder}"]
        flags += ["-c", "unix_socket_permissions=0700", "-c", "max_connections=200"]
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
        flags += ["-c", f"shared_buffers={max(128, min(memory // 16, 1024))}MB"]
        flags += ["-c", "max_wal_size=4GB"]  # grows only while much is written
        if not self.durable:
            flags += ["-c", "fsync=off", "-c", "synchronous_commit=off"]
            flags += ["-c", "full_page_writes=off"]
        command = [self.programs / "postgres", "-D", self.data, *flags]
        for _ in range(20):  # a predecessor may need a while to end
            self.process = spawn(command, log=self.log, **as_account(self.account))
            if self._ready():
                return
            time.sleep(0.5)
        raise Stop(f"PostgreSQL 未能启动 did not start:\n{tail(self.log)}", run=f"cat {self.log}")

    def _ready(self) -> bool:
        """Whether postmaster.pid comes to say that our process accepts connections."""
        until = time.monotonic() + 300
        while time.monotonic() < until and self.process.poll() is None:
            with contextlib.suppress(OSError):
                lines = (self.data / "postmaster.pid").read_text().split("\n")
                if lines[0] == str(self.process.pid) and "ready" in "".join(lines[7:8]):
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def stop(self) -> None:
        stop(self.process, by=signal.SIGINT, patience=60)

    def crash(self) -> None:
        """Kill the server without notice, as a power cut would; start() recovers."""
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def postgres(*, durable: bool = False, data: Path | None = None) -> Iterator[Postgres]:
    """A running server of our own: temporary and, unless durable, fast; or kept in ``data``."""
    server = Postgres(data, durable=durable)
    try:
        server.start()
        yield server
    finally:
        if hasattr(server, "process"):
            server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)
