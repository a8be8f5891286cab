"""G12: notices: a twentieth of the calls is cut off, and each is shown once and its end is known."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select, update

from bench.goal import Extent, Result, tell
from bench.wechat.gateway import client as session_of
from community.config import Secret
from community.store.database import Database, migrate
from community.store.schema import outbox as rows_out
from community.store.schema import wechat_notice
from community.times import FixedClock
from connectors.wechat import notice_store
from connectors.wechat.account_file import Notice
from connectors.wechat.client import Client
from connectors.wechat.notices import TRIES_APART_S, Notices
from connectors.wechat.sim.api import serving
from connectors.wechat.sim.faults import Reset
from connectors.wechat.sim.simulator import Simulator
from connectors.wechat.store import CHANNEL, HELD
from connectors.wechat.token import Credentials, TokenBroker, stable_token
from conversation import inbox, outbox
from conversation.messages import Draft, Sender

TEMPLATE = "template-of-the-bench"
CUT_OFF_EVERY = 20
FIELDS = {"thing1": "title", "time2": "time"}


@dataclass(frozen=True)
class Board:
    """The notices of an account, and the other side."""

    db: Database
    clock: FixedClock
    sim: Simulator
    notices: Notices


def g12(extent: Extent) -> Result:
    """Readers whom nothing else may reach: a notice for each, whatever happens to its call."""
    return asyncio.run(_measure(extent.of(10_000, 60)))


async def _measure(count: int) -> Result:
    async with _board() as board:
        for number in range(count):
            await _order(board, f"reader-{number}")
        tell(f"G12: {count} notices ordered")
        cut_off = await _send_all(board)
        shown = [len(board.sim.transcript(f"reader-{number}")) for number in range(count)]
        async with board.db.read() as conn:
            rows = await conn.execute(
                select(wechat_notice.c.state, func.count().label("number")).group_by(
                    wechat_notice.c.state
                )
            )
            states = {row.state: row.number for row in rows}
    measured: dict[str, float | int | str | None] = {
        "notices": count,
        "calls": board.sim.calls["message/template/send"],
        "cut_off": cut_off,
        "shown_once": shown.count(1),
        "shown_twice": sum(one > 1 for one in shown),
        "end_known": states.get("delivered", 0),
        "end_unknown": count - states.get("delivered", 0),
    }
    ok = shown.count(1) == states.get("delivered", 0) == count
    return Result("G12", "0 duplicates, every end known, 5 % of calls cut off", measured, ok)


async def _send_all(board: Board) -> int:
    """Send until nothing is due, then report; returns how many calls were cut off."""
    cut_off, calls = 0, 0
    while await _open(board):
        batch = notice_store.AT_ONCE // CUT_OFF_EVERY + 1
        board.sim.inject("message/template/send", Reset(done=True), times=batch)
        await board.notices.step()
        board.sim.faults.clear()
        made = board.sim.calls["message/template/send"] - calls
        cut_off, calls = cut_off + min(batch, made), calls + made
        board.clock.advance(TRIES_APART_S)
    for one in board.sim.take_finished():
        async with board.db.write() as conn:
            await board.notices.finished(conn, one.openid, one.msg_id, one.status)
    return cut_off


async def _open(board: Board) -> bool:
    async with board.db.read() as conn:
        rows = await conn.execute(
            select(wechat_notice.c.id).where(wechat_notice.c.state == notice_store.DUE).limit(1)
        )
        return rows.first() is not None


async def _order(board: Board, openid: str) -> None:
    board.sim.user_said(openid)
    async with board.db.write() as conn:
        conversation_id = await inbox.conversation_of(conn, board.clock, Sender(CHANNEL, openid))
        (said,) = await outbox.say(
            conn, board.clock, conversation_id, [Draft("明天停水。")], epoch=0, key="news"
        )
        await conn.execute(
            update(rows_out).where(rows_out.c.conversation_id == conversation_id).values(state=HELD)
        )
        await notice_store.order(conn, board.clock, openid, conversation_id, said.seq, TEMPLATE)


@asynccontextmanager
async def _board() -> AsyncIterator[Board]:
    clock = FixedClock(datetime(2025, 11, 3, 6, 5, tzinfo=UTC))
    sim = Simulator(clock, templates={TEMPLATE: list(FIELDS)})
    with tempfile.TemporaryDirectory(prefix="linsheng-bench-") as folder:
        address = f"sqlite:///{Path(folder) / 'linsheng.db'}"
        migrate(address)
        db = Database(address)
        async with serving(sim) as api_url, session_of() as session:
            credentials = Credentials(sim.appid, Secret(sim.secret))
            broker = TokenBroker(clock, stable_token(session, credentials, api_url))
            client = Client(session, broker, credentials, base_url=api_url)
            notice = Notice(TEMPLATE, "template", FIELDS)
            yield Board(db, clock, sim, Notices(db, clock, client, notice))
        await db.close()
