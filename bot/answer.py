"""The answer to one turn: who has the floor, is it a cry for help, what does the engine say.

Whatever a turn leads to is stored in one transaction with the end of the turn, so a turn that
runs again after a crash says and opens nothing twice.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import choices, guard, private, speaker_code, unasked
from bot.engine import Engine
from bot.listening import Deaf, Listener
from bot.messages import Alarm, Handoff, Reply
from bot.phrases import phrase, phrases
from community.errors import Code, CommunityError
from community.labels import group
from community.store import identities
from community.store.database import Database
from community.store.schema import conversation
from community.times import Clock, date_words
from conversation import inbox, outbox, queue
from conversation.inbox import Turn
from conversation.messages import Choice, Draft, Outcome
from conversation.ownership import STAFFED, Owner, Ownership, clear_boundary, current, move
from conversation.queue import Case, Lane
from language import addresses, emergency, voice_commands

ACKNOWLEDGE_EVERY_S = 60.0
ATTEMPTS_AT_MOST = 5
"A turn that was started more often goes to a person without another try"
LONGEST_ANSWER_TO_CHOICES = 20
"Characters; longer words are never the number or label of a choice"
SOS_PAYLOAD = "/sos"


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
    """A turn's words after the guard, the choice they stand for, and who had the floor then."""

    text: str
    choice: Choice | None
    floor: Ownership
    is_spoken: bool
    "It came as a clip"

    @property
    def words(self) -> str:
        """What was said, or the label that was tapped."""
        return self.choice.label if self.choice else self.text


@dataclass(frozen=True)
class Ending:
    """What is to be stored when a turn ends."""

    outcome: Outcome
    drafts: tuple[Draft, ...] = ()
    intent: str | None = None
    confidence: float | None = None


def cry(text: str, choice: Choice | None = None, *, heard: bool = False) -> Alarm | None:
    """Whether the words, at any length, or the choice taken are a cry for help.

    `heard`: the words are a recogniser's, and may be garbled.
    """
    if choice is not None and choice.payload.partition("{")[0] == SOS_PAYLOAD:
        return Alarm()
    said = guard.visible(text)
    for words in {said, choice.label if choice else said}:
        verdict = voice_commands.cry(words) if heard else emergency.detect(words)
        if verdict.sos:
            return Alarm(verdict.kind)
    return None


class Answerer:
    """Answers turns; knows nothing of workers and retries."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        listener: Listener | None = None,
        *,
        engine_calls: int,
    ) -> None:
        self._db = db
        self._clock = clock
        self._engine = engine
        self._listener = listener or Deaf()
        self._engine_calls = asyncio.Semaphore(engine_calls)
        voice_commands.cry("")  # reads its rules now, not in somebody's first turn

    async def answer(self, turn: Turn, stage: Stage) -> None:
        """Answer and close the turn. Raises CommunityError when the bot has no answer."""
        spoken = None
        if turn.attachment_id is not None and not turn.text:
            try:
                spoken = await self._listener.words_of(turn.attachment_id)
            except CommunityError as error:
                stage.code = error.code
                await self.give_up(turn, "voice", phrase("voice.unheard"), stage)
                return
        if spoken is not None:
            turn = await self._with_words(turn, spoken)
        await self._understand(turn, await self._hear(turn, is_spoken=spoken is not None), stage)

    async def _with_words(self, turn: Turn, spoken: str) -> Turn:
        """The turn as if the words of its clip had been typed."""
        async with self._db.write() as conn:
            await inbox.note_words(conn, turn, spoken)
        return replace(turn, text=spoken, attachment_id=None)

    async def _understand(self, turn: Turn, heard: Heard, stage: Stage) -> None:
        alarm = cry(turn.text, heard.choice, heard=turn.heard or heard.is_spoken)
        if alarm is not None:
            await self.alarm(turn, alarm, stage)
            return
        if turn.attempts > ATTEMPTS_AT_MOST:
            raise CommunityError("started too often")
        floor = heard.floor
        if _may_end_without_engine(turn, heard):
            async with self._db.write() as conn:
                ending = await self._without_engine(conn, turn, heard)
                if ending is not None:
                    await self._end(conn, turn, ending, stage)
                    return
                floor = await current(conn, turn.conversation_id)
        reply = await self._ask_engine(turn, heard, stage)
        stage.intent, stage.confidence = reply.intent, reply.confidence
        if reply.alarm is not None:
            await self.alarm(turn, reply.alarm, stage)
        elif reply.handoff is not None:
            await self._hand_off(turn, heard, reply, reply.handoff, floor, stage)
        else:
            outcome: Outcome = "asked" if reply.asked else "answered"
            drafts = private.marked(reply.drafts, reply.intent)
            ending = Ending(outcome, drafts, reply.intent, reply.confidence)
            async with self._db.write() as conn:
                await self._end(conn, turn, ending, stage, seen=floor.epoch)

    async def _ask_engine(self, turn: Turn, heard: Heard, stage: Stage) -> Reply:
        asked_at = time.perf_counter()
        async with self._engine_calls:
            reply = await self._engine.reply(
                turn.conversation_id,
                heard.choice.payload if heard.choice else heard.text or "/send_photo",
                turn_id=turn.id,
                attachment_id=turn.attachment_id,
            )
        stage.marks_ms["engine"] = (time.perf_counter() - asked_at) * 1000
        return reply

    async def _hear(self, turn: Turn, *, is_spoken: bool) -> Heard:
        text = guard.clean(turn.text)
        async with self._db.read() as conn:
            floor = await current(conn, turn.conversation_id)
            if turn.choice is not None:
                found = await outbox.find_choice(conn, turn.conversation_id, turn.choice)
                return Heard(text or (found.label if found else ""), found, floor, is_spoken)
            meant = None
            if len(text) <= LONGEST_ANSWER_TO_CHOICES:
                offered = await outbox.last_choices(conn, turn.conversation_id)
                meant = choices.by_words(text, offered)
                if offered and meant is None:
                    last = await outbox.last_said(conn, turn.conversation_id)
                    meant = unasked.answer(text, last, self._clock.now())
        return Heard(text, meant, floor, is_spoken)

    # --- without the engine

    async def _without_engine(
        self, conn: AsyncConnection, turn: Turn, heard: Heard
    ) -> Ending | None:
        """What is decided before the engine is asked; None when the engine is to answer."""
        floor = await current(conn, turn.conversation_id)
        act = choices.read_gateway_payload(heard.choice.payload) if heard.choice else None
        if act is not None and floor.state not in STAFFED:
            return await self._gateway_act(conn, turn, *act)
        if act is not None and act[0] == "rate_case":
            await self._gateway_act(conn, turn, *act)
        if floor.state in STAFFED:
            left = await queue.add_words(conn, self._clock, floor)
            return Ending("handed_off", (Draft(phrase("handoff.lease_lost")),) if left else ())
        if floor.state is Owner.WAITING:
            return await self._while_waiting(conn, turn, heard, floor)
        if floor.state is Owner.RESOLVED:
            await move(
                conn, self._clock, turn.conversation_id, Owner.BOT, actor="resident",
                cause="wrote_again",
            )  # fmt: skip
        if not guard.has_words(heard.words) and turn.attachment_id is None:
            key = "emoji_only" if guard.has_emoji(heard.text) else "errors.empty_message"
            key = "voice.empty" if heard.is_spoken else key
            return Ending("asked", (Draft(phrase(key)),))
        code = speaker_code.code_in(heard.words)
        if code is not None:
            told = await speaker_code.bind(conn, self._clock, turn.conversation_id, code)
            return Ending("asked" if told.choices else "answered", (told,))
        return None

    async def _gateway_act(
        self, conn: AsyncConnection, turn: Turn, act: str, details: dict[str, object]
    ) -> Ending:
        if act == "rate_case":
            first = await queue.rate(
                conn, self._clock, str(details["case"]), int(str(details["score"]))
            )
            said = phrase("staff.rated" if first else "staff.rated_before")
            return Ending("answered", (Draft(said),))
        if act == speaker_code.GIVE:
            told = await speaker_code.give(conn, self._clock, turn.conversation_id, details)
            return Ending("answered", (told,))
        return await self._withdraw(conn, turn)

    async def _withdraw(self, conn: AsyncConnection, turn: Turn) -> Ending:
        if await queue.withdraw(conn, self._clock, turn.conversation_id):
            return Ending("answered", (Draft(phrase("handoff.withdrawn")),))
        await self._annotate_emergency(conn, turn, "withdraw_said")
        return Ending("handed_off", (Draft(phrase("handoff.emergency_stays")),))

    async def _while_waiting(
        self, conn: AsyncConnection, turn: Turn, heard: Heard, floor: Ownership
    ) -> Ending:
        """A person was called: every word goes into the case, the bot only acknowledges."""
        if heard.words.strip("。.!！ ") in phrases("withdraw_words"):
            return await self._withdraw(conn, turn)
        if emergency.is_false_alarm(heard.words) and await self._annotate_emergency(
            conn, turn, "false_alarm_said"
        ):
            await queue.add_words(conn, self._clock, floor)
            return Ending("handed_off", (Draft(phrase("emergency.false_alarm")),))
        placed = await self._place_of_emergency(conn, turn, heard, floor)
        return placed or await self._acknowledge(conn, turn, floor)

    async def _annotate_emergency(self, conn: AsyncConnection, turn: Turn, fact: str) -> bool:
        """Note on the open emergency what was said of it; False when there is none."""
        case = await self._emergency(conn, turn)
        if case is not None:
            await queue.annotate(conn, self._clock, case.id, fact=fact, seq=turn.seq)
        return case is not None

    async def _emergency(self, conn: AsyncConnection, turn: Turn) -> Case | None:
        cases = await queue.open_cases(conn, turn.conversation_id)
        return next((case for case in cases if case.lane is Lane.EMERGENCY), None)

    async def _place_of_emergency(
        self, conn: AsyncConnection, turn: Turn, heard: Heard, floor: Ownership
    ) -> Ending | None:
        """The answer to where help is needed, said back so that a slip is noticed."""
        if not addresses.find_rooms(heard.words):
            return None
        case = await self._emergency(conn, turn)
        if case is None or case.room_id is not None:
            return None
        place = _completed(case.summary.get("place"), heard.words)
        await queue.note_place(conn, self._clock, case, place)
        await queue.add_words(conn, self._clock, floor)
        return Ending("handed_off", (Draft(phrase("emergency.place_noted", place=place)),))

    async def _acknowledge(self, conn: AsyncConnection, turn: Turn, floor: Ownership) -> Ending:
        """The words go into the case that waits; at most once a minute the bot says so."""
        await queue.add_words(conn, self._clock, floor)
        if not await self._may_acknowledge(conn, turn.conversation_id):
            return Ending("handed_off")
        key = "handoff.photo_noted" if turn.attachment_id else "handoff.noted"
        stop = (phrase("handoff.stop_waiting"), choices.gateway_payload("withdraw"))
        emergency_waits = await self._emergency(conn, turn) is not None
        return Ending("handed_off", (Draft(phrase(key), () if emergency_waits else (stop,)),))

    async def _may_acknowledge(self, conn: AsyncConnection, conversation_id: str) -> bool:
        """A conditional update, so no two turns both do."""
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

    # --- with a person

    async def _hand_off(
        self,
        turn: Turn,
        heard: Heard,
        reply: Reply,
        handoff: Handoff,
        seen: Ownership,
        stage: Stage,
    ) -> None:
        """The engine calls a person: the case, and what the resident hears of waiting."""
        async with self._db.write() as conn:
            if not await inbox.is_open(conn, turn.id):
                return
            floor = await current(conn, turn.conversation_id)
            drafts: tuple[Draft, ...] = ()
            if floor.state not in STAFFED:
                summary = {
                    "words": handoff.words or heard.words,
                    "seq": turn.seq,
                    "intent": reply.intent,
                    "slots": handoff.slots,
                }
                case = await self._queue_normal(conn, turn, handoff.reason, summary)
                fresh = reply.drafts if floor.epoch == seen.epoch else ()
                drafts = (*fresh, Draft(await self._waiting_words(conn, case)))
            ending = Ending("handed_off", drafts, reply.intent, reply.confidence)
            await self._end(conn, turn, ending, stage)

    async def _queue_normal(
        self, conn: AsyncConnection, turn: Turn, reason: str, summary: dict[str, object]
    ) -> Case:
        return await queue.open_case(
            conn,
            self._clock,
            turn.conversation_id,
            lane=Lane.NORMAL,
            reason=reason,
            summary=summary,
        )

    async def _waiting_words(self, conn: AsyncConnection, case: Case) -> str:
        """What the resident is told about waiting: a place in the queue, or a dated promise."""
        if case.state == queue.PROMISED:
            return promise_words(case)
        before = await queue.position(conn, case) - 1
        return phrase("handoff.queued", before=before) if before else phrase("handoff.next")

    async def alarm(self, turn: Turn, alarm: Alarm, stage: Stage) -> None:
        """Safety first, the emergency lane, and the desk rings; nothing here asks the engine.

        A turn that was closed without an alarm, such as by the watch, still raises it.
        """
        kind = alarm.kind if alarm.kind in group("emergency") else None
        said = guard.clean(turn.text)
        address = _completed(None, said) if addresses.find_rooms(said) else None
        stage.outcome = "emergency"
        async with self._db.write() as conn:
            known = await inbox.find(conn, turn.id)
            if known is not None and known.outcome == "emergency":
                return
            party = await identities.party(conn, turn.conversation_id)
            home = party.home if party else None
            cases = await queue.open_cases(conn, turn.conversation_id)
            again = any(case.lane is Lane.EMERGENCY for case in cases)
            await queue.open_case(
                conn,
                self._clock,
                turn.conversation_id,
                lane=Lane.EMERGENCY,
                reason="emergency",
                summary={
                    "words": said,
                    "seq": turn.seq,
                    "kind": kind or (None if again else "help"),
                    "place": address or alarm.place,
                    "home": home.label if home else None,
                },
            )
            floor = await current(conn, turn.conversation_id)
            if floor.state in STAFFED:
                await queue.add_words(conn, self._clock, floor)
            words = phrase(f"emergency.{kind or 'help'}")
            if again:
                words += phrase("emergency.again")
            elif home is None and address is None:
                words += phrase("emergency.where")
            await inbox.finish(
                conn, self._clock, turn.id, outcome="emergency",
                intent=stage.intent, confidence=stage.confidence,
            )  # fmt: skip
            await outbox.say(
                conn,
                self._clock,
                turn.conversation_id,
                [Draft(words)],
                epoch=outbox.SAFETY_EPOCH,
                key=f"{turn.id}:safety",
                turn_id=turn.id,
            )

    async def give_up(self, turn: Turn, reason: str, words: str, stage: Stage) -> None:
        """The bot has no answer: a kind sentence, and a person. Nothing when the turn is closed."""
        async with self._db.write() as conn:
            if not await inbox.is_open(conn, turn.id):
                return
            floor = await current(conn, turn.conversation_id)
            if floor.state in STAFFED:
                ending = Ending("handed_off")
                await queue.add_words(conn, self._clock, floor)
            elif floor.state is Owner.WAITING:
                ending = await self._acknowledge(conn, turn, floor)
            else:
                heard = await inbox.find(conn, turn.id)  # with the words of a clip
                words_of_it = guard.clean((heard or turn).text)
                summary: dict[str, object] = {"words": words_of_it, "seq": turn.seq}
                case = await self._queue_normal(conn, turn, reason, summary)
                promised = case.state == queue.PROMISED
                ending = Ending(
                    "failed", (Draft(words), *([Draft(promise_words(case))] if promised else ()))
                )
            await self._end(conn, turn, ending, stage)

    # --- the end

    async def _end(
        self,
        conn: AsyncConnection,
        turn: Turn,
        ending: Ending,
        stage: Stage,
        *,
        seen: int | None = None,
    ) -> None:
        """Close the turn and store its words; a closed turn stays as it is.

        With `seen`, words that were made under that epoch are dropped when it is over: a person
        has taken the conversation meanwhile, and read what the turn said (law 3).
        """
        floor = await current(conn, turn.conversation_id)
        if ending.drafts and (floor.state in STAFFED or (seen is not None and floor.epoch != seen)):
            stage.code = Code.STALE
            ending = Ending("handed_off", (), ending.intent, ending.confidence)
            await queue.add_words(conn, self._clock, floor)
        stage.outcome = ending.outcome
        still_open = await inbox.finish(
            conn,
            self._clock,
            turn.id,
            outcome=ending.outcome,
            intent=ending.intent,
            confidence=ending.confidence,
        )
        if not still_open or not ending.drafts:
            return
        await outbox.say(
            conn,
            self._clock,
            turn.conversation_id,
            await self._with_boundary(conn, floor, ending.drafts),
            epoch=floor.epoch,
            key=turn.id,
            turn_id=turn.id,
        )

    async def _with_boundary(
        self, conn: AsyncConnection, floor: Ownership, drafts: tuple[Draft, ...]
    ) -> tuple[Draft, ...]:
        """After a person's stretch the bot's first words cite what was promised, once."""
        record = floor.boundary
        if not record or not record.get("note") or floor.state is not Owner.BOT:
            return drafts
        await clear_boundary(conn, floor.conversation_id)
        promised = record.get("promise") and record.get("until")
        key = "staff.boundary_promise" if promised else "staff.boundary"
        until = date_words(datetime.fromisoformat(record["until"])) if promised else None
        return (Draft(phrase(key, **record | {"until": until})), *drafts)


def _may_end_without_engine(turn: Turn, heard: Heard) -> bool:
    """Whether something but the engine may have the answer: only then a transaction is opened."""
    act = choices.read_gateway_payload(heard.choice.payload) if heard.choice else None
    wordless = not guard.has_words(heard.words) and turn.attachment_id is None
    says_code = speaker_code.code_in(heard.words) is not None
    return act is not None or wordless or says_code or heard.floor.state is not Owner.BOT


def _completed(known: str | None, said: str) -> str:
    """An address as staff write it, with the parts that were known before: 3号楼, then 2单元501."""
    room = addresses.final_room(said)
    before = addresses.parse_room(known) if known else None
    if room is None:
        return known or said
    return (addresses.merge(before, room) if before else room).label


def promise_words(case: Case) -> str:
    """What is promised to a resident whose case waits for the next shift."""
    until = datetime.fromisoformat((case.promise or {})["until"])
    return phrase("handoff.promised", until=date_words(until), no=case.no)
