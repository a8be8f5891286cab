"""One client: its events in order, each answered before the next is read.

A client may come for one utterance, as Home Assistant does, or stay.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from community.errors import BadInput, CommunityError, TooLarge
from connectors.base import storable
from connectors.wyoming.framing import Event, encode, read
from connectors.wyoming.services import LANGUAGE, Asked, Services
from connectors.wyoming.speaking import TEXT_MAX_CHARACTERS, Speaking, text_of
from connectors.wyoming.utterance import Utterance, phrases_of
from voice.recogniser import RecogniserError
from voice.synthesiser import SynthesiserError

_CONTEXT_AT_MOST = 16
_CONTEXT_MAX_CHARACTERS = 200

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Limits:
    """How long a client may take, in seconds."""

    idle_s: float = 300.0
    "Between events while nothing is going on"
    pause_s: float = 30.0
    "Between events within an utterance or a text"
    send_s: float = 10.0
    "To receive one event"
    handle_s: float = 30.0
    "For us, to answer words"
    goodbye_s: float = 1.0
    "To read what it was told last, and go by itself"


class Connection:
    """Serves one client until it goes, breaks the rules or takes too long."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        services: Services,
        limits: Limits,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._services = services
        self._limits = limits
        self._phrases: list[str] = []
        self._utterance: Utterance | None = None
        self._deaf = False
        "An utterance failed: the rest of its sound is passed over"
        self._speaking: Speaking | None = None

    async def run(self) -> None:
        """Returns when the client is to be let go; the caller closes the writer."""
        try:
            while (event := await self._next()) is not None:
                await self._take(event)
        except TimeoutError:
            await self._refuse("timeout", "too slow")
        except TooLarge as error:
            await self._refuse("too-large", str(error))
        except BadInput as error:
            await self._refuse("bad-event", str(error))
        except ConnectionError:
            logger.info("wyoming: a client went away")
        finally:
            await self._drop_utterance()

    async def _next(self) -> Event | None:
        busy = self._utterance is not None or self._speaking is not None
        async with asyncio.timeout(self._limits.pause_s if busy else self._limits.idle_s):
            return await read(self._reader)

    async def _take(self, event: Event) -> None:
        """Types that nobody knows are passed over, and so is `select-program`: there is but one."""
        match event.type:
            case "describe":
                await self._send(self._services.info())
            case "ping":
                text = event.data.get("text")
                await self._send(Event("pong", {"text": text if isinstance(text, str) else None}))
            case "transcribe":
                await self._drop_utterance()
                self._phrases = phrases_of(event.data)
            case "audio-start" | "audio-chunk" | "audio-stop":
                await self._hear(event)
            case "transcript":
                await self._handle(event)
            case "synthesize" | "synthesize-start" | "synthesize-chunk" | "synthesize-stop":
                await self._speak(event)

    # --- hearing

    async def _hear(self, event: Event) -> None:
        try:
            match event.type:
                case "audio-start":
                    await self._drop_utterance()
                    self._utterance = self._begin(event)
                case "audio-chunk" if not self._deaf:
                    self._utterance = self._utterance or self._begin(event)
                    await self._utterance.feed(event.data, event.payload)
                case "audio-stop":
                    await self._finish()
        except RecogniserError as error:
            logger.error("wyoming: not heard: code=%s", error.code)
            await self._drop_utterance()
            self._deaf = event.type != "audio-stop"
            await self._fail("stt-stream-failed", "not heard")

    def _begin(self, event: Event) -> Utterance:
        if self._services.ears is None:
            raise BadInput("no speech to text here")
        return Utterance(self._services.ears, event.data, self._phrases)

    async def _finish(self) -> None:
        text = ""
        if self._deaf:
            self._deaf = False
            return
        if self._utterance is not None:
            text = (await self._utterance.finish()).text
        await self._drop_utterance()
        self._phrases = []
        await self._send(Event("transcript", {"text": text, "language": LANGUAGE}))

    async def _drop_utterance(self) -> None:
        utterance, self._utterance, self._deaf = self._utterance, None, False
        if utterance is not None:
            await utterance.close()

    # --- answering

    async def _handle(self, event: Event) -> None:
        handle = self._services.handle
        if handle is None:
            raise BadInput("no answers here")
        text = storable(text_of(event.data)).strip()
        if len(text) > TEXT_MAX_CHARACTERS:
            raise TooLarge("too long a text")
        try:
            async with asyncio.timeout(self._limits.handle_s):
                answered = await handle(Asked(text, _context(event)))
        except TimeoutError:
            logger.error("wyoming: no answer in time")
            await self._fail("intent-failed", "no answer in time")
            return
        except CommunityError as error:
            logger.error("wyoming: no answer: code=%s", error.code)
            await self._fail("intent-failed", "no answer")
            return
        said: dict[str, Any] = {"text": answered.text}
        context = event.data.get("context")
        if isinstance(context, dict):
            said["context"] = context
        await self._send(Event("handled" if answered.handled else "not-handled", said))

    # --- speaking

    async def _speak(self, event: Event) -> None:
        voice = self._services.voice
        if voice is None:
            raise BadInput("no text to speech here")
        try:
            match event.type:
                case "synthesize-start":
                    self._speaking = Speaking(voice, self._send, event.data)
                case "synthesize-chunk" if self._speaking is not None:
                    await self._speaking.take(text_of(event.data))
                case "synthesize-stop" if self._speaking is not None:
                    await self._speaking.finish()
                    self._speaking = None
                    await self._send(Event("synthesize-stopped"))
                case "synthesize" if self._speaking is None:
                    self._speaking = Speaking(voice, self._send, event.data)
                    await self._speaking.take(text_of(event.data))
                    await self._speaking.finish()
                    self._speaking = None
        except SynthesiserError as error:
            logger.error("wyoming: not spoken: code=%s", error.code)
            speaking, self._speaking = self._speaking, None
            if speaking is not None:
                await speaking.stop()
            await self._fail("tts-failed", "not spoken")

    # --- telling

    async def _refuse(self, code: str, why: str) -> None:
        """Say why the client is let go, if it still listens."""
        logger.info("wyoming: a client is let go: %s", why)
        try:
            await self._fail(code, why)
        except (ConnectionError, TimeoutError):
            return

    async def _fail(self, code: str, why: str) -> None:
        await self._send(Event("error", {"text": why, "code": code}))

    async def _send(self, event: Event) -> None:
        self._writer.write(encode(event))
        async with asyncio.timeout(self._limits.send_s):
            await self._writer.drain()


def _context(event: Event) -> dict[str, str]:
    """What is text in the context, within bounds."""
    context = event.data.get("context")
    if not isinstance(context, dict):
        return {}
    texts = [
        (name, storable(value))
        for name, value in context.items()
        if isinstance(value, str) and len(value) <= _CONTEXT_MAX_CHARACTERS
    ]
    return dict(texts[:_CONTEXT_AT_MOST])
