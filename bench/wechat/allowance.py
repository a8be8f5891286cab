"""G8: answers, notices and taps beyond any allowance; WeChat never has to refuse one."""

from __future__ import annotations

import asyncio
import logging
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bench.goal import Extent, Result, tell
from bench.wechat import account
from bench.wechat.bot import Bot
from bench.wechat.gateway import Place, inside
from community.times import FixedClock
from connectors.wechat.errors import WeChatError
from conversation import outbox
from conversation.messages import Draft
from conversation.ownership import current

BUBBLES = 4
BUBBLE_CHARACTERS = (10, 150, 330, 500)
"Of each bubble; 680 characters fill a message of WeChat's"
TAPS, NOTICES = 0.2, 0.5
"Shares of a reader's turns that are taps, and that a notice follows"
BETWEEN_S = (5.0, 50.0, 70.0, 3600.0, 49 * 3600.0)
"That the clock goes on after a round"
AT_ONCE = 24
LAST_ROUNDS = 10
MOST = {"message": (5, timedelta(hours=48)), "tap": (3, timedelta(minutes=1))}
"Source: Service_Center_messages.html"


@dataclass
class Reader:
    """What one reader did, and what came through the API because of it."""

    openid: str
    did: list[tuple[str, datetime, int]] = field(default_factory=list)
    "Kind, moment, and the length of the screen then"
    conversation_id: str = ""
    answers: list[str] = field(default_factory=list)
    "A line of each answer and notice: each must be shown once"
    at_once: list[str] = field(default_factory=list)
    "Answers that came in the response"


class Refusals(logging.Handler):
    """Counts the errcodes that sending met, from the channel's own log."""

    def __init__(self) -> None:
        super().__init__()
        self.errcodes: Counter[int] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        arguments = record.args if isinstance(record.args, tuple) else ()
        self.errcodes.update(one.errcode for one in arguments if isinstance(one, WeChatError))


def g8(extent: Extent) -> Result:
    """Many rounds on a clock of our own; at the end everyone writes until nothing is held."""
    refusals, sending = Refusals(), logging.getLogger("connectors.wechat.delivery")
    sending.addHandler(refusals)
    try:
        return asyncio.run(_measure(extent.of(200, 10), extent.of(50, 6), refusals))
    finally:
        sending.removeHandler(refusals)


async def _measure(readers: int, rounds: int, refusals: Refusals) -> Result:
    dice, clock = random.Random(8), FixedClock(datetime(2025, 11, 3, 6, tzinfo=UTC))  # noqa: S311
    async with inside(Bot(bubbles=_bubbles), clock=clock) as place:
        run = Run(place, dice, [Reader(f"reader-{number}") for number in range(readers)])
        for number in range(rounds):
            kinds = ["tap" if dice.random() < TAPS else "message" for _ in run.readers]
            await run.act(kinds, number)
            await run.notify(number)
            clock.advance(dice.choice(BETWEEN_S))
            if number % 10 == 9:
                tell(f"G8: {number + 1} of {rounds} rounds")
        for number in range(rounds, rounds + LAST_ROUNDS):
            await run.act(["message"] * readers, number)
            if not run.held_now():
                break
        return _judged(run, refusals)


@dataclass
class Run:
    """Rounds in which everyone acts, and some are told something unasked."""

    place: Place
    dice: random.Random
    readers: list[Reader]
    held: int = 0
    "Messages that were held when their reader wrote again"
    kept_back: int = 0
    "Of these, the ones that were held after that too"

    async def act(self, kinds: list[str], number: int) -> None:
        """Everyone writes or taps, and all that follows from it is awaited."""
        before = self.held_now()
        at_once = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(
            *(self._act(at_once, *each, number) for each in zip(self.readers, kinds, strict=True))
        )
        await self.place.settled()
        wrote = {
            reader.conversation_id
            for reader, kind in zip(self.readers, kinds, strict=True)
            if kind == "message"
        }
        before = {one for one in before if one[0] in wrote}
        self.held += len(before)
        self.kept_back += len(before & self.held_now())

    async def _act(
        self, at_once: asyncio.Semaphore, reader: Reader, kind: str, number: int
    ) -> None:
        sim, now = self.place.sim, self.place.clock.now()
        said = f"{reader.openid}第{number}句"
        async with at_once:
            if kind == "tap":
                sim.user_tapped(reader.openid)
            else:
                sim.user_said(reader.openid)
            reader.did.append((kind, now, len(sim.transcript(reader.openid))))
            fields = account.tap(said) if kind == "tap" else account.text(said, number + 1)
            inside_it = account.message(reader.openid, fields, int(now.timestamp()))
            answer = await self.place.push(inside_it)
        reader.answers.append(f"答{said}")
        if answer.words is not None:
            reader.at_once.append(answer.words)
        if not reader.conversation_id:
            asked = self.place.bot.asked
            reader.conversation_id = next(a.conversation_id for a in asked if a.text == said)

    async def notify(self, number: int) -> None:
        """Some readers are told one to three things unasked."""
        told = [reader for reader in self.readers if self.dice.random() < NOTICES]
        for nth in range(self.dice.randint(1, 3)):
            for reader in told:
                words = f"通知{number}-{nth}。"
                reader.answers.append(words)
                async with self.place.db.write() as conn:
                    floor = await current(conn, reader.conversation_id)
                    await outbox.say(
                        conn, self.place.clock, reader.conversation_id, [Draft(words)],
                        epoch=floor.epoch, key=words,
                    )  # fmt: skip
            await self.place.settled()

    def held_now(self) -> set[tuple[object, ...]]:
        """Conversation and number of each message that waits for its reader."""
        query = "SELECT conversation_id, seq FROM outbox WHERE state = 'held'"
        return set(self.place.rows(query))


def _bubbles(said: str) -> list[str]:
    """Four bubbles, the same for the same words."""
    characters = random.Random(said).choice(BUBBLE_CHARACTERS)  # noqa: S311 - repeatable
    return [f"答{said}", *("停" * characters for _ in range(BUBBLES - 1))]


def _judged(run: Run, refusals: Refusals) -> Result:
    lines = {reader.openid: Counter(_lines(run.place, reader)) for reader in run.readers}
    wrong = sum(
        lines[reader.openid][words] != 1 for reader in run.readers for words in reader.answers
    )
    sent = sum(len(run.place.sim.transcript(reader.openid)) for reader in run.readers)
    measured: dict[str, float | int | str | None] = {
        "turns": sum(len(reader.did) for reader in run.readers),
        "in_the_response": sum(len(reader.at_once) for reader in run.readers),
        "by_the_api": sent,
        "refused_45047": refusals.errcodes[45047],
        "refused_otherwise": refusals.errcodes.total() - refusals.errcodes[45047],
        "beyond_a_grant": sum(_beyond(run.place, reader) for reader in run.readers),
        "held_until_written": run.held,
        "held_after_that": run.kept_back,
        "not_shown_once": wrong,
    }
    right = refusals.errcodes.total() == measured["beyond_a_grant"] == wrong == 0
    line = "≤ 5 / 48 h, ≤ 3 / 1 min, 0 × 45047, held text next"
    return Result("G8", line, measured, right, fast=run.kept_back == 0)


def _lines(place: Place, reader: Reader) -> list[str]:
    """Every line that the reader was shown, in responses and through the API."""
    shown = [*reader.at_once, *(one.content for one in place.sim.transcript(reader.openid))]
    return [line for words in shown for line in words.splitlines()]


def _beyond(place: Place, reader: Reader) -> int:
    """Messages through the API that no act of the reader allowed, by our own count."""
    screen, beyond = place.sim.transcript(reader.openid), 0
    left, until = {"message": 0, "tap": 0}, dict.fromkeys(MOST, datetime.min.replace(tzinfo=UTC))
    for nth, (kind, at, length) in enumerate(reader.did):
        most, lasts = MOST[kind]
        left[kind], until[kind] = most, at + lasts
        end = reader.did[nth + 1][2] if nth + 1 < len(reader.did) else len(screen)
        for seen in screen[length:end]:
            kinds = [one for one in ("tap", "message") if left[one] and seen.at < until[one]]
            if kinds:
                left[kinds[0]] -= 1
            beyond += not kinds
    return beyond
