"""Scans made byte by byte, honest ones and hostile ones."""

import io
import struct
import zipfile
import zlib

ORIENTATION_RIGHT = 6
PLACE = b"GPS 40.0128 118.7012"  # where the photo was taken


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def exif(order=">", orientation=ORIENTATION_RIGHT):
    """What a telephone writes: how it was held, and where it was."""
    mark = b"MM\0*" if order == ">" else b"II*\0"
    entries = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    entries += struct.pack(order + "HHII", 0x8825, 4, 1, 50)
    directory = struct.pack(order + "IH", 8, 2) + entries + struct.pack(order + "I", 0)
    return segment(0xE1, b"Exif\0\0" + mark + directory + PLACE)


def jpeg(*extra, width=40, height=30, frame=0xC0, after=b"", scan=b"\x12\x34\xff\x00\xff\xd0\x56"):
    """A JPEG of the right structure; its picture data are not worth looking at."""
    parts = [
        b"\xff\xd8",
        segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
        *extra,
        segment(0xDB, b"\0" + bytes(range(1, 65))),
        segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\0"),
        segment(0xC4, b"\0" + bytes(16)),
        segment(0xDA, b"\x01\x01\0\0\x3f\0") + scan,
        b"\xff\xd9",
        after,
    ]
    return b"".join(parts)


def chunk(name, body):
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra, width=4, height=3, after=b"", header=None):
    """A grey PNG that every viewer opens."""
    rows = zlib.compress((b"\0" + b"\x80" * 4) * 3)
    parts = [
        b"\x89PNG\r\n\x1a\n",
        header or chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        *extra,
        chunk(b"IDAT", rows),
        chunk(b"IEND", b""),
        after,
    ]
    return b"".join(parts)


def pdf(*objects, trailer=b"/Root 1 0 R", after=b""):
    """A one-page PDF; ``objects`` are further ones."""
    text = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"
    body = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        b"<< /Length 12 >>\nstream\n/JS <html> q\nendstream",
        *objects,
    ]
    for number, content in enumerate(body, start=1):
        text += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(text)
    text += b"xref\n0 1\n0000000000 65535 f \ntrailer\n<< /Size %d %s >>\n" % (
        len(body) + 1,
        trailer,
    )
    return text + b"startxref\n%d\n%%%%EOF\n" % start + after


def object_stream(content, *, packed=None):
    packed = zlib.compress(content) if packed is None else packed
    return (
        b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(packed)
        + packed
        + b"\nendstream"
    )


def archive(**members):
    """A ZIP file such as Office writes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return out.getvalue()


XLSM = archive(**{"[Content_Types].xml": "<Types/>", "xl/vbaProject.bin": "macro"})
SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
