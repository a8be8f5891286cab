"""The intake: a file that a platform keeps for a while is promised at once and fetched after.

A message is a committed row before its photo or clip is here (law 1); the file's id is known from
the message's own key, so that a retry names the same file.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.listening import LISTEN_S
from bot.phrases import phrase
from community.errors import BadInput, CommunityError, NotFound, Unavailable
from community.store import attachments
from community.store.attachments import CLIP_ID, KEPT, PHOTO, VOICE, Attachment, File
from community.store.database import Database
from community.times import Clock
from connectors.voices import Voices, noted
from conversation import events, inbox, outbox
from conversation.messages import Draft
from conversation.ownership import STAFFED, current
from conversation.photos import Photos
from voice.recogniser import Transcript

STEP_S = 1.0
AT_ONCE = 8
"Fetched side by side"
FETCH_S, RECOGNISE_S = LISTEN_S - 3.0, 3.0
"How long a turn waits for its clip, and for the words in it"
AGAIN_S = (5.0, 30.0, 300.0, 3600.0, 21600.0, 43200.0)
"Before each further try; together about a day of the three that WeChat keeps a file"

Fetch = Callable[[str], Awaitable[bytes]]
"""The bytes of what the platform calls by this name.

Raises NotFound when it is gone, UnsupportedMedia and TooLarge for what is not taken, Unavailable
for what may be there later.
"""

logger = logging.getLogger(__name__)


class Intake:
    """Fetches what the messages of the channels brought; also the ears of a turn."""

    def __init__(self, db: Database, clock: Clock, photos: Photos, voices: Voices) -> None:
        self._db = db
        self._clock = clock
        self._photos = photos
        self._voices = voices
        self._fetches: dict[str, Fetch] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    def serve(self, channel: str, fetch: Fetch) -> None:
        """Fetch with this what `channel` expects."""
        self._fetches[channel] = fetch

    async def expect(
        self, channel: str, conversation_id: str, kind: str, name: str, *, key: str
    ) -> str:
        """Note a PHOTO or VOICE of a message with the channel's own `key`; returns its id.

        The fetch begins at once; `name` is the platform's.
        """
        attachment_id = _id_of(channel, kind, key)
        async with self._db.write() as conn:
            fresh = await attachments.expect(
                conn, self._clock, attachment_id, conversation_id, kind=kind,
                source=f"{channel} {name}",
            )  # fmt: skip
            found = await attachments.find(conn, attachment_id)
        if fresh and found is not None:
            self._begin(found)
        return attachment_id

    async def keep_heard(
        self, turn: inbox.Turn, channel: str, key: str, pcm: bytes, words: Transcript
    ) -> None:
        """Keep the sound of an utterance whose words are a stored turn, with the channel's own `key`.

        The words count without it: that it cannot be kept is only logged.
        """
        clip_id = _id_of(channel, VOICE, key)
        try:
            file = await self._voices.write_pcm(clip_id, pcm)
            async with self._db.write() as conn:
                if await attachments.find(conn, clip_id) is None:
                    await self._attach(conn, turn, clip_id, file, words)
        except (OSError, CommunityError) as error:
            logger.error("clip not kept: turn=%s error=%s", turn.id, type(error).__name__)

    async def _attach(
        self, conn: AsyncConnection, turn: inbox.Turn, clip_id: str, file: File, words: Transcript
    ) -> None:
        await attachments.add(conn, self._clock, clip_id, turn.conversation_id, file, VOICE)
        await attachments.transcribe(conn, clip_id, noted(words))
        await inbox.attach_clip(conn, turn, clip_id)
        await events.publish(conn, self._clock, "message", conversation_id=turn.conversation_id)

    async def step(self) -> None:
        """Begin to fetch what is due: after a restart, or after a try that failed."""
        async with self._db.read() as conn:
            waiting = await attachments.due(conn, self._clock)
        for one in waiting:
            self._begin(one)

    async def settled(self, attachment_id: str, timeout_s: float) -> Attachment | None:
        """The attachment once it is here or lost, or as it stands after `timeout_s`."""
        task = self._under_way.get(attachment_id)
        if task is not None:
            await asyncio.wait([task], timeout=timeout_s)
        async with self._db.read() as conn:
            return await attachments.find(conn, attachment_id)

    async def words_of(self, attachment_id: str) -> str | None:
        """As `bot.listening.Listener`."""
        found = await self.settled(attachment_id, FETCH_S)
        if found is None or found.kind != VOICE:
            return None
        if found.state != KEPT:
            raise NotFound("the clip is not here")
        try:
            async with asyncio.timeout(RECOGNISE_S):
                return await self._voices.words_of(attachment_id)
        except TimeoutError as error:
            raise Unavailable("the recogniser is late") from error

    async def forget(self, one: Attachment) -> None:
        """Delete its file, once it is here; its row stays as lost."""
        task = self._under_way.get(one.id)
        if task is not None:
            await asyncio.wait([task])
        await (self._voices if one.kind == VOICE else self._photos).delete(one.id)
        async with self._db.write() as conn:
            await attachments.lose(conn, one.id)

    async def forget_old(self) -> None:
        """Delete the clips that have been kept long enough."""
        await self._voices.forget_old()

    async def close(self) -> None:
        """Leave what is under way to the next start."""
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, one: Attachment) -> None:
        channel = (one.source or "").partition(" ")[0]
        if one.id in self._under_way or channel not in self._fetches:
            return
        task = asyncio.create_task(self._take(one), name=f"fetch:{one.id}")
        self._under_way[one.id] = task
        task.add_done_callback(lambda done: self._ended(one, done))

    def _ended(self, one: Attachment, task: asyncio.Task[None]) -> None:
        del self._under_way[one.id]
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("fetch put off: attachment=%s", one.id, exc_info=error)

    async def _take(self, one: Attachment) -> None:
        channel, _, name = (one.source or "").partition(" ")
        async with self._slots:
            try:
                data = await self._fetches[channel](name)
                kept = await (self._voices if one.kind == VOICE else self._photos).write(
                    one.id, data
                )
            except (NotFound, BadInput) as error:
                await self._lost(one, error)
            except CommunityError as error:
                await self._again(one, error)
            except Exception:  # a full disk, or what no library foresaw: not again at once for ever
                logger.exception("fetch failed: attachment=%s", one.id)
                await self._again(one, Unavailable())
            else:
                async with self._db.write() as conn:
                    await attachments.keep(conn, one.id, kept)

    async def _again(self, one: Attachment, error: CommunityError) -> None:
        if one.attempts >= len(AGAIN_S):
            await self._lost(one, error)
            return
        until = self._clock.now() + timedelta(seconds=AGAIN_S[one.attempts])
        async with self._db.write() as conn:
            await attachments.put_off(conn, one.id, until)
        logger.warning("fetch failed: attachment=%s code=%s", one.id, error.code)

    async def _lost(self, one: Attachment, error: CommunityError) -> None:
        """It will not come; of a photo the resident is told, the turn of a clip tells it itself."""
        logger.warning("fetch given up: attachment=%s code=%s", one.id, error.code)
        async with self._db.write() as conn:
            await attachments.lose(conn, one.id)
            floor = await current(conn, one.conversation_id)
            if one.kind == PHOTO and floor.state not in STAFFED:
                await outbox.say(
                    conn, self._clock, one.conversation_id, [Draft(phrase("photo.lost"))],
                    epoch=floor.epoch, key=f"lost:{one.id}",
                )  # fmt: skip


def _id_of(channel: str, kind: str, key: str) -> str:
    """An attachment's id, the same for each delivery of its message."""
    digest = hashlib.sha256(f"{channel}/{key}".encode()).hexdigest()[:20]
    return f"{CLIP_ID if kind == VOICE else 'pho_'}{digest}"
