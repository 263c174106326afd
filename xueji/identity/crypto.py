"""Sealing of personal data: AES-256-GCM bound to a purpose, and blind indexes for exact search.

A sealed value is one byte of key number, twelve of nonce, then cipher text and tag. The purpose
(such as ``student.id_number``) is authenticated, so that a value moved to another column does
not open. The key ring is the file ``settings.XUEJI_KEYRING``.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from django.conf import settings

from xueji.identity import keyring
from xueji.identity.idnumbers import normalise
from xueji.identity.keyring import Keyring, KeyringUnusable, add_key, create_keyring

__all__ = [
    "CannotDecrypt",
    "KeyringUnusable",
    "add_key",
    "blind_index",
    "check_keyring",
    "create_keyring",
    "decrypt",
    "decrypt_bytes",
    "encrypt",
    "encrypt_bytes",
    "is_current",
]

_NONCE_BYTES = 12
_LEAST_BYTES = 1 + _NONCE_BYTES + 16


class CannotDecrypt(Exception):
    """Wrong key, wrong purpose, or a value that was changed; which of them cannot be told."""


def encrypt(purpose: str, text: str) -> bytes:
    """Seal a text for one purpose; the same text never gives the same bytes twice."""
    return encrypt_bytes(purpose, text.encode())


def decrypt(purpose: str, blob: bytes | memoryview) -> str:
    """Open what ``encrypt`` sealed for the same purpose, or raise CannotDecrypt."""
    return decrypt_bytes(purpose, blob).decode()


def encrypt_bytes(purpose: str, data: bytes) -> bytes:
    """Seal a whole file or other bytes; everything is held in memory."""
    ring = _ring()
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = ring.ciphers[ring.current].encrypt(nonce, data, purpose.encode())
    return bytes((ring.current,)) + nonce + sealed


def decrypt_bytes(purpose: str, blob: bytes | memoryview) -> bytes:
    """Open what ``encrypt_bytes`` sealed for the same purpose, or raise CannotDecrypt."""
    blob = bytes(blob)
    if len(blob) < _LEAST_BYTES:
        raise CannotDecrypt("加密内容不完整，无法打开。")
    cipher = _ring().ciphers.get(blob[0]) or _ring(again=True).ciphers.get(blob[0])
    if cipher is None:
        raise CannotDecrypt(f"密钥文件里没有第 {blob[0]} 号密钥，无法打开这段加密内容。")
    nonce, sealed = blob[1 : 1 + _NONCE_BYTES], blob[1 + _NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, sealed, purpose.encode())
    except InvalidTag:
        raise CannotDecrypt("密钥不对，或者加密内容被改动过，无法打开。") from None


def is_current(blob: bytes | memoryview) -> bool:
    """Whether the newest key sealed it; what is not is due for sealing anew."""
    return bytes(blob[:1]) == bytes((_ring().current,))


def blind_index(purpose: str, text: str) -> bytes:
    """32 bytes that are equal for equal texts of one purpose and say nothing without the key.

    The text is normalised as identity numbers are, so that ``x``, ``Ｘ`` and blanks do not matter.
    """
    message = purpose.encode() + b"\0" + normalise(text).encode("utf-8", "surrogatepass")
    return hmac.digest(_ring().index_key, message, hashlib.sha256)


def check_keyring(sample: tuple[str, bytes | memoryview] | None = None) -> None:
    """Raise KeyringUnusable or CannotDecrypt unless the ring is sound and opens the sample.

    For start-up: ``sample`` is (purpose, blob) of any stored value, None while there is none.
    """
    ring = _ring(again=True)
    purpose = "keyring.check"
    decrypt_bytes(purpose, encrypt_bytes(purpose, bytes((ring.current,))))
    if sample is not None:
        decrypt_bytes(*sample)


def _ring(*, again: bool = False) -> Keyring:
    if again:
        keyring.load.cache_clear()
    return keyring.load(settings.XUEJI_KEYRING)
