"""PromptCache: sentences that are said again and again are made into sound once."""

from __future__ import annotations

import asyncio
from collections import OrderedDict

from voice.synthesiser import USUAL, Speech, Synthesiser

BYTES = 32 * 1024 * 1024
"Some twelve minutes of sound"
_OVERHEAD_BYTES = 200
"What an entry takes beside its sound"

Key = tuple[str, int]


class PromptCache:
    """A Synthesiser around another. It keeps the sound of the sentences asked for last.

    `most_bytes`: of all kept sound. The same sentence asked for by several at once is made once.
    """

    def __init__(self, synthesiser: Synthesiser, *, most_bytes: int = BYTES) -> None:
        self._synthesiser = synthesiser
        self._most_bytes = most_bytes
        self._kept: OrderedDict[Key, Speech] = OrderedDict()
        self._made: dict[Key, asyncio.Task[Speech]] = {}
        self._bytes = 0

    async def speak(self, text: str, *, pace: int = USUAL) -> Speech:
        key = (text, pace)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        making = self._made.get(key)
        if making is None:
            making = self._made[key] = asyncio.create_task(self._make(key), name="make-prompt")
            making.add_done_callback(_look_at)
        return await asyncio.shield(making)

    async def _make(self, key: Key) -> Speech:
        text, pace = key
        try:
            speech = await self._synthesiser.speak(text, pace=pace)
            self._keep(key, speech)
            return speech
        finally:
            del self._made[key]

    def _keep(self, key: Key, speech: Speech) -> None:
        self._kept[key] = speech
        self._bytes += _size(key, speech)
        while self._bytes > self._most_bytes:
            self._bytes -= _size(*self._kept.popitem(last=False))


def _size(key: Key, speech: Speech) -> int:
    return len(key[0].encode()) + len(speech.pcm) + _OVERHEAD_BYTES


def _look_at(done: asyncio.Task[Speech]) -> None:
    """A failure that nobody waits for any more is no one's to raise."""
    if not done.cancelled():
        done.exception()
