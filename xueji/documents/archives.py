"""A ZIP of pictures: judged by its directory before anything is unpacked, then read one by one.

Nothing is written to the disk, no name of the archive becomes a path, and what a member claims of
its size is all that is read of it.
"""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO

from xueji.documents import refusals
from xueji.documents.refusals import BadFile

MEGABYTE = 1024 * 1024
MOST_BYTES = 64 * MEGABYTE  # of the archive as sent
MOST_UNPACKED = 256 * MEGABYTE
MOST_MEMBERS = 3000
MOST_DIRECTORY = 2 * MEGABYTE
NESTED = {".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz", ".jar"}
PASSED_OVER = ("__macosx/", ".ds_store", "thumbs.db", "desktop.ini")  # what systems leave behind
_END, _END_OF_64 = b"PK\x05\x06", b"PK\x06\x07"
_TAIL = 20 + 22 + 65535  # the 64-bit locator stands before the record and its comment
_SPOKEN_UTF8 = 0x800


@dataclass(frozen=True)
class Member:
    """One file of the archive; ``stem`` is its name without folder and ending."""

    name: str
    stem: str
    info: zipfile.ZipInfo


class Archive:
    """An archive that may be read; BadFile with the sentence why for any other."""

    def __init__(self, data: IO[bytes]):
        _require_directory(data)
        try:
            self._zip = zipfile.ZipFile(data)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise BadFile(refusals.BROKEN_ZIP) from None
        self.members = list(_members(self._zip.infolist()))

    def read(self, member: Member) -> bytes:
        """The content of one file, BadFile where it is damaged or longer than it claims."""
        try:
            with self._zip.open(member.info) as file:
                return file.read(member.info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError):
            raise BadFile(refusals.DAMAGED) from None


def _require_directory(data: IO[bytes]) -> None:
    """Raise BadFile unless the directory at the end is there and short enough to be looked at."""
    size = data.seek(0, 2)
    if not size:
        raise BadFile(refusals.EMPTY)
    if size > MOST_BYTES:
        raise BadFile(refusals.LARGE_ZIP.format(limit=MOST_BYTES // MEGABYTE))
    data.seek(max(0, size - _TAIL))
    tail = data.read()
    at = tail.rfind(_END)
    data.seek(0)
    if at < 0 or len(tail) < at + 22 or not data.read(4).startswith(b"PK"):
        raise BadFile(refusals.NO_ZIP)
    count, length = struct.unpack_from("<HI", tail, at + 10)
    if count > MOST_MEMBERS or length > MOST_DIRECTORY or _END_OF_64 in tail[max(0, at - 20) : at]:
        raise BadFile(refusals.MANY_IN_ZIP.format(limit=MOST_MEMBERS))
    data.seek(0)


def _members(infos: list[zipfile.ZipInfo]) -> Iterator[Member]:
    if len(infos) > MOST_MEMBERS:
        raise BadFile(refusals.MANY_IN_ZIP.format(limit=MOST_MEMBERS))
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise BadFile(refusals.BOMB.format(limit=MOST_UNPACKED // MEGABYTE))
    for info in infos:
        name = _name(info)
        path = PurePosixPath(name.replace("\\", "/"))
        if info.flag_bits & 1:
            raise BadFile(refusals.SEALED_ZIP)
        if path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name:
            raise BadFile(refusals.PATHS_IN_ZIP)
        if stat.S_ISLNK(info.external_attr >> 16):
            raise BadFile(refusals.LINKS_IN_ZIP)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BadFile(refusals.BROKEN_ZIP)
        if path.suffix.lower() in NESTED:
            raise BadFile(refusals.NESTED_ZIP)
        is_left = any(part in f"{path}/".lower() for part in PASSED_OVER)
        if not (info.is_dir() or is_left):
            yield Member(str(path), path.stem, info)


def _name(info: zipfile.ZipInfo) -> str:
    """The name as it was written: without the mark of UTF-8 it is Chinese Windows' GBK."""
    if info.flag_bits & _SPOKEN_UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gbk")
    except UnicodeError:
        return info.filename
