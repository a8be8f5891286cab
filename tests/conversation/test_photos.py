"""Pictures by their bytes: what is taken, what is refused, and what is left of one that is kept."""

import io
import struct
import zlib

import pytest
from PIL import Image

from community.errors import TooLarge, UnsupportedMedia
from conversation.photos import LONGEST_SIDE, prepare, within


def encoded(picture, kind, **options):
    data = io.BytesIO()
    picture.save(data, kind, **options)
    return data.getvalue()


def opened(prepared):
    return Image.open(io.BytesIO(prepared.jpeg))


@pytest.mark.parametrize(("allowed", "size"), [(10**9, 1280), (250_000, 640), (60_000, 320)])
def test_picture_is_halved_until_it_fits(allowed, size):
    noise = encoded(Image.effect_noise((1280, 1280), 60).convert("RGB"), "JPEG", quality=85)
    fitting = within(noise, allowed)
    assert len(fitting) <= allowed
    assert (fitting == noise) == (size == 1280)
    assert Image.open(io.BytesIO(fitting)).size == (size, size)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_three_kinds_are_taken_and_kept_as_jpeg(kind, mode):
    prepared = prepare(encoded(Image.new(mode, (60, 40)), kind))
    assert opened(prepared).format == "JPEG"
    assert (prepared.width, prepared.height) == (60, 40)


@pytest.mark.parametrize(
    ("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGBA", "WEBP")]
)
def test_transparent_pictures_lie_on_white(mode, kind):
    picture = Image.new(mode, (8, 8), 0)
    options = {"transparency": 0} if mode == "P" else {}
    prepared = prepare(encoded(picture, kind, **options))
    assert opened(prepared).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["CMYK", "1", "I;16"])
def test_rare_modes_are_taken(mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    assert opened(prepare(encoded(Image.new(mode, (8, 8)), kind))).mode == "RGB"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PDF"])
def test_other_kinds_are_refused(kind):
    with pytest.raises(UnsupportedMedia):
        prepare(encoded(Image.new("RGB", (16, 16)), kind))


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff", b"GIF89a",
     b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\xff\xd8\xff" + b"<script>" * 50],
)  # fmt: skip
def test_bytes_that_are_no_picture_are_refused(data):
    with pytest.raises(UnsupportedMedia):
        prepare(data)


def test_picture_cut_short_is_refused():
    whole = encoded(Image.effect_noise((300, 300), 50).convert("RGB"), "JPEG")
    with pytest.raises(UnsupportedMedia):
        prepare(whole[: len(whole) // 2])


def test_place_time_and_comments_are_gone_and_the_picture_is_upright():
    picture = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90°
    exif[0x010F] = "Maker of the phone"
    exif.get_ifd(0x8825)[2] = (31.0, 14.0, 0.0)
    data = encoded(picture, "JPEG", exif=exif, comment=b"taken at home", xmp=b"<x:xmpmeta/>")
    assert b"taken at home" in data
    prepared = prepare(data)
    kept = opened(prepared)
    assert kept.size == (20, 40)
    assert not kept.getexif()
    for secret in (b"Maker", b"taken at home", b"xmpmeta", b"Exif"):
        assert secret not in prepared.jpeg


def test_broken_orientation_note_does_not_refuse_the_photo():
    data = encoded(Image.new("RGB", (40, 20)), "JPEG", exif=b"Exif\0\0" + b"nonsense" * 4)
    assert prepare(data).width == 40


def test_large_pictures_are_scaled_down():
    prepared = prepare(encoded(Image.new("RGB", (5000, 1000)), "JPEG"))
    assert (prepared.width, prepared.height) == (LONGEST_SIDE, LONGEST_SIDE // 5)


def png_of(width, height):
    """A tiny PNG file that claims to be huge."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )  # fmt: skip


@pytest.mark.parametrize("size", [(8000, 5001), (10_000, 10_000), (60_000, 60_000)])
def test_decompression_bomb_is_refused_before_it_is_decoded(size):
    with pytest.raises(TooLarge):
        prepare(png_of(*size))
