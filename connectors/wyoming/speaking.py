"""Speaking: sentences go to the synthesiser one by one, and their sound out while the next is made."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from community.errors import BadInput, TooLarge
from connectors.wyoming.framing import Event
from connectors.wyoming.sentences import finished, sentences
from voice.clips import WIDTH_BYTES
from voice.synthesiser import Speech, Synthesiser

TEXT_MAX_CHARACTERS = 10_000
CHUNK_BYTES = 1024 * WIDTH_BYTES
_MARKUP = re.compile(r"<[^<>]*>")
_SILENCE = Speech(b"", 16_000)

Send = Callable[[Event], Awaitable[None]]


class Speaking:
    """One text, spoken whole or while it comes; `send` takes the events of its sound."""

    def __init__(self, voice: Synthesiser, send: Send, start: Mapping[str, Any]) -> None:
        self._voice = voice
        self._send = send
        self._is_ssml = start.get("text_format") == "ssml"
        self._rest = ""
        self._taken = 0
        self._rate_hz: int | None = None

    async def take(self, text: str) -> None:
        """Some more of the text; whole sentences are spoken at once.

        Raises TooLarge after TEXT_MAX_CHARACTERS, SynthesiserError.
        """
        self._taken += len(text)
        if self._taken > TEXT_MAX_CHARACTERS:
            raise TooLarge("too long a text")
        if self._is_ssml:
            self._rest += text
            return
        ended, self._rest = finished(self._rest + text)
        for sentence in ended:
            await self._say(sentence)

    async def finish(self) -> None:
        """The rest of it; then the sound stops. Raises SynthesiserError."""
        rest = _MARKUP.sub(" ", self._rest) if self._is_ssml else self._rest
        for sentence in sentences(rest):
            await self._say(sentence)
        if self._rate_hz is None:
            await self._begin(_SILENCE)
        await self.stop()

    async def stop(self) -> None:
        """Say that there is no more sound, if there was any."""
        if self._rate_hz is not None:
            self._rate_hz = None
            await self._send(Event("audio-stop", {"timestamp": None}))

    async def _say(self, sentence: str) -> None:
        speech = await self._voice.speak(sentence)
        if self._rate_hz != speech.rate_hz:
            await self.stop()
            await self._begin(speech)
        for at in range(0, len(speech.pcm), CHUNK_BYTES):
            chunk = speech.pcm[at : at + CHUNK_BYTES]
            await self._send(Event("audio-chunk", _format(speech), chunk))

    async def _begin(self, speech: Speech) -> None:
        self._rate_hz = speech.rate_hz
        await self._send(Event("audio-start", _format(speech)))


def text_of(data: Mapping[str, Any]) -> str:
    """Raises BadInput for an event without text."""
    text = data.get("text")
    if not isinstance(text, str):
        raise BadInput("no text")
    return text


def _format(speech: Speech) -> dict[str, Any]:
    return {"rate": speech.rate_hz, "width": WIDTH_BYTES, "channels": 1, "timestamp": None}
