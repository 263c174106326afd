"""A pupil's photograph: decoded, turned upright, cropped, resized and written anew as JPEG.

Nothing of the file that was sent survives but its colours: no place, no camera, no comment.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from xueji.documents import content, pdfs, refusals
from xueji.documents.refusals import BadFile

MOST_PIXELS = 25_000_000
KEPT_EDGE = (0.5, 0.0)  # what is too wide loses both sides, what is too tall its foot: heads are up
QUALITIES = (92, 85, 75, 65, 55, 45, 35, 25)

Image.MAX_IMAGE_PIXELS = None  # MOST_PIXELS is asked before anything is decoded


@dataclass(frozen=True, kw_only=True)
class Format:
    """How large the photograph is to be, how small what is sent may be, in pixels and bytes."""

    width: int
    height: int
    least_width: int
    least_height: int
    most_bytes: int


def make(data: bytes, wanted: Format) -> bytes:
    """The official JPEG of a picture that was sent, or BadFile with the sentence why not."""
    if data.startswith(pdfs.PDF_START):
        raise BadFile(refusals.NO_PICTURE)
    try:
        _, cleaned = content.clean(data)
    except BadFile as why:
        raise BadFile(refusals.of_portrait(str(why))) from None
    try:
        picture = _opened(cleaned, wanted)
        fitted = ImageOps.fit(
            picture, (wanted.width, wanted.height), Image.Resampling.LANCZOS, centering=KEPT_EDGE
        )
    except BadFile:
        raise
    except Exception:  # whatever the decoder trips over, the picture is damaged
        raise BadFile(refusals.DAMAGED) from None
    return _written(fitted, wanted.most_bytes)


def _opened(data: bytes, wanted: Format) -> Image.Image:
    """The picture upright and on white paper, decoded no larger than needed."""
    picture: Image.Image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG"))
    _check_size(picture, wanted)
    side = 2 * max(wanted.width, wanted.height)
    picture.draft("RGB", (side, side))
    upright = ImageOps.exif_transpose(picture)
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        paper = Image.new("RGBA", upright.size, "white")
        upright = Image.alpha_composite(paper, upright)
    return upright.convert("RGB")


def _check_size(picture: Image.Image, wanted: Format) -> None:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadFile(
            refusals.PORTRAIT_TOO_LARGE.format(
                width=width, height=height, most=MOST_PIXELS // 10_000
            )
        )
    least = (wanted.least_width, wanted.least_height)
    if min(width, height) < min(least) or max(width, height) < max(least):
        raise BadFile(
            refusals.PORTRAIT_TOO_SMALL.format(
                width=width, height=height, least_width=least[0], least_height=least[1]
            )
        )


def _written(picture: Image.Image, most_bytes: int) -> bytes:
    """The first quality that is small enough; the picture goes onto a sheet that knows nothing."""
    sheet = Image.new("RGB", picture.size)
    sheet.paste(picture)
    written = b""
    for quality in QUALITIES:
        out = io.BytesIO()
        sheet.save(out, "JPEG", quality=quality, optimize=True)
        written = out.getvalue()
        if len(written) <= most_bytes:
            break
    return written
