"""One turn, whatever the channel: stored, guarded, checked for danger, answered, stored again.

The order is DESIGN §5. Per conversation there is one worker at a time; the database decides which
turn runs, so a second process or a restart changes nothing. This is the only place where an
unforeseen exception of a turn is caught: the resident gets a kind sentence and a person.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import choices, guard
from bot.engine import Engine
from bot.messages import Alarm, Handoff, Reply
from bot.phrases import phrase, phrases
from community.errors import Code, CommunityError, StoreError
from community.log import turn_id as log_turn_id
from community.store import identities
from community.store.database import Database
from community.store.schema import conversation
from community.times import Clock, date_words
from conversation import inbox, outbox, queue
from conversation.inbox import Turn
from conversation.messages import Choice, Draft, Inbound, Outcome
from conversation.ownership import STAFFED, Owner, Ownership, clear_boundary, current, move
from conversation.queue import Lane
from language import emergency

LEASE_MARGIN_S = 5.0
ACKNOWLEDGE_EVERY_S = 60.0
LOOK_AGAIN_S = 0.2
ENGINE_CALLS_AT_ONCE = 32

logger = logging.getLogger(__name__)


@dataclass
class Stage:
    """What one turn's log line says."""

    outcome: str = "-"
    intent: str | None = None
    confidence: float | None = None
    code: str = "-"
    marks_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Heard:
    """A turn's words after the guard, and the choice they stand for."""

    text: str
    choice: Choice | None
    owner: Ownership

    @property
    def words(self) -> str:
        """What was said, or the label that was tapped."""
        return self.choice.label if self.choice else self.text


@dataclass(frozen=True)
class Ending:
    """What is to be stored when a turn ends without the engine, or after it."""

    outcome: Outcome
    drafts: tuple[Draft, ...] = ()
    intent: str | None = None
    confidence: float | None = None


class TurnRunner:
    """Takes messages in and sees to it that each gets its one answer."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        *,
        engine_timeout_s: float = 10.0,
        notify: Callable[[str], None] = lambda conversation_id: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._engine = engine
        self._lease_s = engine_timeout_s + LEASE_MARGIN_S
        self._notify = notify
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._backlog: Counter[str] = Counter()
        self._done: dict[str, asyncio.Event] = {}
        self._engine_calls = asyncio.Semaphore(ENGINE_CALLS_AT_ONCE)

    async def submit(self, received: Inbound) -> Turn:
        """Commit a message and set its turn going; a known message is returned as it stands.

        Raises Conflict when the message's key was used for other content, StoreError when it
        could not be committed.
        """
        turn, fresh = await inbox.receive(self._db, self._clock, received, lease_s=self._lease_s)
        if fresh:
            self._done[turn.id] = asyncio.Event()
            if turn.state == "running":
                self._work(turn.conversation_id, turn)
            else:
                self._backlog[turn.conversation_id] += 1
                self._work(turn.conversation_id, None)
        return turn

    async def finished(self, turn_id: str, timeout_s: float) -> Turn | None:
        """Wait until a turn has its answer; None when `timeout_s` passed before."""
        waiting = self._done.get(turn_id)
        try:
            async with asyncio.timeout(timeout_s):
                if waiting is not None:
                    await waiting.wait()
                while True:  # also a turn that another start or process of the gateway finishes
                    async with self._db.read() as conn:
                        turn = await inbox.find(conn, turn_id)
                    if turn is None or turn.state == "done":
                        return turn
                    await asyncio.sleep(LOOK_AGAIN_S)
        except TimeoutError:
            return None

    def is_working(self, conversation_id: str) -> bool:
        """Whether an answer is being made: what a page shows as 正在输入."""
        return conversation_id in self._workers

    async def recover(self) -> None:
        """Run what no worker is running: after a restart, a crash or a full database."""
        for conversation_id in await inbox.unfinished(self._db, self._clock):
            self._backlog[conversation_id] += 1
            self._work(conversation_id, None)

    async def close(self) -> None:
        """Let running turns end for a moment, then leave the rest to the next start."""
        workers = list(self._workers.values())
        if workers:
            await asyncio.wait(workers, timeout=2.0)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _work(self, conversation_id: str, first: Turn | None) -> None:
        if conversation_id in self._workers:
            return
        worker = asyncio.create_task(
            self._run_conversation(conversation_id, first), name=f"turns:{conversation_id}"
        )
        self._workers[conversation_id] = worker
        self._notify(conversation_id)

    async def _run_conversation(self, conversation_id: str, first: Turn | None) -> None:
        turn = first
        try:
            while turn or self._backlog[conversation_id]:
                if turn is None:
                    self._backlog[conversation_id] = 0
                    turn = await inbox.take_next(
                        self._db, self._clock, conversation_id, lease_s=self._lease_s
                    )
                while turn is not None:
                    await self._run(turn)
                    turn = await self._following(conversation_id)
        except StoreError as error:
            logger.error("turn put off: code=%s conversation=%s", error.code, conversation_id)
        finally:
            del self._workers[conversation_id]
            self._notify(conversation_id)

    async def _following(self, conversation_id: str) -> Turn | None:
        if not self._backlog[conversation_id]:
            del self._backlog[conversation_id]
            return None
        return await inbox.take_next(self._db, self._clock, conversation_id, lease_s=self._lease_s)

    async def _run(self, turn: Turn) -> None:
        token = log_turn_id.set(turn.id)
        stage, started = Stage(), time.perf_counter()
        try:
            await self._answer(turn, stage)
        except CommunityError as error:
            if isinstance(error, StoreError):
                raise
            stage.code = error.code
            await self._fail(turn, error.code, stage)
        except Exception:
            logger.exception("turn failed")
            stage.code = Code.INTERNAL
            await self._fail(turn, Code.INTERNAL, stage)
        finally:
            self._log(turn, stage, (time.perf_counter() - started) * 1000)
            log_turn_id.reset(token)
            waiting = self._done.pop(turn.id, None)
            if waiting is not None:
                waiting.set()
            self._notify(turn.conversation_id)

    def _log(self, turn: Turn, stage: Stage, total_ms: float) -> None:
        logger.info(
            "turn conversation=%s outcome=%s code=%s intent=%s confidence=%s characters=%d %s "
            "total_ms=%.1f",
            turn.conversation_id,
            stage.outcome,
            stage.code,
            stage.intent,
            f"{stage.confidence:.2f}" if stage.confidence is not None else "-",
            len(turn.text),
            " ".join(f"{name}_ms={ms:.1f}" for name, ms in stage.marks_ms.items()),
            total_ms,
        )

    async def _answer(self, turn: Turn, stage: Stage) -> None:
        heard = await self._hear(turn)
        verdict = emergency.detect(heard.words)
        if verdict.sos:
            await self._alarm(turn, Alarm(verdict.kind), stage)
            return
        async with self._db.write() as conn:
            ending = await self._without_engine(conn, turn, heard)
            if ending is not None:
                await self._end(conn, turn, ending, stage)
                return
            owner = await current(conn, turn.conversation_id)
        asked_at = time.perf_counter()
        async with self._engine_calls:
            reply = await self._engine.reply(
                turn.conversation_id,
                heard.choice.payload if heard.choice else heard.text or "/send_photo",
                turn_id=turn.id,
                attachment_id=turn.attachment_id,
            )
        stage.marks_ms["engine"] = (time.perf_counter() - asked_at) * 1000
        await self._store_reply(turn, heard, owner, reply, stage)

    async def _hear(self, turn: Turn) -> Heard:
        """The words as they are to be understood, and who has the floor."""
        text = guard.clean(turn.text)
        async with self._db.read() as conn:
            owner = await current(conn, turn.conversation_id)
            if turn.choice is not None:
                found = await outbox.find_choice(conn, turn.conversation_id, turn.choice)
                return Heard(text or (found.label if found else ""), found, owner)
            offered = (
                await outbox.last_choices(conn, turn.conversation_id) if len(text) <= 20 else ()
            )
        return Heard(text, choices.by_words(text, offered), owner)

    async def _without_engine(
        self, conn: AsyncConnection, turn: Turn, heard: Heard
    ) -> Ending | None:
        """What is decided before the engine is asked; None when the engine is to answer."""
        if heard.choice is not None:
            act = choices.read_gateway_payload(heard.choice.payload)
            if act is not None:
                return await self._gateway_act(conn, turn, *act)
        owner = await current(conn, turn.conversation_id)
        if owner.state in STAFFED:
            await queue.add_words(conn, self._clock, turn.conversation_id, turn.seq)
            return Ending("handed_off")
        if owner.state is Owner.WAITING:
            return await self._while_waiting(conn, turn, heard)
        if owner.state is Owner.RESOLVED:
            await move(
                conn, self._clock, turn.conversation_id, Owner.BOT, actor="resident",
                cause="wrote_again", boundary=owner.boundary,
            )  # fmt: skip
        if not guard.has_words(heard.words) and turn.attachment_id is None:
            key = "emoji_only" if turn.text.strip() else "errors.empty_message"
            return Ending("asked", (Draft(phrase(key)),))
        return None

    async def _while_waiting(self, conn: AsyncConnection, turn: Turn, heard: Heard) -> Ending:
        """A person was called: every word goes into the case, the bot only acknowledges."""
        if heard.words.strip("。.!！ ") in phrases("withdraw_words"):
            await queue.withdraw(conn, self._clock, turn.conversation_id)
            return Ending("answered", (Draft(phrase("handoff.withdrawn")),))
        await queue.add_words(conn, self._clock, turn.conversation_id, turn.seq)
        if emergency.is_false_alarm(heard.words):
            for case in await queue.open_cases(conn, turn.conversation_id):
                if case.lane is Lane.EMERGENCY:
                    await queue.annotate(
                        conn, self._clock, case.id, fact="false_alarm_said", seq=turn.seq
                    )
                    return Ending("handed_off", (Draft(phrase("emergency.false_alarm")),))
        if not await self._may_acknowledge(conn, turn.conversation_id):
            return Ending("handed_off")
        key = "handoff.photo_noted" if turn.attachment_id else "handoff.noted"
        stop = choices.gateway_payload("withdraw")
        return Ending(
            "handed_off", (Draft(phrase(key), ((phrase("handoff.stop_waiting"), stop),)),)
        )

    async def _may_acknowledge(self, conn: AsyncConnection, conversation_id: str) -> bool:
        """At most once a minute: a conditional update, so no two turns both do."""
        now = self._clock.now()
        changed = await conn.execute(
            update(conversation)
            .where(
                conversation.c.id == conversation_id,
                (conversation.c.acknowledged_at.is_(None))
                | (conversation.c.acknowledged_at <= now - timedelta(seconds=ACKNOWLEDGE_EVERY_S)),
            )
            .values(acknowledged_at=now)
        )
        return changed.rowcount == 1

    async def _gateway_act(
        self, conn: AsyncConnection, turn: Turn, act: str, details: dict[str, object]
    ) -> Ending:
        if act == "rate_case":
            first = await queue.rate(
                conn, self._clock, str(details["case"]), int(str(details["score"]))
            )
            return Ending(
                "answered", (Draft(phrase("staff.rated" if first else "staff.rated_before")),)
            )
        owner = await current(conn, turn.conversation_id)
        if act == "withdraw" and owner.state is Owner.WAITING:
            await queue.withdraw(conn, self._clock, turn.conversation_id)
        return Ending("answered", (Draft(phrase("handoff.withdrawn")),))

    async def _store_reply(
        self, turn: Turn, heard: Heard, owner: Ownership, reply: Reply, stage: Stage
    ) -> None:
        stage.intent, stage.confidence = reply.intent, reply.confidence
        if reply.alarm is not None:
            await self._alarm(turn, reply.alarm, stage)
            return
        async with self._db.write() as conn:
            if reply.handoff is not None:
                await self._hand_off(conn, turn, heard, reply.handoff, reply, stage)
                return
            drafts = await self._with_boundary(conn, owner, reply.drafts)
            outcome: Outcome = "asked" if reply.asked else "answered"
            ending = Ending(outcome, drafts, reply.intent, reply.confidence)
            await self._end(conn, turn, ending, stage, epoch=owner.epoch)

    async def _with_boundary(
        self, conn: AsyncConnection, owner: Ownership, drafts: tuple[Draft, ...]
    ) -> tuple[Draft, ...]:
        """After a person's stretch the bot's first words cite what was promised, once."""
        record = owner.boundary
        if not record or not record.get("note"):
            return drafts
        await clear_boundary(conn, owner.conversation_id)
        promised = record.get("promise") and record.get("until")
        key = "staff.boundary_promise" if promised else "staff.boundary"
        until = date_words(datetime.fromisoformat(record["until"])) if promised else None
        return (Draft(phrase(key, **record | {"until": until})), *drafts)

    async def _end(
        self,
        conn: AsyncConnection,
        turn: Turn,
        ending: Ending,
        stage: Stage,
        *,
        epoch: int | None = None,
    ) -> None:
        """Close the turn and store its words, in one transaction; a closed turn stays as it is."""
        stage.outcome = ending.outcome
        if epoch is not None and (await current(conn, turn.conversation_id)).epoch != epoch:
            stage.code = Code.STALE
            stage.outcome = "handed_off"
            ending = Ending("handed_off", (), ending.intent, ending.confidence)
        open_still = await inbox.finish(
            conn,
            self._clock,
            turn.id,
            outcome=ending.outcome,
            intent=ending.intent,
            confidence=ending.confidence,
        )
        if not open_still or not ending.drafts:
            return
        if epoch is None:
            epoch = (await current(conn, turn.conversation_id)).epoch
        await outbox.say(
            conn,
            self._clock,
            turn.conversation_id,
            ending.drafts,
            epoch=epoch,
            key=turn.id,
            turn_id=turn.id,
        )

    async def _hand_off(
        self,
        conn: AsyncConnection,
        turn: Turn,
        heard: Heard,
        handoff: Handoff,
        reply: Reply,
        stage: Stage,
    ) -> None:
        summary = {
            "words": handoff.words or heard.words,
            "seq": turn.seq,
            "intent": reply.intent,
            "slots": handoff.slots,
        }
        said = await self._queue_normal(conn, turn, handoff.reason, summary)
        ending = Ending("handed_off", (*reply.drafts, Draft(said)), reply.intent, reply.confidence)
        await self._end(conn, turn, ending, stage)

    async def _queue_normal(
        self, conn: AsyncConnection, turn: Turn, reason: str, summary: dict[str, object]
    ) -> str:
        """Open or join the case; returns what the resident is told about waiting."""
        case = await queue.open_case(
            conn,
            self._clock,
            turn.conversation_id,
            lane=Lane.NORMAL,
            reason=reason,
            summary=summary,
        )
        if case.state == queue.PROMISED:
            until = (case.promise or {})["until"]
            moment = type(self._clock.now()).fromisoformat(until)
            return phrase("handoff.promised", until=date_words(moment), no=case.no)
        before = await queue.position(conn, case) - 1
        return phrase("handoff.queued", before=before) if before else phrase("handoff.next")

    async def _alarm(self, turn: Turn, alarm: Alarm, stage: Stage) -> None:
        """Safety first, the emergency lane, and the desk rings; nothing here asks the engine."""
        async with self._db.write() as conn:
            party = await identities.party(conn, turn.conversation_id)
            home = party.home if party else None
            again = any(
                case.lane is Lane.EMERGENCY
                for case in await queue.open_cases(conn, turn.conversation_id)
            )
            await queue.open_case(
                conn,
                self._clock,
                turn.conversation_id,
                lane=Lane.EMERGENCY,
                reason="emergency",
                summary={
                    "words": guard.clean(turn.text),
                    "seq": turn.seq,
                    "kind": alarm.kind or "help",
                    "place": alarm.place,
                    "home": home.label if home else None,
                },
            )
            words = phrase(f"emergency.{alarm.kind or 'help'}")
            if again:
                words += phrase("emergency.again")
            elif home is None:
                words += phrase("emergency.where")
            stage.outcome = "emergency"
            if not await inbox.finish(
                conn, self._clock, turn.id, outcome="emergency",
                intent=stage.intent, confidence=stage.confidence,
            ):  # fmt: skip
                return
            await outbox.say(
                conn,
                self._clock,
                turn.conversation_id,
                [Draft(words)],
                epoch=outbox.SAFETY_EPOCH,
                key=turn.id,
                turn_id=turn.id,
            )

    async def _fail(self, turn: Turn, code: Code, stage: Stage) -> None:
        """A kind sentence, and a person: nothing that was said is lost."""
        async with self._db.write() as conn:
            summary: dict[str, object] = {"words": guard.clean(turn.text), "seq": turn.seq}
            await self._queue_normal(conn, turn, f"failed:{code}", summary)
            await self._end(conn, turn, Ending("failed", (Draft(phrase(f"errors.{code}")),)), stage)

    async def watch_silence(self, silence_s: float) -> int:
        """Law 9: queue every conversation that has waited `silence_s` for an answer in vain."""
        before = self._clock.now() - timedelta(seconds=silence_s)
        async with self._db.read() as conn:
            silent = await inbox.silent_since(conn, before)
        for turn in silent:
            async with self._db.write() as conn:
                summary: dict[str, object] = {"words": guard.clean(turn.text), "seq": turn.seq}
                await self._queue_normal(conn, turn, "silence", summary)
                ending = Ending("failed", (Draft(phrase("handoff.silence")),))
                await self._end(conn, turn, ending, Stage())
            self._notify(turn.conversation_id)
        return len(silent)
