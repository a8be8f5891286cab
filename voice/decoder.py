"""Decoder: a stranger's clip is decoded in a process of its own, which may die or hang of it."""

from __future__ import annotations

import asyncio

from community.errors import TooLarge, Unavailable, UnsupportedMedia
from voice import wire
from voice.clips import MAX_BYTES, Clip, sniff
from voice.kept_worker import KeptWorker, WorkerEnded

WAITING_AT_MOST = 16
"Clips, beyond the one that is being decoded"


class Decoder:
    """Decodes one clip at a time in a worker, which is started by the first and replaced when it
    dies or is late.

    `deadline_s`: seconds for a clip, in which it may have to wait for others. `worker`: the
    module that is run.
    """

    def __init__(self, *, deadline_s: float = 10.0, worker: str = "voice.worker") -> None:
        self._deadline_s = deadline_s
        self._worker = KeptWorker(worker, most_bytes=wire.MOST_BYTES)
        self._turn = asyncio.Lock()
        self._inside = 0

    async def decode(self, data: bytes) -> Clip:
        """Raises UnsupportedMedia when `data` is no whole clip of a known format or a codec died
        of it, TooLarge when it has more than MAX_BYTES or lasts longer than LONGEST_S,
        Unavailable when there was no time for it or no worker to be had.
        """
        if sniff(data) is None:
            raise UnsupportedMedia("unknown format")
        if len(data) > MAX_BYTES:
            raise TooLarge("too large a clip")
        if self._inside > WAITING_AT_MOST:
            raise Unavailable("too many clips wait")
        self._inside += 1
        try:
            async with asyncio.timeout(self._deadline_s), self._turn:
                return wire.read(await self._worker.ask(data))
        except TimeoutError as error:
            raise Unavailable("no time for a clip") from error
        except WorkerEnded as error:
            if error.died_of_it:
                raise UnsupportedMedia("a codec died of it") from error
            raise
        finally:
            self._inside -= 1

    async def close(self) -> None:
        """End the worker for good; clips that are in it or wait for it fail with Unavailable."""
        await self._worker.close()
