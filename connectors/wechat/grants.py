"""Allowances in the database: what each grant still lets through (`ledger` has the rules)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import BindParameter, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import wechat_grant
from community.times import Clock
from connectors.wechat.ledger import Allowance, Grant, granted
from connectors.wechat.store import release

_GRANTS = select(wechat_grant).where(wechat_grant.c.conversation_id == bindparam("conversation"))
_GIVEN: dict[str, BindParameter[object]] = {
    name: bindparam(name) for name in ("source", "until", "remaining")
}
_NEW_GRANT = (
    update(wechat_grant)
    .where(
        wechat_grant.c.conversation_id == bindparam("conversation"),
        wechat_grant.c.kind == bindparam("grant"),
    )
    .values(_GIVEN)
)
_FIRST_GRANT = insert(wechat_grant).values(
    conversation_id=bindparam("conversation"), kind=bindparam("grant"), **_GIVEN
)
_SPEND = (
    update(wechat_grant)
    .where(
        wechat_grant.c.conversation_id == bindparam("conversation"),
        wechat_grant.c.kind == bindparam("grant"),
        wechat_grant.c.source == bindparam("granted_for"),
    )
    .values(remaining=wechat_grant.c.remaining - bindparam("count"))
)

Shares = Sequence[tuple[Allowance, int]]
"How many messages each allowance gives"


async def grant(
    conn: AsyncConnection, clock: Clock, conversation_id: str, kind: Grant, *, source: str
) -> None:
    """Note that we may write again; `source` is its push, which counts once however often it comes.

    What was held for want of an allowance may go now, but for words of the bot that a change of
    who may speak has overtaken (law 3).
    """
    present = await allowances(conn, conversation_id)
    if any(one.source == source for one in present):
        return
    new = granted(kind, clock.now(), source)
    values = {
        "conversation": conversation_id, "grant": kind, "source": source, "until": new.until,
        "remaining": new.left,
    }  # fmt: skip
    known = any(one.grant is kind for one in present)
    await conn.execute(_NEW_GRANT if known else _FIRST_GRANT, values)
    if present:
        await release(conn, conversation_id)


async def allowances(conn: AsyncConnection, conversation_id: str) -> list[Allowance]:
    """What is left of the newest grant of each kind; empty before the first."""
    rows = await conn.execute(_GRANTS, {"conversation": conversation_id})
    return [Allowance(Grant(row.kind), row.until, row.remaining, row.source) for row in rows]


async def spend(conn: AsyncConnection, conversation_id: str, shares: Shares) -> None:
    """Take these messages off their allowances, unless new ones have taken their places."""
    for one, count in shares:
        await conn.execute(_SPEND, _spent(conversation_id, one, count))


async def give_back(conn: AsyncConnection, conversation_id: str, shares: Shares) -> None:
    """What was taken off for messages that were not sent."""
    for one, count in shares:
        await conn.execute(_SPEND, _spent(conversation_id, one, -count))


def _spent(conversation_id: str, one: Allowance, count: int) -> dict[str, object]:
    return {
        "conversation": conversation_id, "grant": one.grant, "granted_for": one.source,
        "count": count,
    }  # fmt: skip


async def exhaust(conn: AsyncConnection, conversation_id: str) -> None:
    """WeChat counts otherwise than we do: nothing is left."""
    await conn.execute(
        update(wechat_grant)
        .where(wechat_grant.c.conversation_id == conversation_id)
        .values(remaining=0)
    )
