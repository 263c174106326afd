"""What a file is, judged by its bytes; name and declared type are not asked."""

from collections.abc import Callable

from xueji.documents import foreign, pdfs, pictures, refusals
from xueji.documents.refusals import BadFile

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"

_TAKEN: dict[bytes, tuple[str, Callable[[bytes], bytes]]] = {
    pictures.JPEG_START: (JPEG, pictures.clean_jpeg),
    pictures.PNG_START: (PNG, pictures.clean_png),
    pdfs.PDF_START: (PDF, pdfs.clean_pdf),
}
_REFUSED = {
    b"PK\x03\x04": refusals.OFFICE,
    b"PK\x05\x06": refusals.OFFICE,
    b"\xd0\xcf\x11\xe0": refusals.OFFICE,
    b"Rar!": refusals.OFFICE,
    b"7z\xbc\xaf": refusals.OFFICE,
    b"GIF8": refusals.PICTURE.format(name="GIF"),
    b"BM": refusals.PICTURE.format(name="BMP"),
    b"II*\0": refusals.PICTURE.format(name="TIFF"),
    b"MM\0*": refusals.PICTURE.format(name="TIFF"),
    b"MZ": refusals.PROGRAM,
    b"\x7fELF": refusals.PROGRAM,
    b"#!": refusals.PROGRAM,
}
_HEIC = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypmsf1", b"ftypheif")


def clean(data: bytes) -> tuple[str, bytes]:
    """Content type and harmless bytes of a scan; BadFile says what else it is."""
    for start, (content_type, cleaned) in _TAKEN.items():
        if data.startswith(start):
            foreign.refuse_archive(data)
            return content_type, cleaned(data)
    raise BadFile(_why_not(data))


def _why_not(data: bytes) -> str:
    if data[4:12] in _HEIC:
        return refusals.PHONE_PICTURE
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return refusals.PICTURE.format(name="WEBP")
    if pdfs.PDF_START in data[:1024]:
        return refusals.OPAQUE_PDF
    for start, reason in _REFUSED.items():
        if data.startswith(start):
            return reason
    return refusals.WEB_PAGE if foreign.is_markup(data[:4096]) else refusals.UNKNOWN
