"""Photographs of nobody, made pixel by pixel: real ones, and those that must not be kept."""

import io

from PIL import Image

SKY, FACE = (170, 200, 230), (230, 190, 160)
PLACE = "GPS 40.0128 118.7012"


def picture(width: int = 600, height: int = 800, *, ground=SKY, mode: str = "RGB") -> Image.Image:
    """A light ground with a head in the upper half."""
    drawn = Image.new("RGB", (width, height), ground)
    drawn.paste(FACE, (width // 4, height // 8, width * 3 // 4, height * 5 // 8))
    return drawn.convert(mode)


def written(drawn: Image.Image, kind: str = "JPEG", **more) -> bytes:
    out = io.BytesIO()
    drawn.save(out, kind, **more)
    return out.getvalue()


def jpeg(width: int = 600, height: int = 800, **more) -> bytes:
    return written(picture(width, height), **more)


def from_a_phone() -> bytes:
    """Held sideways, with the place where it was taken and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = PLACE
    exif[0x0110] = "Telephone 9"
    exif.get_ifd(0x8825)[1] = "N"
    sideways = picture().transpose(Image.Transpose.ROTATE_90)
    return written(sideways, exif=exif, comment=PLACE.encode())


def read(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
