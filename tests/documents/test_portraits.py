"""A photograph is written anew at the official size; what is no photograph is refused in words."""

import random

import pytest
from PIL import Image

from tests.documents import portraits as photos
from tests.documents import scans
from xueji.documents.portraits import Format, make
from xueji.documents.refusals import BadFile

OFFICIAL = Format(width=358, height=441, least_width=154, least_height=189, most_bytes=60 * 1024)


def near(pixel, wanted) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(pixel, wanted, strict=True))


@pytest.mark.parametrize(
    "sent",
    [
        photos.jpeg(),
        photos.jpeg(2000, 1200),
        photos.jpeg(154, 189),
        photos.written(photos.picture(), "PNG"),
        photos.written(photos.picture(mode="L"), "PNG"),
        photos.written(photos.picture(mode="P"), "PNG"),
        photos.written(photos.picture(mode="CMYK")),
        photos.from_a_phone(),
    ],
    ids=["jpeg", "wide", "smallest", "png", "grey", "palette", "cmyk", "phone"],
)
def test_what_is_kept_has_the_official_size(sent):
    made = make(sent, OFFICIAL)
    kept = photos.read(made)
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (358, 441))
    assert len(made) <= OFFICIAL.most_bytes


def test_a_noisy_picture_is_written_small_enough():
    noise = Image.frombytes("RGB", (358, 441), random.Random(1).randbytes(358 * 441 * 3))
    assert len(make(photos.written(noise, "PNG"), OFFICIAL)) <= OFFICIAL.most_bytes


def test_nothing_of_the_camera_stays():
    sent = photos.from_a_phone()
    assert (photos.PLACE.encode() in sent, b"Telephone 9" in sent) == (True, True)
    made = make(sent, OFFICIAL)
    assert [word for word in (b"GPS", b"Telephone", b"Exif") if word in made] == []
    assert (dict(photos.read(made).getexif()), photos.read(made).info.get("comment")) == ({}, None)


def test_a_picture_held_sideways_is_turned_upright():
    kept = photos.read(make(photos.from_a_phone(), OFFICIAL))
    assert near(kept.getpixel((179, 150)), photos.FACE)  # the head is in the upper half
    assert near(kept.getpixel((179, 430)), photos.SKY)


def test_what_is_too_tall_loses_its_foot_and_what_is_too_wide_both_sides():
    tall = photos.read(make(photos.jpeg(600, 1600), OFFICIAL))
    assert near(tall.getpixel((179, 20)), photos.SKY)  # above the head nothing was cut
    wide = photos.read(make(photos.jpeg(1600, 800), OFFICIAL))
    assert near(wide.getpixel((179, 150)), photos.FACE)


def test_what_can_be_seen_through_is_laid_on_white():
    glass = Image.new("RGBA", (400, 500), (0, 0, 0, 0))
    assert photos.read(make(photos.written(glass, "PNG"), OFFICIAL)).getpixel((9, 9)) == (255,) * 3


def test_of_an_animation_only_the_first_picture_is_kept():
    frames = [photos.picture(ground="white"), photos.picture(ground="black")]
    sent = photos.written(frames[0], "PNG", save_all=True, append_images=frames[1:])
    assert b"acTL" in sent
    kept = photos.read(make(sent, OFFICIAL))
    assert (getattr(kept, "n_frames", 1), near(kept.getpixel((5, 5)), (255,) * 3)) == (1, True)


PAGE = b"<html><script>alert(1)</script></html>"
SMALL = photos.jpeg()
HOSTILE = {
    "svg": (scans.SVG, "这是网页或 SVG 文件"),
    "a page named jpg": (scans.HTML, "这是网页或 SVG 文件"),
    "a page behind": (SMALL + PAGE, "文件里还藏着别的内容（网页或脚本）"),
    "a page in the comment": (photos.jpeg(comment=PAGE), "文件里还藏着别的内容（网页或脚本）"),
    "an archive behind": (SMALL + scans.archive(x="1"), "文件里还藏着别的内容（压缩包）"),
    "gif": (photos.written(photos.picture(), "GIF"), "这是 GIF 图片"),
    "webp": (photos.written(photos.picture(), "WEBP"), "这是 WEBP 图片"),
    "bmp": (photos.written(photos.picture(), "BMP"), "这是 BMP 图片"),
    "pdf": (scans.pdf(), "这是 PDF，照片只收 JPEG 和 PNG 图片"),
    "program": (b"MZ" + bytes(99), "这是程序文件"),
    "cut off": (SMALL[: len(SMALL) // 2], "JPEG 文件不完整"),
    "most rows missing": (scans.png(width=400, height=500), "图片文件不完整"),
    "a side of 20000": (scans.jpeg(width=20_000, height=300), "图片有 20000×300 像素，太大"),
    "too many pixels": (
        scans.png(width=9_000, height=9_000),
        "照片有 9000×9000 像素，超过 2500 万像素的上限",
    ),
    "too small": (photos.jpeg(100, 130), "照片只有 100×130 像素，印出来看不清"),
    "a strip": (photos.jpeg(2000, 100), "照片只有 2000×100 像素，印出来看不清"),
}


@pytest.mark.parametrize(("sent", "says"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_photograph_is_refused_with_its_reason(sent, says):
    with pytest.raises(BadFile) as refusal:
        make(sent, OFFICIAL)
    told = str(refusal.value)
    assert (told[: len(says)], "请" in told[len(says) :]) == (says, True)


@pytest.mark.parametrize(
    "sent", [sent for kind, (sent, _) in HOSTILE.items() if kind != "pdf"] + [b"\0" * 99, b"PK\3\4"]
)
def test_nobody_is_told_to_send_a_photograph_as_pdf(sent):
    with pytest.raises(BadFile) as refusal:
        make(sent, OFFICIAL)
    assert "PDF" not in str(refusal.value)


def test_an_unknown_file_is_told_what_photographs_are_taken():
    with pytest.raises(BadFile) as refusal:
        make(b"hello", OFFICIAL)
    assert str(refusal.value) == (
        "不认识这个文件的内容：照片只收 JPEG 和 PNG 图片，改扩展名不起作用。"
        "请另存为 JPEG 或 PNG 后上传。"
    )
