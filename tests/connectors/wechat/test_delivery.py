"""Delivery that is being closed: it begins nothing more, and leaves what was under way unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from community.store.database import Database
from community.store.schema import outbox
from community.times import FixedClock
from connectors.wechat import grants
from connectors.wechat.delivery import Delivery
from connectors.wechat.ledger import Grant
from connectors.wechat.store import CHANNEL
from conversation import inbox
from conversation import outbox as outgoing
from conversation.messages import Draft, Sender

Until = Callable[[Callable[[], object]], Awaitable[None]]


@dataclass
class Hanging:
    """A carrier whose calls never end."""

    channel: str = CHANNEL
    is_idempotent: bool = False
    sent: list[str] = field(default_factory=list)

    async def send(self, user_key: str, text: str, *, key: str) -> None:
        self.sent.append(text)
        await asyncio.Event().wait()


@pytest.fixture
async def waiting(db: Database, clock: FixedClock) -> str:
    """A conversation that may be written to, with a word that waits for it."""
    async with db.write() as conn:
        conversation_id = await inbox.conversation_of(conn, clock, Sender(CHANNEL, "oReader"))
        await grants.grant(conn, clock, conversation_id, Grant.MESSAGE, source="m1")
        await outgoing.say(conn, clock, conversation_id, [Draft("师傅到了")], epoch=0, key="k")
    return conversation_id


async def states(db: Database) -> list[str]:
    async with db.read() as conn:
        return list((await conn.execute(select(outbox.c.state))).scalars())


async def test_closed_delivery_begins_nothing(
    db: Database, clock: FixedClock, waiting: str
) -> None:
    carrier = Hanging()
    delivery = Delivery(db, clock, carrier)
    await delivery.close()
    await delivery.step()
    assert "wechat-deliver" not in {task.get_name() for task in asyncio.all_tasks()}
    assert (carrier.sent, await states(db)) == ([], ["ready"])


async def test_call_that_is_left_stays_open_and_is_held_when_its_lease_is_over(
    db: Database, clock: FixedClock, waiting: str, until: Until
) -> None:
    carrier = Hanging()
    delivery = Delivery(db, clock, carrier)
    await delivery.step()
    await until(lambda: carrier.sent)
    await delivery.close()
    assert (carrier.sent, await states(db)) == (["师傅到了"], ["sending"])
    clock.advance(61)
    await Delivery(db, clock, carrier).tidy()
    assert await states(db) == ["held"]
