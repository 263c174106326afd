"""PostgreSQL, Redis and the state folder together, as an environment for our programs."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from xueji.development.ground import STATE, TMP, Stop, say
from xueji.development.postgres import postgres
from xueji.development.processes import spawn, stop, tail
from xueji.development.programs import reachable

OWNER_COMMANDS = {
    *("backup", "flush", "load_demo", "makemigrations", "migrate", "restore", "showmigrations"),
    "sqlmigrate",
}
RUNNING = STATE / "running.json"  # where the running demo's services are


def role_of(command: str = "") -> str:
    """The database role that one of manage.py's commands works under."""
    return "owner" if command in OWNER_COMMANDS else "application"


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The URL of REDIS_URL or of a private Redis that keeps its queue; empty without either."""
    program = shutil.which("redis-server")
    if "REDIS_URL" in os.environ or not program:
        yield os.environ.get("REDIS_URL", "")
        return
    folder.mkdir(mode=0o700, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    word, settings, log = secrets.token_hex(24), folder / "redis.conf", folder / "redis.log"
    settings.touch(mode=0o600)
    settings.write_text(
        f"bind 127.0.0.1\nport {port}\nrequirepass {word}\ndir {json.dumps(str(folder))}\n"
        "appendonly yes\nmaxmemory-policy noeviction\n"
    )
    process = spawn([program, settings], log=log)
    try:
        while True:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            if process.poll() is not None:
                raise Stop(f"Redis 未能启动 did not start:\n{tail(log)}", run=f"cat {log}")
            time.sleep(0.02)
        yield f"redis://:{word}@127.0.0.1:{port}/0"
    finally:
        stop(process)


@contextlib.contextmanager
def services(*, kept: bool, durable: bool) -> Iterator[dict[str, str]]:
    """The environment with PostgreSQL, Redis and a state folder: the demo's, or one for now."""
    force = os.environ.get("XUEJI_PG") or ("url" if os.environ.get("DATABASE_URL") else "")
    if force not in {"", "url", "local", "wheel"}:
        raise Stop("XUEJI_PG 只能是 must be url, local or wheel", run="unset XUEJI_PG")
    if force == "url" and not os.environ.get("DATABASE_OWNER_URL"):
        urls = "DATABASE_URL=postgresql://… DATABASE_OWNER_URL=postgresql://…"
        raise Stop("需要两个角色的地址 the URLs of both roles are needed", run=f"export {urls}")
    with contextlib.ExitStack() as running:
        state = STATE
        if not kept:
            state = Path(tempfile.mkdtemp(prefix="xueji-state-", dir=TMP))
            running.callback(shutil.rmtree, state, ignore_errors=True)
        env = dict(os.environ) | {"XUEJI_STATE": str(state), "PYTHONUNBUFFERED": "1"}
        env["DJANGO_SETTINGS_MODULE"] = "xueji.settings"
        if force != "url":
            data = reachable(STATE) / "data" if kept else None
            server = running.enter_context(postgres(durable=durable, data=data))
            say(f"PostgreSQL: {server.programs}")
            env |= server.env
        env["REDIS_URL"] = running.enter_context(redis(state / "redis"))
        demo = {"XUEJI_DEMO": "1", "DEMO_PASSWORD": "Xueji-demo-2026"}
        # tests of both set them; in others people log in whatever the day and the post
        easy = {"XUEJI_SECOND_FACTOR": "none", "XUEJI_SEAL_DAYS": "0"}
        yield (demo if kept else {"XUEJI_ROLE": "owner", **easy}) | env


@contextlib.contextmanager
def state_lock(*, patience: float = 0) -> Iterator[bool]:
    """Hold the state folder alone; False when a running demo holds it."""
    STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + patience
    with open(STATE / "lock", "a") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < until and not RUNNING.exists():
                    time.sleep(0.2)
                    continue
                yield False
            else:
                yield True
            return


def write_running(env: dict[str, str]) -> None:
    """Tell ``manage`` what the running demo works with."""
    shared = ("DATABASE_", "DEMO_", "REDIS_", "XUEJI_")
    kept = {name: env[name] for name in env if name.startswith(shared)}
    RUNNING.touch(mode=0o600)
    RUNNING.write_text(json.dumps(kept))
