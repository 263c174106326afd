"""The key ring file: made once, never overwritten, readable by its owner only, never logged.

    {"version": 1, "current": 1, "keys": {"1": "<base64>"}, "index": "<base64>"}

``keys`` are AES-256 keys by number (1 to 255, the first byte of what they sealed); ``index`` is
the key of blind indexes and never changes, or exact search would find nothing.
"""

import base64
import fcntl
import json
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
MOST_KEYS = 255
_DAMAGED = "密钥文件的内容已损坏，请从备份恢复。"


class KeyringUnusable(Exception):
    """The key ring is missing, damaged, or open to others."""


@dataclass(frozen=True)
class Keyring:
    """Keys ready for use; its repr names no key."""

    current: int
    ciphers: dict[int, AESGCM] = field(repr=False)
    index_key: bytes = field(repr=False)


def create_keyring(path: str | os.PathLike[str]) -> bool:
    """Make a ring with fresh keys unless one exists; True if it was made.

    Of several processes that start at once exactly one makes it, and none sees half a file.
    """
    path = Path(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(path):
        if path.exists():
            return False
        fresh = {"version": 1, "current": 1, "keys": {"1": _new()}, "index": _new()}
        _replace(path, fresh)
    return True


def add_key(path: str | os.PathLike[str]) -> int:
    """Add a key and seal with it from now on; the number of the new key.

    What was sealed before stays readable. Running processes go on with the ring that they have
    read and look again when they meet a number they do not know.
    """
    path = Path(path)
    with _alone(path):
        document = _read(path)
        number = max(_parse(document).ciphers) + 1
        if number > MOST_KEYS:
            raise KeyringUnusable(f"密钥文件已有 {MOST_KEYS} 把密钥，不能再增加。")
        document["keys"][str(number)] = _new()
        document["current"] = number
        _replace(path, document)
    return number


@cache
def load(path: str | os.PathLike[str]) -> Keyring:
    """Read the ring; cached per path until ``load.cache_clear()``."""
    return _parse(_read(Path(path)))


def _parse(document: dict) -> Keyring:
    try:
        ciphers = {int(number): AESGCM(_bytes(key)) for number, key in document["keys"].items()}
        ring = Keyring(document["current"], ciphers, _bytes(document["index"]))
        sound = document["version"] == 1 and ring.current in ciphers
        sound = sound and all(1 <= number <= MOST_KEYS for number in ciphers)
    except (KeyError, TypeError, ValueError, AttributeError):
        sound = False
    if not sound:  # out here: the cause could hold a key
        raise KeyringUnusable(_DAMAGED)
    return ring


def _read(path: Path) -> dict:
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except FileNotFoundError:
        raise KeyringUnusable(f"找不到密钥文件 {path}；请从备份恢复，不要新建。") from None
    except OSError as error:
        raise KeyringUnusable(f"读不了密钥文件 {path}：{error.strerror}。") from None
    except UnicodeDecodeError:
        raise KeyringUnusable(_DAMAGED) from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyringUnusable(f"别的用户能读密钥文件 {path}；请先执行 chmod 600。")
    return _document(text)


def _document(text: str) -> dict:
    with suppress(json.JSONDecodeError):
        return json.loads(text)
    raise KeyringUnusable(_DAMAGED)  # out here: the cause would hold the whole text


def _replace(path: Path, document: dict) -> None:
    """Put a complete file in place, on the disk before it gets its name."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".keyring-")  # made as 0600
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two writers cannot lose each other's keys."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _new() -> str:
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def _bytes(encoded: str) -> bytes:
    key = base64.b64decode(encoded, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError
    return key
