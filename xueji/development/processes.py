"""Children: each in a group of its own, ended with all it started, whatever ends us."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from xueji.development.ground import ROOT

LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def die_with_parent() -> None:
    """In a child: end also when this process is killed without notice; heed Ctrl-C again."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if LIBC:
        LIBC.prctl(1, signal.SIGINT.value)  # PR_SET_PDEATHSIG


def spawn(command: list, *, log: Path, **options: Any) -> subprocess.Popen:
    """Start a child in a group of its own that writes to ``log``."""
    with open(log, "ab") as out:
        options |= {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out}
        options |= {"start_new_session": True, "preexec_fn": die_with_parent}
        return subprocess.Popen([str(part) for part in command], **options)


def stop(process: subprocess.Popen, *, by: int = signal.SIGTERM, patience: float = 10) -> None:
    """Ask a child to end, then make its whole group end."""
    if process.poll() is None:
        process.send_signal(by)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def foreground(command: list, *, env: dict[str, str]) -> int:
    """Run a command on this terminal; when we are told to end, let it clean up first."""
    options: dict[str, Any] = {"env": env, "cwd": ROOT, "preexec_fn": die_with_parent}
    process = subprocess.Popen([str(part) for part in command], **options)
    try:
        return process.wait()
    except KeyboardInterrupt as signalled:
        if signalled.args != (signal.SIGINT,) or not sys.stdin.isatty():
            process.send_signal(signal.SIGINT)  # a terminal's Ctrl-C has reached it already
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.kill()
        process.wait()
        raise


def deafen() -> None:
    """From here on we are ending; no further signal may disturb it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def leave(number: int, _frame: object) -> NoReturn:
    deafen()
    raise KeyboardInterrupt(number)


def end_orphans() -> None:
    """Kill what ended children left behind (in_charge() made us their new parent)."""
    for _ in range(50):
        lists = [tasks.read_text() for tasks in Path("/proc/self/task").glob("*/children")]
        for pid in map(int, " ".join(lists).split()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)


@contextlib.contextmanager
def in_charge() -> Iterator[None]:
    """Signals interrupt us once, and whatever our dead children leave behind ends with us."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    if LIBC:
        LIBC.prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: a dead child's children become ours
    try:
        yield
    finally:
        end_orphans()


def tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""
