"""Keeps docs/reliability.md: a section for each long run, replaced by the next of the same test."""

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

Written by `python3 dev.py test --long`, section by section, each by the test it names; the same
tests run in `python3 dev.py test` at small counts. `XUEJI_SEED=…` repeats a run's choices, though
not its timing.
"""


def write(title: str, *, what: str, counts: Mapping[str, object], seed: int | str) -> None:
    """Replace the section of that title, or add it at the end."""
    text = FILE.read_text() if FILE.exists() else HEAD
    head, *sections = re.split(r"\n(?=## )", text.rstrip() + "\n")
    kept = [section for section in sections if not section.startswith(f"## {title}\n")]
    made = {"commit": _commit(), "machine": _machine(), "on": time.strftime("%Y-%m-%d")}
    rows = {**counts, "seed": seed, **made}
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    new = f"## {title}\n{what}\n\n| | |\n|---|---|\n{table}\n"
    place = next((n for n, s in enumerate(sections) if s.startswith(f"## {title}\n")), len(kept))
    kept.insert(place, new)
    FILE.write_text("\n".join([head, *kept]))


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
