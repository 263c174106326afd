"""Where things are, how we speak, and how we give up with the one command that helps."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STATE = Path(os.environ.get("XUEJI_STATE") or ROOT / ".state").absolute()
TMP = Path("/tmp" if os.access("/tmp", os.W_OK) else tempfile.gettempdir())


class Stop(Exception):
    """The work cannot go on: why, and the one command that helps."""

    def __init__(self, why: str, *, run: str) -> None:
        super().__init__(f"✗ {why}\n  → {run}")


def say(text: str) -> None:
    print(f"· {text}", file=sys.stderr, flush=True)


def known(arguments: tuple[str, ...], *options: str) -> set[str]:
    if unknown := set(arguments) - set(options):
        raise Stop(f"不认识 unknown: {' '.join(sorted(unknown))}", run="python3 dev.py --help")
    return set(arguments)
