"""One utterance of a client: its sound is heard while it comes, and finished when it stops."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from community.errors import BadInput, TooLarge
from voice.clips import LONGEST_S, RATE_HZ, WIDTH_BYTES
from voice.deadlines import heard_within
from voice.rates import HIGHEST_HZ, LOWEST_HZ, ToVoice
from voice.recogniser import Hearing, StreamingRecogniser, Transcript

PHRASES_AT_MOST = 200
_LONGEST_PHRASE = 60
_LONGEST_BYTES = int(LONGEST_S * RATE_HZ * WIDTH_BYTES)


class Utterance:
    """Sound in one format, mono or stereo, 16 bits, 8 000 to 48 000 Hz.

    `stated`: the data of `audio-start` or `audio-chunk`. Raises BadInput for another format,
    RecogniserError.
    """

    def __init__(
        self, ears: StreamingRecogniser, stated: Mapping[str, Any], phrases: Sequence[str]
    ) -> None:
        rate_hz, channels = stated.get("rate"), stated.get("channels")
        if not isinstance(rate_hz, int) or not LOWEST_HZ <= rate_hz <= HIGHEST_HZ:
            raise BadInput("no rate of a voice")
        if stated.get("width") != WIDTH_BYTES or channels not in {1, 2} or channels is True:
            raise BadInput("no 16 bits, mono or stereo")
        self._stated = (rate_hz, channels)
        self._stereo = channels == 2
        self._stream = ToVoice(rate_hz)
        self._heard_bytes = 0
        self._hearing: Hearing = ears.listen(phrases)

    async def feed(self, stated: Mapping[str, Any], pcm: bytes) -> None:
        """Raises BadInput when the format changes, TooLarge after LONGEST_S, RecogniserError."""
        if (stated.get("rate"), stated.get("channels")) != self._stated:
            raise BadInput("another format in the middle")
        sound = self._stream.take(_mono(pcm) if self._stereo else pcm)
        self._heard_bytes += len(sound)
        if self._heard_bytes > _LONGEST_BYTES:
            raise TooLarge("too long an utterance")
        if sound:
            async with heard_within():
                await self._hearing.feed(sound)

    async def finish(self) -> Transcript:
        """What was said. Raises RecogniserError."""
        async with heard_within():
            return await self._hearing.finish()

    async def close(self) -> None:
        await self._hearing.close()


def phrases_of(data: Mapping[str, Any]) -> list[str]:
    """Names and terms of a `transcribe` event that may help to hear."""
    found = []
    for name in ("transcript_names", "transcript_terms"):
        listed = data.get(name)
        for phrase in listed if isinstance(listed, list) else []:
            if isinstance(phrase, str) and 0 < len(phrase) <= _LONGEST_PHRASE:
                found.append(phrase)
    return found[:PHRASES_AT_MOST]


def _mono(pcm: bytes) -> bytes:
    whole = len(pcm) - len(pcm) % (2 * WIDTH_BYTES)
    both = np.frombuffer(pcm[:whole], "<i2").reshape(-1, 2).astype("<i4")
    mono: bytes = (both.sum(axis=1) // 2).astype("<i2").tobytes()
    return mono
