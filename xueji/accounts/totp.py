"""Time-based codes of six digits (RFC 6238), each good once, with a clock half a minute off."""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

STEP, DIGITS = 30, 6
DRIFT = 1  # steps that a telephone's clock may be early or late
SECRET_BYTES = 20


def new_secret() -> str:
    """A key in the letters that people can type: A-Z and 2-7."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def step_of(at: datetime) -> int:
    return int(at.timestamp()) // STEP


def code(secret: str, step: int) -> str:
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching_step(secret: str, typed: str, *, at: datetime, after: int = 0) -> int | None:
    """The step whose code was typed; None for a wrong code, or one of step ``after`` or before."""
    now = step_of(at)
    found = None
    for step in range(now - DRIFT, now + DRIFT + 1):  # all of them: the time taken says nothing
        if hmac.compare_digest(code(secret, step).encode(), typed.encode()) and step > after:
            found = step
    return found


def uri(secret: str, *, account: str, issuer: str) -> str:
    """What the QR code says to the telephone's program."""
    query = urlencode({"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP})
    return f"otpauth://totp/{quote(f'{issuer}:{account}')}?{query}"
