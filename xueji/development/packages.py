"""What must be installed: Debian packages, and a .venv of what the locks say."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from xueji.development.ground import ROOT, VENV, Stop, say


def install(packages: list[str]) -> None:
    """Install Debian packages as root or by passwordless sudo, else name the command."""
    sudo = ["sudo", "-n"] if os.geteuid() else []
    command = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    try:
        if not shutil.which("apt-get") or (sudo and subprocess.call([*sudo, "true"])):
            raise OSError
        say(f"安装 installing {' '.join(packages)}")
        for line in ("apt-get update -qq", command):
            quiet = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", *line.split()]
            subprocess.run(quiet, stdout=sys.stderr, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise Stop(f"缺少 missing: {' '.join(packages)}", run=f"sudo {command}") from None


def python(*, dev: bool = False) -> Path:
    """The interpreter of a .venv that holds what the lock says; instant when it already does."""
    if sys.version_info < (3, 11):
        raise Stop("需要 Python 3.11 or later is needed", run="sudo apt-get install -y python3")
    locks = [ROOT / "requirements.lock", ROOT / "requirements-dev.lock"][: 1 + dev]
    made_by = f"{sys.version_info[0]}.{sys.version_info[1]} {VENV}"
    wanted = [made_by, *(hashlib.sha256(lock.read_bytes()).hexdigest() for lock in locks)]
    stamp, interpreter = VENV / "installed", VENV / "bin" / "python"
    with open(locks[0]) as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        there = stamp.read_text().splitlines() if stamp.exists() and interpreter.exists() else []
        if set(wanted) <= set(there):
            return interpreter
        if made_by not in there:
            make_venv()
        say(f"安装依赖 installing {locks[-1].name} into .venv, about a minute")
        stamp.unlink(missing_ok=True)  # an interrupted installation starts from nothing
        pip = "-m pip install --quiet --disable-pip-version-check --require-hashes".split()
        locked = ["--no-deps", "-r", str(locks[-1])]  # the lock is whole; nothing is looked up
        if subprocess.call([str(interpreter), *pip, *locked], stdout=sys.stderr):
            again = f"PIP_INDEX_URL=https://<mirror>/simple python3 dev.py {sys.argv[1]}"
            raise Stop("依赖安装失败 pip failed, see above; with a mirror of PyPI:", run=again)
        stamp.write_text("\n".join(wanted) + "\n")
    return interpreter


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401, PLC0415 -- absent where Debian's python3-venv is
    except ImportError:
        install([f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"])
    say("建立虚拟环境 making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
