"""ZIPs as schools send them, and those that nobody should open."""

import io
import stat
import zipfile
from collections.abc import Mapping


def packed(files: Mapping[str, bytes], *, mode: int = 0, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these files; ``mode`` is the file mode written beside each."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (2026, 9, 1, 8, 0, 0))
            info.compress_type, info.external_attr = kind, mode << 16
            archive.writestr(info, data)
    return out.getvalue()


def bomb() -> bytes:
    """A small file that unpacks to more than anybody's photographs."""
    return packed({f"{n}.jpg": bytes(100 * 1024 * 1024) for n in range(3)})


def sealed() -> bytes:
    """An archive that says of its file that it is encrypted."""
    data = bytearray(packed({"一.jpg": b"x" * 20}, kind=zipfile.ZIP_STORED))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + place] |= 1
    return bytes(data)


def linked() -> bytes:
    return packed({"130283.jpg": b"/etc/passwd"}, mode=stat.S_IFLNK | 0o777)


def many(count: int) -> bytes:
    return packed({f"{n}.jpg": b"" for n in range(count)}, kind=zipfile.ZIP_STORED)
