"""Turns, whatever the channel: each message is stored, and sees to its one answer.

The order is DESIGN §5. Per conversation there is one worker at a time; the database decides which
turn runs, so a second process or a restart changes nothing. This is the only place where an
unforeseen exception of a turn is caught: the resident gets a kind sentence and a person.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from bot.answer import Answerer, Stage, cry
from bot.engine import Engine
from bot.listening import LISTEN_S, Listener
from bot.phrases import phrase
from community.errors import Code, CommunityError, StoreError
from community.log import turn_id as log_turn_id
from community.store.database import Database
from community.times import Clock
from conversation import inbox
from conversation.inbox import Turn
from conversation.messages import Inbound

LEASE_MARGIN_S = 5.0
LOOK_AGAIN_S = 0.2

logger = logging.getLogger(__name__)


class TurnRunner:
    """Takes messages in and sees to it that each gets its one answer."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        engine: Engine,
        *,
        listener: Listener | None = None,
        engine_timeout_s: float = 10.0,
        engine_calls: int = 256,
        notify: Callable[[str], None] = lambda conversation_id: None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._answerer = Answerer(db, clock, engine, listener, engine_calls=engine_calls)
        self._lease_s = engine_timeout_s + LISTEN_S + LEASE_MARGIN_S
        self._notify = notify
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._started: dict[str, Turn] = {}  # by conversation: running in the database, ours to run
        self._behind: set[str] = set()  # conversations with turns to take from the database
        self._done: dict[str, asyncio.Event] = {}
        self._closed = False

    async def submit(self, received: Inbound, *, also: inbox.Also | None = None) -> Turn:
        """Commit a message and set its turn going; a known message is returned as it stands.

        `also` is done in the transaction of a new message. A cry for help waits for no turn
        before it. Raises Conflict when the message's key was
        used for other content, StoreError when it could not be committed.
        """
        turn, fresh = await inbox.receive(
            self._db, self._clock, received, lease_s=self._lease_s, also=also
        )
        if not fresh:
            return turn
        self._done[turn.id] = asyncio.Event()
        if turn.state == "running":
            self._started[turn.conversation_id] = turn
        else:
            self._behind.add(turn.conversation_id)
            if cry(turn.text, heard=turn.heard) is not None:
                self._start(turn.id, self._run_at_once(turn))
        self._work(turn.conversation_id)
        return turn

    async def finished(self, turn_id: str, timeout_s: float) -> Turn | None:
        """Wait until a turn has its answer; None when `timeout_s` passed before."""
        deadline = time.monotonic() + timeout_s
        waiting = self._done.get(turn_id)
        if waiting is not None:
            try:
                async with asyncio.timeout(timeout_s):
                    await waiting.wait()
            except TimeoutError:
                return None
        while True:  # also a turn that another start or process of the gateway finishes
            async with self._db.read() as conn:
                turn = await inbox.find(conn, turn_id)
            if turn is None or turn.state == "done":
                return turn
            if time.monotonic() >= deadline:
                return None
            await asyncio.sleep(LOOK_AGAIN_S)

    def is_working(self, conversation_id: str) -> bool:
        """Whether an answer is being made: what a page shows as 正在输入."""
        return conversation_id in self._workers

    async def recover(self) -> None:
        """Run what no worker is running: after a restart, a crash or a full database."""
        waiting = await inbox.unfinished(self._db, self._clock)
        self._behind.update(waiting)
        for conversation_id in (*self._started, *waiting):
            self._work(conversation_id)

    async def watch_silence(self, silence_s: float) -> int:
        """Law 9: queue every conversation that has waited `silence_s` for an answer in vain."""
        before = self._clock.now() - timedelta(seconds=silence_s)
        async with self._db.read() as conn:
            silent = await inbox.silent_since(conn, before)
        for turn in silent:
            try:
                await self._break_silence(turn)
            except StoreError:
                raise
            except Exception:  # one turn that cannot be closed keeps no other waiting
                logger.exception("silence stays: turn=%s", turn.id)
            self._tell(turn)
        return len(silent)

    async def _break_silence(self, turn: Turn) -> None:
        alarm = cry(turn.text, heard=turn.heard)
        if alarm is not None:
            await self._answerer.alarm(turn, alarm, Stage())
        else:
            await self._answerer.give_up(turn, "silence", phrase("handoff.silence"), Stage())

    async def close(self, grace_s: float = 2.0) -> None:
        """Let running turns end for `grace_s`, then leave the rest to the next start."""
        self._closed = True
        workers = list(self._workers.values())
        if workers:
            await asyncio.wait(workers, timeout=grace_s)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _work(self, conversation_id: str) -> None:
        if conversation_id not in self._workers:
            self._start(conversation_id, self._run_conversation(conversation_id))
            self._notify(conversation_id)

    def _start(self, key: str, work: Coroutine[Any, Any, None]) -> None:
        if self._closed:
            work.close()  # the message is stored; the next start answers it
            return
        self._workers[key] = asyncio.create_task(work, name=f"turns:{key}")

    async def _run_conversation(self, conversation_id: str) -> None:
        try:
            while (turn := await self._next(conversation_id)) is not None:
                await self._run(turn)
        except StoreError as error:
            logger.error("turn put off: code=%s conversation=%s", error.code, conversation_id)
        except Exception:  # its lease ends, and `recover` takes it up
            logger.exception("turn put off: conversation=%s", conversation_id)
        finally:
            del self._workers[conversation_id]
            self._notify(conversation_id)

    async def _next(self, conversation_id: str) -> Turn | None:
        """The next turn to run; None only when nothing has come while the database was asked."""
        while True:
            if conversation_id in self._started:
                return self._started.pop(conversation_id)
            if conversation_id not in self._behind:
                return None
            self._behind.discard(conversation_id)
            turn = await inbox.take_next(
                self._db, self._clock, conversation_id, lease_s=self._lease_s
            )
            if turn is not None:
                self._behind.add(conversation_id)
                return turn

    async def _run_at_once(self, turn: Turn) -> None:
        """A cry for help, beside whatever runs before it. If it fails, its worker runs it again."""
        try:
            await self._run(turn)
        except Exception:
            logger.exception("alarm put off: conversation=%s", turn.conversation_id)
        finally:
            del self._workers[turn.id]

    async def _run(self, turn: Turn) -> None:
        token = log_turn_id.set(turn.id)
        stage, started = Stage(), time.perf_counter()
        try:
            await self._answer(turn, stage)
        except StoreError as error:
            stage.code = error.code
            if turn.state == "running":
                self._started.setdefault(turn.conversation_id, turn)
            raise
        finally:
            self._log(turn, stage, (time.perf_counter() - started) * 1000)
            log_turn_id.reset(token)
            self._tell(turn)

    async def _answer(self, turn: Turn, stage: Stage) -> None:
        try:
            await self._answerer.answer(turn, stage)
        except StoreError:
            raise
        except CommunityError as error:
            stage.code = error.code
            await self._fail(turn, error.code, stage)
        except Exception:
            logger.exception("turn failed")
            stage.code = Code.INTERNAL
            await self._fail(turn, Code.INTERNAL, stage)

    async def _fail(self, turn: Turn, code: Code, stage: Stage) -> None:
        await self._answerer.give_up(turn, f"failed:{code}", phrase(f"errors.{code}"), stage)

    def _tell(self, turn: Turn) -> None:
        """Wake whoever waits for the turn or shows its conversation."""
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
