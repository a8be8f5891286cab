"""The samples of the tests, and how like the source a decoded one is."""

from array import array
from itertools import islice
from math import sqrt
from operator import mul
from pathlib import Path

from voice.clips import Format

FOLDER = Path(__file__).parent / "samples"
SOURCE_S = 2.4
SPOKEN = {
    "narrow.amr": Format.AMR_NB,
    "wide.amr": Format.AMR_WB,
    "wechat.silk": Format.SILK,
    "plain.silk": Format.SILK,
    "frames.speex": Format.SPEEX_FRAMES,
    "speex.ogg": Format.SPEEX,
    "opus.ogg": Format.OPUS,
    "vorbis.ogg": Format.VORBIS,
    "speech.mp3": Format.MP3,
    "speech.wav": Format.WAV,
}
"The same 2.4 s of speech in every format"
WITH_PAUSE = {"pause-narrow.amr": Format.AMR_NB, "pause-wide.amr": Format.AMR_WB}
"Its two halves, with 1.5 s between them in which the phone sent next to nothing"
MOST_LAG = 480
"Samples, 30 ms: no codec is later"
LOUD = slice(8_000, 11_000)


def sample(name):
    return (FOLDER / name).read_bytes()


def samples_of(pcm):
    return array("h", pcm)


def _likeness(one, other):
    shared = sum(map(mul, one, other))
    return shared / (sqrt(sum(map(mul, one, one)) * sum(map(mul, other, other))) or 1.0)


def likeness(source, pcm):
    """Correlation, 0 to 1, of two sounds where they fit each other best."""
    one, other = samples_of(source), samples_of(pcm)
    part = one[LOUD]

    def fits(lag):
        return sum(map(mul, part, islice(other, LOUD.start + lag, LOUD.stop + lag)))

    lag = max(range(-MOST_LAG, MOST_LAG), key=fits)
    early, late = max(-lag, 0), max(lag, 0)
    length = min(len(one) - early, len(other) - late)
    return _likeness(one[early : early + length], other[late : late + length])


def loudness(pcm, start_s, end_s):
    """Root mean square of a stretch, in steps of 16 bits."""
    part = samples_of(pcm)[int(start_s * 16_000) : int(end_s * 16_000)]
    return sqrt(sum(map(mul, part, part)) / len(part))
