"""A stream at another rate has the very length, and is the same sound."""

import numpy as np
import pytest

from voice.resample import RATES_HZ, Resampler, resampled

PAIRS = [(one, other) for one in RATES_HZ for other in RATES_HZ]
HEARD_LATE_S = 0.003


def tone(rate_hz, samples):
    return (8_000 * np.sin(2 * np.pi * 440 * np.arange(samples) / rate_hz)).astype("<i2").tobytes()


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
@pytest.mark.parametrize("samples", [1, 7, 960, 16_007])
def test_the_whole_has_its_length_at_the_new_rate_rounded_up(from_hz, to_hz, samples):
    whole = resampled(tone(from_hz, samples), from_hz, to_hz)
    assert len(whole) == 2 * -(-samples * to_hz // from_hz)


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_pieces_of_any_length_come_out_as_the_whole(from_hz, to_hz):
    pcm = tone(from_hz, from_hz // 2)
    stream = Resampler(from_hz, to_hz)
    pieces = [stream.feed(pcm[at : at + 333]) for at in range(0, len(pcm), 333)]
    early = sum(map(len, pieces))
    whole = b"".join(pieces) + stream.finish()
    assert whole == resampled(pcm, from_hz, to_hz)
    assert len(whole) - early <= HEARD_LATE_S * to_hz * 2


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_a_tone_stays_that_tone(from_hz, to_hz):
    heard = np.frombuffer(resampled(tone(from_hz, from_hz // 2), from_hz, to_hz), "<i2")
    wanted = np.frombuffer(tone(to_hz, len(heard)), "<i2")
    inside = slice(to_hz // 100, -to_hz // 100)
    assert np.abs(heard.astype(int) - wanted)[inside].max() <= 3


def test_nothing_is_nothing():
    stream = Resampler(8_000, 16_000)
    assert (stream.feed(b""), stream.feed(b"a"), stream.finish()) == (b"", b"", b"")


@pytest.mark.parametrize("rates", [(11_025, 16_000), (16_000, 96_000)])
def test_rate_of_no_voice_is_refused(rates):
    with pytest.raises(ValueError, match="no rate of a voice"):
        Resampler(*rates)
