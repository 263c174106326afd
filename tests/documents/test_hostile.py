"""I5: every odd or hostile file gets its declared verdict, and nothing of a refused one stays."""

import io

import pytest

from tests.documents import scans
from tests.documents.scans import chunk, jpeg, object_stream, pdf, png, segment
from xueji.documents import refusals, services
from xueji.documents.models import Document

pytestmark = pytest.mark.django_db

PAGE, ARCHIVE = (refusals.TWO_IN_ONE.format(what=what) for what in ("网页或脚本", "压缩包"))
CUT = {kind: refusals.CUT_SHORT.format(kind=kind) for kind in ("JPEG", "PNG", "PDF", "图片")}
SCRIPT, ATTACHED, LAUNCH, FORM = (
    refusals.ACTIVE_PDF.format(what=what)
    for what in ("脚本", "附带的文件", "会运行程序的动作", "会向外发送内容的表单")
)


def picture(name):
    return refusals.PICTURE.format(name=name)


def pixels(width, height):
    return refusals.TOO_MANY_PIXELS.format(width=width, height=height, side=10_000)


HOSTILE = {
    # not a scan at all, whatever the name says
    "empty": (b"", refusals.EMPTY),
    "text": ("三年级名单".encode(), refusals.UNKNOWN),
    "html as jpg": (scans.HTML, refusals.WEB_PAGE),
    "html in UTF-16": (scans.HTML.decode().encode("utf-16"), refusals.WEB_PAGE),
    "svg with script": (scans.SVG, refusals.WEB_PAGE),
    "xlsm": (scans.XLSM, refusals.OFFICE),
    "empty zip": (scans.archive(), refusals.OFFICE),
    "old doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), refusals.OFFICE),
    "rar": (b"Rar!\x1a\x07\x01\0", refusals.OFFICE),
    "exe": (b"MZ\x90\0" + bytes(600), refusals.PROGRAM),
    "shell script": (b"#!/bin/sh\nrm -rf /\n", refusals.PROGRAM),
    "gif": (b"GIF89a" + bytes(20), picture("GIF")),
    "gif with script": (b"GIF89a/*" + scans.HTML, picture("GIF")),
    "bmp": (b"BM" + bytes(60), picture("BMP")),
    "tiff": (b"II*\0" + bytes(60), picture("TIFF")),
    "webp": (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30), picture("WEBP")),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(30), refusals.PHONE_PICTURE),
    "only a signature": (b"\xff\xd8\xff", CUT["JPEG"]),
    "signature and page": (b"\xff\xd8\xff" + scans.HTML, CUT["JPEG"]),
    "blank before the PDF": (b"\n" + pdf(), refusals.OPAQUE_PDF),
    # two in one
    "jpeg + zip": (jpeg(after=scans.XLSM), ARCHIVE),
    "jpeg + zip cut short": (jpeg(after=scans.XLSM[:60]), ARCHIVE),
    "jpeg + html": (jpeg(after=scans.HTML), PAGE),
    "jpeg with html comment": (jpeg(segment(0xFE, scans.HTML)), PAGE),
    "jpeg with php comment": (jpeg(segment(0xFE, b"<?php system($_GET[0]);")), PAGE),
    "jpeg with zip in a comment": (jpeg(segment(0xFE, scans.XLSM)), ARCHIVE),
    "jpeg with svg in its EXIF": (jpeg(segment(0xE1, b"Exif\0\0" + scans.SVG)), PAGE),
    "png + zip": (png(after=scans.XLSM), ARCHIVE),
    "png + html": (png(after=scans.HTML), PAGE),
    "png with html text": (png(chunk(b"tEXt", b"Comment\0" + scans.HTML)), PAGE),
    "png with svg in an own chunk": (png(chunk(b"svGb", scans.SVG)), PAGE),
    "pdf + zip": (pdf(after=scans.XLSM), ARCHIVE),
    "pdf + html": (pdf(after=scans.HTML), PAGE),
    "pdf with zip in a stream": (
        pdf(b"<< /Length 9 >>\nstream\n" + scans.XLSM + b"\nendstream"),
        ARCHIVE,
    ),
    "pdf with html between objects": (pdf(b"<html><script>alert(1)</script>"), PAGE),
    # cut short or damaged
    "jpeg cut": (jpeg()[:-9], CUT["JPEG"]),
    "jpeg without picture": (b"\xff\xd8" + segment(0xDB, bytes(65)) + b"\xff\xd9", CUT["JPEG"]),
    "jpeg with a lying length": (b"\xff\xd8\xff\xe0\xff\xff" + bytes(9), CUT["JPEG"]),
    "jpeg with a length of zero": (b"\xff\xd8\xff\xe0\0\0" + bytes(9), CUT["JPEG"]),
    "png cut": (png()[:-5], CUT["PNG"]),
    "png with a wrong check sum": (png().replace(b"\x08\0\0\0\0", b"\x08\2\0\0\0", 1), CUT["PNG"]),
    "png without data": (png().replace(b"IDAT", b"IDAX"), CUT["PNG"]),
    "png with a lying length": (png()[:8] + b"\xff\xff\xff\xff" + png()[12:], CUT["PNG"]),
    "png that begins elsewhere": (png(header=chunk(b"gAMA", bytes(4))), CUT["PNG"]),
    "png with an unknown vital chunk": (png(chunk(b"CgBI", bytes(4))), refusals.UNKNOWN),
    "pdf cut": (pdf()[:-20], CUT["PDF"]),
    # too much
    "jpeg of 20,000 pixels": (jpeg(width=20_000, height=20_000), pixels(20_000, 20_000)),
    "jpeg of no pixels": (jpeg(height=0), CUT["图片"]),
    "jpeg in a rare coding": (jpeg(frame=0xC3), refusals.UNKNOWN),
    "png of 60,000 pixels": (png(width=60_000, height=1), pixels(60_000, 1)),
    "png of no pixels": (png(width=0), CUT["图片"]),
    "more than 5 MB": (jpeg(scan=bytes(5 * 1024 * 1024)), refusals.TOO_LARGE.format(limit=5)),
    # PDFs that do more than show pages
    "pdf with script": (pdf(b"<< /S /JavaScript /JS (app.alert(1)) >>"), SCRIPT),
    "pdf with script under another spelling": (pdf(b"<< /S /J#61vaScript >>"), SCRIPT),
    "pdf with script in an object stream": (
        pdf(object_stream(b"5 0 << /S /JavaScript /JS (app.alert(1)) >>")),
        SCRIPT,
    ),
    "pdf with an attached file": (pdf(b"<< /Names << /EmbeddedFiles 5 0 R >> >>"), ATTACHED),
    "pdf that starts a program": (pdf(b"<< /S /Launch /F (cmd.exe) >>"), LAUNCH),
    "pdf that sends a form": (pdf(b"<< /S /SubmitForm /F (http://x.invalid) >>"), FORM),
    "pdf with a password": (pdf(trailer=b"/Root 1 0 R /Encrypt 9 0 R"), refusals.SEALED_PDF),
    "pdf with an unreadable object stream": (
        pdf(object_stream(b"", packed=b"not deflate")),
        refusals.OPAQUE_PDF,
    ),
    "pdf with a bomb": (pdf(object_stream(bytes(60 * 1024 * 1024))), refusals.OPAQUE_PDF),
}


@pytest.mark.parametrize(("data", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_refused_with_its_reason(data, reason, clerk, files):
    with pytest.raises(services.BadFile) as refused:
        services.store(name="户口本.jpg", data=io.BytesIO(data), acting=clerk)

    assert str(refused.value) == reason
    assert (Document.objects.count(), list(files.glob("**/*"))) == (0, [])


HARMLESS = {
    "jpeg": (jpeg(), "image/jpeg"),
    "progressive jpeg": (jpeg(frame=0xC2), "image/jpeg"),
    "jpeg with a preview behind it": (jpeg(after=jpeg()), "image/jpeg"),
    "jpeg with bytes that look like scripts": (jpeg(scan=b"/JS PK\x03\x04<html>"), "image/jpeg"),
    "png": (png(), "image/png"),
    "pdf": (pdf(), "application/pdf"),
    "pdf with objects in a stream": (
        pdf(object_stream(b"5 0 << /Type /Page >>")),
        "application/pdf",
    ),
    "pdf that opens on its first page": (
        pdf(b"<< /OpenAction [3 0 R /Fit] /JSX 1 >>"),
        "application/pdf",
    ),
}


@pytest.mark.parametrize(("data", "content_type"), HARMLESS.values(), ids=HARMLESS.keys())
def test_an_honest_scan_is_taken(data, content_type, clerk, files):
    document = services.store(name="材料", data=data, acting=clerk)

    assert (document.content_type, document.size) == (
        content_type,
        len(services.open_bytes(document)),
    )


@pytest.mark.parametrize("order", [">", "<"])
def test_a_photo_keeps_how_it_was_held_and_loses_where(order, clerk, files):
    data = jpeg(scans.exif(order), segment(0xFE, scans.PLACE), after=scans.PLACE)

    document = services.store(name="照片.jpg", data=data, acting=clerk)

    assert services.open_bytes(document) == jpeg().replace(
        b"\xff\xd8", b"\xff\xd8" + bare_exif(scans.ORIENTATION_RIGHT), 1
    )


def bare_exif(orientation):
    directory = b"\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes((orientation,)) + bytes(6)
    return segment(0xE1, b"Exif\0\0MM\0*" + directory)


@pytest.mark.parametrize("broken", [b"Exif\0\0", b"Exif\0\0MM\0*\xff\xff\xff\xff", b"http://ns"])
def test_a_photo_with_broken_camera_data_is_taken_without_them(broken, clerk, files):
    document = services.store(name="照片.jpg", data=jpeg(segment(0xE1, broken)), acting=clerk)

    assert services.open_bytes(document) == jpeg()


def test_a_png_loses_its_texts(clerk, files):
    data = png(chunk(b"tEXt", b"Author\0" + scans.PLACE), chunk(b"eXIf", scans.PLACE))

    document = services.store(name="截图.png", data=data, acting=clerk)

    assert services.open_bytes(document) == png()
