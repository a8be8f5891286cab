"""Voice clips: decoded, kept as WAV for the desk, turned to words, and deleted when they are old."""

from __future__ import annotations

import asyncio
import hashlib
import wave
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from community.errors import Unavailable
from community.store import attachments
from community.store.attachments import File
from community.store.database import Database
from community.times import Clock
from conversation.files import write_private
from voice.clips import RATE_HZ, WIDTH_BYTES, wav
from voice.decoder import Decoder
from voice.recogniser import Recogniser, Transcript

CONTENT_TYPE = "audio/wav"


class Voices:
    """The clips in the folder `folder`; without a recogniser they are there for people only."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        folder: Path,
        decoder: Decoder,
        recogniser: Recogniser | None,
        *,
        keep_days: int,
    ) -> None:
        self._db = db
        self._clock = clock
        self._folder = folder
        self._decoder = decoder
        self._recogniser = recogniser
        self._keep_for = timedelta(days=keep_days)

    async def write(self, clip_id: str, data: bytes) -> File:
        """Decode a clip and write its file. Raises UnsupportedMedia, TooLarge, Unavailable."""
        return await self.write_pcm(clip_id, (await self._decoder.decode(data)).pcm)

    async def write_pcm(self, clip_id: str, pcm: bytes) -> File:
        """Write a clip that is 16 000 Hz, mono, signed 16-bit little-endian already."""
        sound = wav(pcm)
        await asyncio.to_thread(write_private, self.file(clip_id), sound)
        digest = hashlib.sha256(sound).hexdigest()
        duration_ms = round(len(pcm) * 1000 / (RATE_HZ * WIDTH_BYTES))
        return File(CONTENT_TYPE, len(sound), digest, duration_ms=duration_ms)

    async def words_of(self, clip_id: str) -> str:
        """What is said in a kept clip; the transcript is noted. Raises Unavailable."""
        if self._recogniser is None:
            raise Unavailable("no recogniser")
        sound = await asyncio.to_thread(_samples, self.file(clip_id))
        heard = await self._recogniser.recognise(sound)
        async with self._db.write() as conn:
            await attachments.transcribe(conn, clip_id, noted(heard))
        return heard.text

    async def delete(self, clip_id: str) -> None:
        await asyncio.to_thread(self.file(clip_id).unlink, missing_ok=True)

    async def forget_old(self) -> None:
        """Delete the clips that have been kept long enough, and old files of no message."""
        before = self._clock.now() - self._keep_for
        await asyncio.to_thread(_delete_older, self._folder, before.timestamp())
        while True:
            async with self._db.read() as conn:
                old = await attachments.clips_before(conn, before)
            if not old:
                return
            for clip_id in old:
                await self.delete(clip_id)
                async with self._db.write() as conn:
                    await attachments.lose(conn, clip_id)

    def file(self, clip_id: str) -> Path:
        return self._folder / f"{clip_id}.wav"

    async def close(self) -> None:
        await self._decoder.close()


def _delete_older(folder: Path, before_s: float) -> None:
    """Files that were written before a moment in seconds since 1970."""
    for file in folder.glob("*"):
        with suppress(FileNotFoundError):
            if file.stat().st_mtime < before_s:
                file.unlink()


def _samples(file: Path) -> bytes:
    with wave.open(str(file), "rb") as opened:
        return opened.readframes(opened.getnframes())


def noted(heard: Transcript) -> dict[str, object]:
    """A transcript as it is kept with its clip."""
    return {"text": heard.text, "words": [list(asdict(word).values()) for word in heard.words]}
