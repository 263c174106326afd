"""Sealed files on disk: whole or absent, under random keys, each bound to its own key."""

import contextlib
import os
import tempfile
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings

from xueji.identity import crypto


def write(key: UUID, data: bytes) -> None:
    """Seal and write a file so that it is on the disk before its row can commit."""
    path = _path(key)
    for folder in (settings.PRIVATE_FILES, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="draft-")  # made as 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(crypto.encrypt_bytes(_purpose(key), data))
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def read(key: UUID) -> bytes:
    """Open a sealed file; FileNotFoundError or crypto.CannotDecrypt."""
    return crypto.decrypt_bytes(_purpose(key), _path(key).read_bytes())


def remove(key: UUID) -> None:
    """Remove a file if it is there."""
    _path(key).unlink(missing_ok=True)


def forget_drafts(*, before: datetime) -> None:
    """Remove the drafts that killed processes left."""
    for path in settings.PRIVATE_FILES.glob("??/draft-*"):
        if _written_before(path, before):
            path.unlink(missing_ok=True)


def keys(*, before: datetime) -> list[UUID]:
    """Keys of the files that were written before a moment."""
    paths = settings.PRIVATE_FILES.glob("??/????????-????-????-????-????????????")
    return [UUID(path.name) for path in paths if _written_before(path, before)]


def _written_before(path: Path, moment: datetime) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mtime < moment.timestamp()
    return False


def _path(key: UUID) -> Path:
    return settings.PRIVATE_FILES / str(key)[:2] / str(key)


def _purpose(key: UUID) -> str:
    return f"document.{key}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
