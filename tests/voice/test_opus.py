"""Opus: what is encoded is heard again, and a broken packet stops no stream."""

import random

import numpy as np
import pytest

from community.errors import BadInput
from voice.opus import PACKET_MAX_BYTES, OpusDecoder, OpusEncoder, packet_ms
from voice.rates import ToVoice

TONE_HZ = 440


def tone(rate_hz, seconds):
    at = np.arange(int(rate_hz * seconds)) / rate_hz
    return (8000 * np.sin(2 * np.pi * TONE_HZ * at)).astype("<i2").tobytes()


def loudest_hz(pcm, rate_hz=16_000):
    samples = np.frombuffer(pcm, "<i2")
    return round(np.argmax(np.abs(np.fft.rfft(samples))) * rate_hz / len(samples))


def packets(rate_hz, seconds):
    pcm, encoder, size = tone(rate_hz, seconds), OpusEncoder(rate_hz), rate_hz * 6 // 100 * 2
    return [encoder.encode(pcm[at : at + size]) for at in range(0, len(pcm), size)]


@pytest.mark.parametrize("rate_hz", [16_000, 24_000, 48_000])
def test_a_tone_is_the_same_tone_after_opus(rate_hz):
    decoder = OpusDecoder()
    sound = b"".join(decoder.decode(packet) for packet in packets(rate_hz, 3))
    assert abs(len(sound) - 3 * 32_000) < 100
    assert abs(loudest_hz(sound[32_000:64_000]) - TONE_HZ) <= 1


def test_each_frame_is_one_packet_of_60_ms():
    assert {packet_ms(packet) for packet in packets(24_000, 1.2)} == {60}


def test_a_short_frame_ends_in_silence():
    assert packet_ms(OpusEncoder(24_000).encode(tone(24_000, 0.02))) == 60


@pytest.mark.parametrize("pcm", [bytes(2882), b"\0"], ids=["too long", "half a sample"])
def test_what_is_no_frame_is_not_encoded(pcm):
    with pytest.raises(ValueError, match="no frame"):
        OpusEncoder(24_000).encode(pcm)


def test_a_rate_that_opus_does_not_know_is_refused():
    with pytest.raises(ValueError, match="22050"):
        OpusEncoder(22_050)


@pytest.mark.parametrize(
    ("packet", "told"),
    [
        (bytes([0 << 3]), 10), (bytes([3 << 3]), 60), (bytes([13 << 3]), 20),
        (bytes([16 << 3]), 2.5), (bytes([1 << 3 | 1]), 40), (bytes([1 << 3 | 3, 6]), 120),
    ],
)  # fmt: skip
def test_the_length_of_a_packet_is_in_its_first_bytes(packet, told):
    assert packet_ms(packet) == told


@pytest.mark.parametrize(
    "packet",
    [b"", bytes(PACKET_MAX_BYTES + 1), b"\x03", b"\x03\x00", b"\x03\x3f", bytes([3 << 3 | 3, 3])],
    ids=["empty", "too large", "no count", "no frame", "63 frames", "180 ms"],
)
def test_what_is_no_packet_is_refused(packet):
    with pytest.raises(BadInput):
        packet_ms(packet)
    with pytest.raises(BadInput):
        OpusDecoder().decode(packet)


def test_a_stream_goes_on_behind_broken_packets():
    decoder, chance = OpusDecoder(), random.Random(7)
    for _ in range(2_000):
        try:
            decoder.decode(chance.randbytes(chance.randrange(0, 200)))
        except BadInput:
            continue
    sound = b"".join(decoder.decode(packet) for packet in packets(24_000, 2))
    assert abs(loudest_hz(sound[-32_000:]) - TONE_HZ) <= 1


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_any_rate_becomes_that_of_a_voice(rate_hz):
    pcm, stream = tone(rate_hz, 2), ToVoice(rate_hz)
    sound = b"".join(stream.take(pcm[at : at + 999]) for at in range(0, len(pcm), 999))
    assert abs(len(sound) - 64_000) < 200
    assert abs(loudest_hz(sound[:32_000]) - TONE_HZ) <= 1


@pytest.mark.parametrize("rate_hz", [0, 7_999, 96_000])
def test_no_rate_of_a_voice_is_refused(rate_hz):
    with pytest.raises(ValueError, match="no rate"):
        ToVoice(rate_hz)
