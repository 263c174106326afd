"""Keeps docs/reliability.md: each long run replaces its own rows, with commit, machine and seed."""

import os
import platform
import re
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "reliability.md"
HEAD = """\
# What the long runs showed

Written by `python3 dev.py test --long`, section by section, each by the tests it names; the same
tests run at small counts in `python3 dev.py test`. `XUEJI_SEED=…` repeats a run's choices, though
not its timing.
"""
SECTION = re.compile(r"\n(?=## )")
ROW = re.compile(r"^\| (.+?) \| (.*) \|$", re.M)


def write(title: str, *, what: str, rows: Mapping[str, object], keep: bool = False) -> None:
    """Write the section of that title; ``keep`` its other rows, which other tests wrote."""
    text = FILE.read_text() if FILE.exists() else HEAD
    head, *sections = SECTION.split(text.rstrip() + "\n")
    before = next((s for s in sections if s.startswith(f"## {title}\n")), "")
    made = {"commit": _commit(), "machine": _machine(), "on": time.strftime("%Y-%m-%d")}
    old = {name: value for name, value in ROW.findall(before) if name not in made}
    table = {**(old if keep else {}), **rows, **made}
    lines = "\n".join(f"| {name} | {value} |" for name, value in table.items())
    new = f"## {title}\n{what}\n\n| | |\n|---|---|\n{lines}\n"
    sections = [new if s is before else s for s in sections] + [new] * (not before)
    FILE.write_text("\n".join([head, *sections]))


def _commit() -> str:
    def git(*arguments: str) -> str:
        call = ["git", "-C", str(ROOT), *arguments]
        return subprocess.run(call, capture_output=True, text=True, check=False).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs")
    return (git("rev-parse", "--short=12", "HEAD") or "none") + " and changes" * bool(changed)


def _machine() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [
        f"{os.cpu_count()} × {found.group(1) if found else platform.machine()}",
        f"{memory:.0f} GiB",
        f"Linux {platform.release()}",
        f"Python {platform.python_version()}",
    ]
    return ", ".join(parts)
