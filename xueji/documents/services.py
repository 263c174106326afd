"""Keeping private files: checked, sealed, and on the disk before the row that names them commits.

A file without row is left by a rolled back or killed request; the daily ``document_expiry`` job
removes it, and the files past their date.
"""

import errno
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import IO, NamedTuple, cast
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate, now

from xueji.accounts.access import Acting
from xueji.accounts.models import Post
from xueji.documents import content, names, portraits, refusals, storage
from xueji.documents.models import Document
from xueji.documents.refusals import BadFile, FileGone

__all__ = [
    "BadFile",
    "FileGone",
    "expire",
    "headers",
    "Kept",
    "keep",
    "keep_written",
    "open_bytes",
    "open_pieces",
    "release",
    "store",
    "store_portrait",
    "write",
]

MEGABYTE = 1024 * 1024
ORPHANED_AFTER = timedelta(days=1)
BATCH = 500
# More orphans than this among the files means that database and files do not belong together.
MOST_ORPHANS = 100


class TooManyOrphans(Exception):
    """So many files have no row that the database may be an older copy; nothing was removed."""


def store(
    *, name: str, data: bytes | IO[bytes], acting: Acting, expires_on: date | None = None
) -> Document:
    """Take an uploaded scan: JPEG, PNG or PDF by its content, without hidden data.

    Raises BadFile with the sentence for the person who sent it.
    """
    content_type, cleaned = content.clean(_whole(data))
    return keep(
        name=name,
        content_type=content_type,
        data=cleaned,
        post=acting.post,
        at=acting.at,
        expires_on=expires_on,
    )


def store_portrait(
    *, name: str, data: bytes | IO[bytes], wanted: portraits.Format, acting: Acting
) -> Document:
    """Take an uploaded photograph and keep the official JPEG made of it; BadFile as ``store``."""
    made = portraits.make(_whole(data), wanted)
    return keep(name=name, content_type=content.JPEG, data=made, post=acting.post, at=acting.at)


def _whole(data: bytes | IO[bytes]) -> bytes:
    """What was sent, read only as far as it may be long."""
    limit = settings.DOCUMENT_MAX_BYTES
    raw = data if isinstance(data, bytes) else data.read(limit + 1)
    if not raw:
        raise BadFile(refusals.EMPTY)
    if len(raw) > limit:
        raise BadFile(refusals.TOO_LARGE.format(limit=limit / MEGABYTE))
    return raw


def keep(
    *,
    name: str,
    content_type: str,
    data: bytes,
    post: Post,
    at: datetime,
    expires_on: date | None = None,
) -> Document:
    """Keep a file that the product made or that its own reader checks, such as a workbook."""
    kept = Kept(uuid4(), len(data), hashlib.sha256(data).hexdigest())
    with _space():
        storage.write(kept.key, data)
    return keep_written(
        kept, name=name, content_type=content_type, post=post, at=at, expires_on=expires_on
    )


class Kept(NamedTuple):
    """A file on the disk that no row names yet; without one it goes after a day."""

    key: UUID
    size: int
    digest: str


class _Counted:
    """Passes bytes on and knows how many there were."""

    def __init__(self, target: storage.Sealing) -> None:
        self.target, self.size, self.digest = target, 0, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self.target.write(data)

    def flush(self) -> None:
        self.target.flush()


def write(produce: Callable[[IO[bytes]], object]) -> Kept:
    """Let ``produce`` write a file of any length; it is sealed as it comes."""
    key = uuid4()
    with _space(), storage.sealing(key) as sealed:
        counted = _Counted(sealed)
        produce(cast(IO[bytes], counted))
    return Kept(key, counted.size, counted.digest.hexdigest())


def keep_written(
    kept: Kept,
    *,
    name: str,
    content_type: str,
    post: Post,
    at: datetime,
    expires_on: date | None = None,
) -> Document:
    """The row of a file that lies on the disk."""
    return Document.objects.create(
        key=kept.key,
        name=names.clean(name, content_type),
        content_type=content_type,
        size=kept.size,
        digest=kept.digest,
        uploaded_by=post,
        uploaded_at=at,
        expires_on=expires_on,
    )


@contextmanager
def _space() -> Iterator[None]:
    """A full disk is told to the person, anything else is a fault."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise BadFile(refusals.NO_SPACE) from None
        raise


def open_bytes(document: Document) -> bytes:
    """The file as it was kept; FileGone once it has expired."""
    return b"".join(open_pieces(document))


def open_pieces(document: Document) -> Iterator[bytes]:
    """The same piece by piece, for a file that may be long."""
    if document.removed_at:
        raise FileGone(refusals.GONE.format(day=localdate(document.removed_at)))
    return storage.pieces(document.key)


def headers(document: Document) -> Mapping[str, str]:
    """What an answer with the file must carry, so that it is saved and never run or cached."""
    return {
        "Content-Type": document.content_type,
        "Content-Disposition": names.disposition(document.name),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }


def release(keys: QuerySet, *, today: date) -> None:
    """Let files go with the next day's expiry: what they hung on is gone."""
    Document.objects.filter(key__in=keys, removed_at=None).update(expires_on=today)


def expire(*, today: date) -> None:
    """Remove files past their date and those that no row names; bears repeating.

    Raises TooManyOrphans rather than empty a folder that belongs to a newer database.
    """
    for key in Document.objects.filter(expires_on__lt=today, removed_at=None).values_list(
        "key", flat=True
    ):
        with transaction.atomic():
            due = Document.objects.filter(key=key, expires_on__lt=today, removed_at=None)
            if due.update(removed_at=now()):
                storage.remove(key)
    yesterday = now() - ORPHANED_AFTER
    storage.forget_drafts(before=yesterday)
    found = storage.keys(before=yesterday)
    orphans: list[UUID] = []
    for start in range(0, len(found), BATCH):
        some = set(found[start : start + BATCH])
        orphans += some - set(
            Document.objects.filter(key__in=some, removed_at=None).values_list("key", flat=True)
        )
    if len(orphans) > max(MOST_ORPHANS, len(found) // 2):
        raise TooManyOrphans
    for key in orphans:
        storage.remove(key)
