"""The demo's papers and photographs, drawn: nothing is on them that could be read."""

from io import BytesIO

from PIL import Image, ImageDraw

PAPER, PORTRAIT = (1240, 1754), (716, 882)


def scan() -> BytesIO:
    """A page with a frame and lines in place of words."""
    page = Image.new("L", PAPER, 255)
    draw = ImageDraw.Draw(page)
    draw.rectangle((90, 90, PAPER[0] - 90, PAPER[1] - 90), outline=80, width=4)
    for line in range(320, 1300, 90):
        draw.line((180, line, PAPER[0] - 180, line), fill=170, width=6)
    return _saved(page, "PNG")


def portrait() -> BytesIO:
    """Head and shoulders of nobody."""
    width, height = PORTRAIT
    picture = Image.new("RGB", PORTRAIT, (205, 222, 238))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 620, width - 60, height + 300), fill=(58, 84, 120))
    draw.ellipse((198, 150, width - 198, 620), fill=(238, 206, 180))
    draw.pieslice((186, 120, width - 186, 560), 180, 360, fill=(40, 36, 34))
    return _saved(picture, "JPEG")


def _saved(picture: Image.Image, form: str) -> BytesIO:
    out = BytesIO()
    picture.save(out, form)
    out.seek(0)
    return out
