"""Finds what does not belong into a scan: archives, web pages and scripts."""

import io
import re
import zipfile

from xueji.documents.refusals import TWO_IN_ONE, BadFile

_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|object|embed)\b|<\?(?:php|xml-stylesheet)",
    re.IGNORECASE,
)
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")


def is_markup(data: bytes) -> bool:
    """Whether a browser could take it for a page; also in UTF-16."""
    return bool(_MARKUP.search(data.replace(b"\0", b"")))


def refuse_in(data: bytes) -> None:
    """Raise BadFile if bytes around or between the parts of a scan are something else."""
    if is_markup(data):
        raise BadFile(TWO_IN_ONE.format(what="网页或脚本"))
    if any(mark in data for mark in _ARCHIVES):
        raise BadFile(TWO_IN_ONE.format(what="压缩包"))


def refuse_archive(data: bytes) -> None:
    """Raise BadFile if an unpacker would open the whole file as a ZIP archive."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        raise BadFile(TWO_IN_ONE.format(what="压缩包"))
