"""Every format gives the speech that was put in it; all other bytes give one of two errors."""

import io
import random
import struct
import subprocess
import sys
import wave

import pytest

from community.errors import TooLarge, UnsupportedMedia
from tests.voice import clips
from voice.clips import LONGEST_S, MAX_BYTES, RATE_HZ, Format, sniff, wav
from voice.codecs import decode

LIKENESS = {Format.AMR_NB: 0.85, Format.SPEEX: 0.85, Format.SPEEX_FRAMES: 0.85, Format.SILK: 0.9}
"Lower bounds of the codecs that keep the sound of a voice rather than its wave"
HEAD_BYTES = {
    "narrow.amr": 6, "wide.amr": 9, "wechat.silk": 10, "plain.silk": 9, "frames.speex": 0,
}  # fmt: skip
"What stands before the first frame of the formats that are nothing but frames"
CONTAINED = [name for name in clips.SPOKEN if name not in HEAD_BYTES]
MUTATIONS = 20_000


def silence(seconds, rate_hz=RATE_HZ):
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setparams((1, 2, rate_hz, 0, "NONE", ""))
        writing.writeframes(bytes(2 * int(seconds * rate_hz)))
    return file.getvalue()


@pytest.fixture(scope="module")
def source():
    return decode(clips.sample("speech.wav")).pcm


@pytest.mark.parametrize(("name", "found"), clips.SPOKEN.items())
def test_each_format_gives_the_speech_that_was_put_in(source, name, found):
    clip = decode(clips.sample(name))
    assert clip.format is found
    assert clip.duration_s == pytest.approx(clips.SOURCE_S, rel=0.01)
    assert clips.likeness(source, clip.pcm) > LIKENESS.get(found, 0.95)


@pytest.mark.parametrize(("name", "found"), clips.WITH_PAUSE.items())
def test_pause_that_the_phone_did_not_send_is_quiet_and_has_its_length(name, found):
    clip = decode(clips.sample(name))
    assert clip.format is found
    assert clip.duration_s == pytest.approx(3.5, rel=0.01)
    assert clips.loudness(clip.pcm, 0.1, 0.9) > 1000 > 10 > clips.loudness(clip.pcm, 1.5, 2.4)
    assert clips.loudness(clip.pcm, 2.6, 3.4) > 1000


def test_a_minute_lasts_a_minute():
    assert decode(clips.sample("minute.amr")).duration_s == 60.0


@pytest.mark.parametrize("name", CONTAINED)
def test_container_that_is_cut_short_is_refused(name):
    data = clips.sample(name)
    for end in range(1, len(data), len(data) // 50):
        with pytest.raises(UnsupportedMedia):
            decode(data[:-end])


@pytest.mark.parametrize("name", [*HEAD_BYTES, *clips.WITH_PAUSE])
def test_clip_that_ends_within_a_frame_is_refused(name):
    data = clips.sample(name)
    with pytest.raises(UnsupportedMedia, match="cut short"):
        decode(data[:-1])


def test_end_mark_of_the_silk_sdk_is_no_frame():
    plain = clips.sample("plain.silk")
    assert decode(plain + b"\xff\xff") == decode(plain)


@pytest.mark.parametrize(
    "data",
    [b"", b"text", b"#!AMR\n", b"#!AMR-WB\n", b"\x02#!SILK_V3", b"#!SILK_V3\xff\xff", b"OggS",
     b"ID3", b"\xff\xfb", b"\xff\xfb\x90\x00", b"RIFF\0\0\0\0WAVE", silence(0),
     b"#!AMR\n\x48", b"#!AMR-WB\n\x50", b"#!SILK_V3\0\0", b"#!SILK_V3\xfe\xff", b"\xff\xd8\xff",
     b"OggS" + bytes(24) + b"\x7fFLAC", silence(0.1, 4_000), silence(0.1, 192_000)],
)  # fmt: skip
def test_bytes_that_are_no_voice_are_refused(data):
    with pytest.raises(UnsupportedMedia):
        decode(data)


def test_codec_that_is_not_expected_in_a_container_is_not_run():
    other = bytearray(silence(0.1))
    struct.pack_into("<H", other, 20, 0x0055)  # MP3 in a WAV file
    with pytest.raises(UnsupportedMedia):
        decode(bytes(other))


@pytest.mark.parametrize(("name", "head_bytes"), HEAD_BYTES.items())
def test_longest_clip_is_taken_and_a_longer_one_is_not(name, head_bytes):
    data = clips.sample(name)
    head, body = data[:head_bytes], data[head_bytes:]
    whole = decode(data).duration_s
    times = int(LONGEST_S / whole)
    assert decode(head + body * times).duration_s == pytest.approx(whole * times)
    with pytest.raises(TooLarge):
        decode(head + body * (times + 1))


def test_longest_recording_is_taken_and_a_longer_one_is_not():
    assert decode(silence(LONGEST_S)).duration_s == LONGEST_S
    with pytest.raises(TooLarge):
        decode(silence(LONGEST_S + 0.1))
    with pytest.raises(TooLarge):
        decode(b"RIFF" + bytes(4) + b"WAVE" + bytes(MAX_BYTES))


def test_kept_sound_is_a_wav_file_that_is_a_clip_itself(source):
    with wave.open(io.BytesIO(wav(source))) as reading:
        assert reading.getparams()[:4] == (1, 2, RATE_HZ, len(source) // 2)
        assert reading.readframes(-1) == source
    assert decode(wav(source)).pcm == source


def short(name):
    """The first tenth of a second or so, or the whole of what cannot be cut."""
    data = clips.sample(name)
    whole = {"frames.speex": 360, "narrow.amr": 6 + 32 * 6, "wide.amr": 9 + 33 * 6}
    return data[: whole.get(name, 420)]


def refused(data):
    """Whether one of the two errors was raised; any other fails the test."""
    try:
        decode(data)
    except (UnsupportedMedia, TooLarge):
        return True
    return False


def mutated(chance, data):
    bytes_ = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 16))):
        at = chance.randrange(len(bytes_))
        match chance.randrange(8):
            case 0:
                del bytes_[at : at + chance.randrange(1, 20)]
            case 1:
                bytes_[at:at] = chance.randbytes(chance.randrange(1, 20))
            case 2:
                bytes_[at : at + 4] = chance.choice((b"\xff" * 4, bytes(4), b"\x7f\xff\xff\xff"))
            case _:
                bytes_[at] ^= 1 << chance.randrange(8)
        if not bytes_:
            break
    return bytes(bytes_)


def test_mutated_and_random_bytes_give_a_clip_or_one_of_two_errors():
    chance = random.Random(20_251_103)
    shorts = [short(name) for name in clips.SPOKEN] + [silence(0.1)]
    outcomes = dict.fromkeys(["clip", *Format, None], 0)
    for _ in range(MUTATIONS):
        data = mutated(chance, chance.choice(shorts))
        if chance.random() < 0.2:
            data = data[:12] + chance.randbytes(chance.randrange(300))
        outcomes[sniff(data)] += 1
        outcomes["clip"] += not refused(data)
    assert all(outcomes.values()), outcomes


def test_whole_files_with_a_few_wrong_bits_give_a_clip_or_one_of_two_errors():
    chance = random.Random(3)
    for name in clips.SPOKEN:
        for _ in range(40):
            data = bytearray(clips.sample(name))
            for _ in range(8):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            refused(bytes(data))


def test_silk_that_changes_its_rate_stays_within_its_buffer():
    script = "import sys; from voice.codecs import decode; decode(sys.stdin.buffer.read())"
    ran = subprocess.run(
        [sys.executable, "-c", script],
        input=clips.sample("rate.silk"),
        env={"PYTHONMALLOC": "debug"},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Debug memory block" not in ran.stderr
