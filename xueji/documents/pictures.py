"""JPEG and PNG without what is not picture: place and camera, comments, previews, appended data.

Pixels are not decoded. The structure is walked to its end, wanted parts are copied as they are,
and what is left behind must be harmless.
"""

import re
import struct
import zlib
from collections.abc import Iterator

from xueji.documents import foreign
from xueji.documents.refusals import CUT_SHORT, TOO_MANY_PIXELS, UNKNOWN, BadFile

JPEG_START = b"\xff\xd8\xff"
PNG_START = b"\x89PNG\r\n\x1a\n"
MOST_PIXELS_A_SIDE = 10_000

_APP1, _COMMENT, _SCAN, _END = 0xE1, 0xFE, 0xDA, 0xD9
_APPS = range(0xE0, 0xF0)
_KEPT_APPS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_COMMON_FRAMES = {0xC0, 0xC1, 0xC2}
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")  # neither stuffed byte nor restart mark
_EXIF = b"Exif\0\0"
_ORIENTATION = 0x0112
_KEPT_CHUNKS = {
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"pHYs",
    b"sBIT", b"bKGD",
}  # fmt: skip


def clean_jpeg(data: bytes) -> bytes:
    """The picture alone, still the right way up; BadFile if it is cut short, too large or more."""
    kept, dropped = [b"\xff\xd8"], []
    framed = scanned = False
    orientation, end = 1, 2
    for marker, start, end in _segments(data):
        segment, body = data[start:end], data[start + 4 : end]
        if marker == _COMMENT or (
            marker in _APPS and not body.startswith(_KEPT_APPS.get(marker, b"\0none"))
        ):
            dropped.append(body)
            if marker == _APP1 and body.startswith(_EXIF):
                orientation = _orientation(body[len(_EXIF) :])
            continue
        if marker in _FRAMES:
            _check_frame(marker, body)
            framed = True
        scanned |= marker == _SCAN
        kept.append(segment)
    if not (framed and scanned):
        raise BadFile(CUT_SHORT.format(kind="JPEG"))
    foreign.refuse_in(b"\0".join([*dropped, data[end:]]))
    if orientation != 1:
        kept.insert(1, _exif_with(orientation))
    return b"".join(kept)


def clean_png(data: bytes) -> bytes:
    """The picture alone; BadFile if it is cut short, damaged, too large or more."""
    kept, dropped, names = [PNG_START], [], []
    end = len(PNG_START)
    for name, start, end in _chunks(data):
        names.append(name)
        if name in _KEPT_CHUNKS:
            kept.append(data[start:end])
        elif name[:1].isupper():
            raise BadFile(UNKNOWN)
        else:
            dropped.append(data[start + 8 : end - 4])
    if names[0] != b"IHDR" or names.count(b"IHDR") != 1 or b"IDAT" not in names:
        raise BadFile(CUT_SHORT.format(kind="PNG"))
    _refuse_too_large(*struct.unpack(">II", kept[1][8:16]))
    foreign.refuse_in(b"\0".join([*dropped, data[end:]]))
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of every segment up to the end mark; picture data belong to theirs."""
    start = 2
    while True:
        while data[start : start + 2] == b"\xff\xff":
            start += 1
        head = data[start : start + 4]
        if len(head) < 2 or head[0] != 0xFF:
            raise BadFile(CUT_SHORT.format(kind="JPEG"))
        marker = head[1]
        if marker == _END:
            yield marker, start, start + 2
            return
        end = start + 2 + int.from_bytes(head[2:4], "big")
        if end < start + 4 or end > len(data):
            raise BadFile(CUT_SHORT.format(kind="JPEG"))
        if marker == _SCAN:
            follows = _AFTER_SCAN.search(data, end)
            end = follows.start() if follows else len(data)
        yield marker, start, end
        start = end


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Name, start and end of every chunk up to the last; each check sum is right."""
    start, name = len(PNG_START), b""
    while name != b"IEND":
        length = int.from_bytes(data[start : start + 4], "big")
        name, end = data[start + 4 : start + 8], start + 12 + length
        if end > len(data) or zlib.crc32(data[start + 4 : end - 4]) != int.from_bytes(
            data[end - 4 : end], "big"
        ):
            raise BadFile(CUT_SHORT.format(kind="PNG"))
        yield name, start, end
        start = end


def _check_frame(marker: int, body: bytes) -> None:
    if marker not in _COMMON_FRAMES:
        raise BadFile(UNKNOWN)
    if len(body) < 6:
        raise BadFile(CUT_SHORT.format(kind="JPEG"))
    height, width = struct.unpack(">HH", body[1:5])
    _refuse_too_large(width, height)


def _refuse_too_large(width: int, height: int) -> None:
    if not (width and height):
        raise BadFile(CUT_SHORT.format(kind="图片"))
    if max(width, height) > MOST_PIXELS_A_SIDE:
        raise BadFile(TOO_MANY_PIXELS.format(width=width, height=height, side=MOST_PIXELS_A_SIDE))


def _orientation(tiff: bytes) -> int:
    """How the camera was held, 1 to 8; 1 when the data say nothing sensible."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(tiff[:4])
    if order is None:
        return 1
    try:
        (directory,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, directory)
        for place in range(directory + 2, directory + 2 + 12 * count, 12):
            tag, kind, number, value = struct.unpack_from(order + "HHIH", tiff, place)
            if (tag, kind, number) == (_ORIENTATION, 3, 1):
                return value if 1 <= value <= 8 else 1
    except struct.error:
        pass
    return 1


def _exif_with(orientation: int) -> bytes:
    """A segment that says how to turn the picture and nothing else."""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    body = _EXIF + b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)
    return struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body
