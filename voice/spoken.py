"""Spoken: what espeak-ng is given to read, and what it gives made a Speech without silence at its ends."""

from __future__ import annotations

from voice import sound
from voice.synthesiser import Speech, SynthesiserError

QUIETER_THAN = 300
"No sample of silence reaches this, out of 32,768; espeak-ng's pauses are digital silence"
_HEAD_BYTES = 44


def is_speakable(text: str) -> bool:
    """Whether there is anything to read in it."""
    return any(char.isalnum() for char in text)


def plain(text: str) -> str:
    """The text without what espeak-ng takes for a command: `[[` before names of phonemes, and
    control characters. Source: espeak-ng docs/markup.md.
    """
    return "".join(char if char.isprintable() else " " for char in text).replace("[[", "[ ")


def trimmed(pcm: bytes, rate_hz: int) -> Speech:
    """The speech in a whole number of samples."""
    return Speech(sound.trimmed(pcm, quieter_than=QUIETER_THAN), rate_hz)


def speech(wav: bytes) -> Speech:
    """The sound of a mono 16-bit WAV file, whose header may tell a wrong length.

    On a pipe nobody can go back to write the right one. Raises SynthesiserError for anything else.
    """
    if wav[:4] != b"RIFF" or wav[8:16] != b"WAVEfmt " or wav[36:40] != b"data":
        raise SynthesiserError("no sound came")
    channels, rate_hz = int.from_bytes(wav[22:24], "little"), int.from_bytes(wav[24:28], "little")
    bits = int.from_bytes(wav[34:36], "little")
    if (channels, bits) != (1, 16) or not 8_000 <= rate_hz <= 48_000:
        raise SynthesiserError("another kind of sound came")
    return trimmed(wav[_HEAD_BYTES : len(wav) - (len(wav) - _HEAD_BYTES) % 2], rate_hz)
