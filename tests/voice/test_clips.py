"""What the first bytes tell, and what they do not."""

import pytest

from tests.voice import clips
from voice.clips import RATE_HZ, Clip, Format, sniff


@pytest.mark.parametrize(("name", "found"), [*clips.SPOKEN.items(), *clips.WITH_PAUSE.items()])
def test_each_format_is_told_by_its_first_bytes(name, found):
    assert sniff(clips.sample(name)[:64]) is found


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"#!AMR\n", Format.AMR_NB),
        (b"#!AMR-WB\n", Format.AMR_WB),
        (b"#!SILK_V3", Format.SILK),
        (b"\x02#!SILK_V3", Format.SILK),
        (b"ID3", Format.MP3),
        (b"\xff\xfb", Format.MP3),
        (b"\xff\xf3", Format.MP3),
        (b"RIFF\0\0\0\0WAVE", Format.WAV),
    ],
)
def test_heads(data, found):
    assert sniff(data) is found


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff", b"#!AMR", b"#!AMR_MC1.0\n", b"\x03#!SILK_V3", b"#!SILK_V2", b"OggS",
        b"OggS" + bytes(24) + b"\x7fFLAC", b"RIFF\0\0\0\0AVI ", b"\xff\xd8\xff\xe0", b"\xff\xf1",
        b'{"errcode":40007,"errmsg":"invalid media_id"}' + bytes(60), bytes(60),
        b"\x36" + bytes(59), b"\x36" + b"\x0a" * 58,
    ],
)  # fmt: skip
def test_everything_else_is_not_taken(data):
    assert sniff(data) is None


def test_length_of_a_clip_is_that_of_its_sound():
    assert Clip(bytes(2 * RATE_HZ), Format.WAV).duration_s == 1.0
