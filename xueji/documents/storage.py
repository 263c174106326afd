"""Sealed files on disk: whole or absent, under random keys, each bound to its own key."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import UUID

from django.conf import settings

from xueji.identity import crypto

PIECES = b"\0pieces1"  # no key of the ring has the number 0
LENGTH = 4


def write(key: UUID, data: bytes) -> None:
    """Seal and write a file so that it is on the disk before its row can commit."""
    with _new(key) as file:
        file.write(crypto.encrypt_bytes(_purpose(key), data))


@contextlib.contextmanager
def sealing(key: UUID) -> Iterator["Sealing"]:
    """The same for a file that is too long to hold: what is written is sealed piece by piece."""
    with _new(key) as file:
        file.write(PIECES)
        sealed = Sealing(key, file)
        yield sealed
        sealed.finish()


class Sealing:
    """Takes bytes in the order of the file. The last piece says so, so that none can go missing."""

    PIECE = 1024 * 1024

    def __init__(self, key: UUID, file: IO[bytes]) -> None:
        self._key, self._file, self._held, self._count = key, file, bytearray(), 0

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) > self.PIECE:
            self._seal(bytes(self._held[: self.PIECE]), is_last=False)
            del self._held[: self.PIECE]
        return len(data)

    def flush(self) -> None:
        """A piece is written when it is full."""

    def finish(self) -> None:
        self._seal(bytes(self._held), is_last=True)

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        sealed = crypto.encrypt_bytes(_piece_purpose(self._key, self._count, is_last), piece)
        self._file.write(len(sealed).to_bytes(LENGTH) + sealed)
        self._count += 1


def read(key: UUID) -> bytes:
    """Open a sealed file; FileNotFoundError or crypto.CannotDecrypt."""
    return b"".join(pieces(key))


def pieces(key: UUID) -> Iterator[bytes]:
    """The same, as it was sealed: whole or piece by piece, each checked before it is given."""
    with _path(key).open("rb") as file:
        begin = file.read(len(PIECES))
        if begin != PIECES:
            yield crypto.decrypt_bytes(_purpose(key), begin + file.read())
            return
        count, length = 0, file.read(LENGTH)
        while length:
            sealed = file.read(int.from_bytes(length))
            length = file.read(LENGTH)
            yield crypto.decrypt_bytes(_piece_purpose(key, count, not length), sealed)
            count += 1


@contextlib.contextmanager
def _new(key: UUID) -> Iterator[IO[bytes]]:
    """A file that is on the disk, whole, when the block ends, and nowhere if it fails."""
    path = _path(key)
    for folder in (settings.PRIVATE_FILES, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix="draft-")  # made as 0600
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


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


def _piece_purpose(key: UUID, count: int, is_last: bool) -> str:
    return f"document.{key}.{count}" + (".last" if is_last else "")


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
