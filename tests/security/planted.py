"""A copy of the product with three holes in it, each by one changed line: what scanners must find.

The holes are where they would come from: an escape left out, a query glued from what was typed,
a check of an address dropped. The product itself is never touched.
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = (".git", ".venv", ".state", "__pycache__", "pictures", ".*_cache")


@dataclass(frozen=True)
class Hole:
    """One line of a file, and what stands in its place; ``seen_as`` is what wapiti calls it."""

    file: str
    sound: str
    broken: str
    seen_as: str


HOLES = (
    Hole(
        "templates/students/roster.html",
        'value="{{ typed }}"',
        'value="{{ typed|safe }}"',
        "Reflected Cross Site Scripting",
    ),
    Hole(
        "xueji/pages/selection.py",
        "rows=search(queries.visible(acting), typed).filter(**chosen),",
        "rows=search(queries.visible(acting), typed).extra("
        """where=["xueji_student.status = '%s'" % asked["status"].replace("%", "%%")]"""
        ' if asked.get("status") else []),',
        "Internal Server Error",  # by wapiti; sqlmap calls it what it is
    ),
    Hole(
        "xueji/pages/gate.py",
        'wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):',
        "wanted:",
        "Open Redirect",
    ),
)


def copied(folder: Path) -> Path:
    """The product with the holes, in a folder of its own."""
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    for hole in HOLES:
        file = folder / hole.file
        text = file.read_text()
        assert text.count(hole.sound) == 1, f"{hole.file} no longer says {hole.sound}"
        file.write_text(text.replace(hole.sound, hole.broken))
    return folder
