"""File names that every office PC can save and that say truly what the file is."""

import re
import unicodedata
from urllib.parse import quote

LONGEST = 120
NAMELESS = "材料"
EXTENSIONS = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "application/pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "text/csv": (".csv",),
    "application/zip": (".zip",),
    "application/vnd.ms-excel": (".xls",),
}
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')


def clean(name: str, content_type: str) -> str:
    """The last part of a path without invisible characters, ending as its content demands."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(char for char in name if not unicodedata.category(char).startswith("C"))
    name = _NOT_IN_NAMES.sub("_", " ".join(name.split()))
    endings = EXTENSIONS.get(content_type, ())
    for ending in endings:
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
            break
    ending = endings[0] if endings else ""
    return (name.strip(". ")[: LONGEST - len(ending)] or NAMELESS) + ending


def disposition(name: str) -> str:
    """The header that makes a browser save the file under its name and never show it."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
