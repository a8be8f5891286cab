"""V17: reminders of many days on a clock of their own: until they are heard, and never beyond that."""

from __future__ import annotations

import asyncio
import random
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from bench.goal import Extent, Result
from bench.voice.box import settle
from community.config import Settings
from community.store.database import Database
from community.times import SHANGHAI, FixedClock
from conversation import aloud, inbox, outbox, timers
from conversation.aloud import ANSWERED, NEWS, PLAYED, REMINDER
from conversation.messages import Draft, Sender

MINUTES = (0.0, 5.0, 15.0)
"After the first time, at which a reminder is said that nobody acknowledges"
STEP_S = 30.0
WATCHED = timedelta(minutes=40)
NIGHT_FROM, NIGHT_TO = time(21, 30), time(7, 30)
"Between which no news may be said"


@dataclass
class Told:
    """What one home was told."""

    ignored_until: int
    "Times that the reminder is let pass; then it is acknowledged"
    seq: int = 0
    minutes: list[float] = field(default_factory=list)
    "After the first time"
    over: bool = False


def v17(extent: Extent) -> Result:
    """In each home a reminder that is acknowledged at once, late or never; the process is restarted."""
    line = "said at 0, +5, +15 min until acknowledged, then never; queue outlives restarts; quiet nights"
    return asyncio.run(_measure(line, extent.of(60, 4), extent.of(20, 3)))


async def _measure(line: str, homes: int, news: int) -> Result:
    clock = FixedClock(datetime(2025, 11, 3, 10, 0, tzinfo=SHANGHAI))
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        names = await settle(settings, homes, clock)
        days = Days(settings, clock)
        try:
            told = await days.reminders(names)
            nightly = await days.news(names[0], news)
        finally:
            await days.close()
    wrong = sum(
        one.minutes != list(MINUTES[: min(one.ignored_until + 1, len(MINUTES))]) for one in told
    )
    measured: dict[str, float | int | str | None] = {
        "reminders": len(told),
        "said": sum(len(one.minutes) for one in told),
        "not_at_their_times": wrong,
        "restarts": days.restarts,
        "news": news,
        "news_lost_or_twice": nightly.lost,
        "news_at_night": nightly.at_night,
    }
    right = wrong == 0 and nightly.lost == 0 and nightly.at_night == 0
    return Result("V17", line, measured, right)


@dataclass(frozen=True)
class Nightly:
    """What became of news that came at all hours."""

    lost: int
    at_night: int


class Days:
    """The gateway's database over time; it is opened anew at every restart."""

    def __init__(self, settings: Settings, clock: FixedClock) -> None:
        self.restarts = 0
        self._settings = settings
        self._clock = clock
        self._db = Database(settings.database)

    async def close(self) -> None:
        await self._db.close()

    async def reminders(self, names: list[str]) -> list[Told]:
        """One in each home, all at one moment; what was said when."""
        told = {}
        for number, name in enumerate(names):
            conversation_id = await self._conversation(name)
            told[conversation_id] = Told(number % (len(MINUTES) + 1))
            draft = Draft("该吃降压药了。", purpose="reminder", private=True)
            told[conversation_id].seq = await self._write(conversation_id, draft, f"dose:{number}")
        began = self._clock.now()
        while self._clock.now() - began < WATCHED:
            await timers.fire_due(self._db, self._clock, aloud.timers(self._clock))
            for conversation_id, one in told.items():
                await self._listen(conversation_id, one, began)
            self._clock.advance(STEP_S)
            await self._restart()
        return list(told.values())

    async def _listen(self, conversation_id: str, one: Told, began: datetime) -> None:
        found = await self._take(conversation_id)
        if found is None:
            return
        kind, seq = found
        if (kind, seq) != (REMINDER, one.seq):
            one.minutes.append(-1.0)
            return
        one.minutes.append((self._clock.now() - began).total_seconds() / 60)
        await self._note(conversation_id, seq, PLAYED)
        if len(one.minutes) > one.ignored_until and not one.over:
            one.over = True
            await self._note(conversation_id, seq, ANSWERED)

    async def news(self, name: str, count: int) -> Nightly:
        """At random hours of as many days; a restart between taking and playing of every third."""
        chance = random.Random(17)  # noqa: S311 - nothing is kept secret
        conversation_id, heard, at_night = await self._conversation(name), [], 0
        written = []
        for number in range(count):
            self._clock.advance(chance.uniform(0, 24) * 3600)
            written.append(
                await self._write(conversation_id, Draft(f"第{number}条。"), f"news:{number}")
            )
            for look in range(36):
                found = await self._take(conversation_id)
                if found is not None and (number + look) % 3:
                    kind, seq = found
                    heard.append(seq)
                    at_night += kind == NEWS and self._is_night()
                    await self._note(conversation_id, seq, PLAYED)
                await self._restart()
                self._clock.advance(1200)
        lost = len(set(written) ^ set(heard)) + len(heard) - len(set(heard))
        return Nightly(lost, at_night)

    def _is_night(self) -> bool:
        there = self._clock.now().astimezone(SHANGHAI).time()
        return there >= NIGHT_FROM or there < NIGHT_TO

    async def _conversation(self, name: str) -> str:
        async with self._db.write() as conn:
            sender = Sender("speaker", f"client:{name}")
            return await inbox.conversation_of(conn, self._clock, sender)

    async def _write(self, conversation_id: str, draft: Draft, key: str) -> int:
        async with self._db.write() as conn:
            (said,) = await outbox.say(
                conn, self._clock, conversation_id, [draft], epoch=0, key=key
            )
        return said.seq

    async def _take(self, conversation_id: str) -> tuple[str, int] | None:
        async def still(conn: AsyncConnection, key: str) -> bool:
            return True

        async with self._db.write() as conn:
            found = await aloud.take(conn, self._clock, conversation_id, still)
        return (found.kind, found.message.seq) if found else None

    async def _note(self, conversation_id: str, seq: int, fate: str) -> None:
        async with self._db.write() as conn:
            await aloud.note(conn, self._clock, conversation_id, seq, fate)

    async def _restart(self) -> None:
        await self._db.close()
        self._db = Database(self._settings.database)
        self.restarts += 1
