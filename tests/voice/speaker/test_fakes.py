"""The shipped fake of a sound card: it records a file, then a silent room, and plays into a list."""

from __future__ import annotations

import wave

import pytest

from voice.speaker.card import HEAR_BYTES, PLAY_BYTES
from voice.speaker.fakes import FakeSound


def wav(path, rate_hz):
    with wave.open(str(path), "wb") as clip:
        clip.setnchannels(1)
        clip.setsampwidth(2)
        clip.setframerate(rate_hz)
        clip.writeframes(b"\1\0" * 400)
    return path


def test_it_hears_the_file_in_frames_and_plays_what_it_is_given(tmp_path):
    card, heard = FakeSound.from_wav(wav(tmp_path / "a.wav", 16_000)), []
    card.open(heard.append, lambda count: b"\2" * count, lambda: None)
    card.tick()
    card.tick()
    card.close()
    assert heard == [b"\1\0" * 320, (b"\1\0" * 80).ljust(HEAR_BYTES, b"\0")]
    assert (card.played, card.is_open) == ([b"\2" * PLAY_BYTES] * 2, False)


def test_a_file_of_another_rate_is_refused(tmp_path):
    with pytest.raises(ValueError, match="16 000"):
        FakeSound.from_wav(wav(tmp_path / "b.wav", 8_000))
