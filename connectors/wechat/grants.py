"""Allowances in the database: what each grant still lets through (`ledger` has the rules)."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import wechat_grant
from community.times import Clock
from connectors.wechat.ledger import Allowance, Grant, renewed
from connectors.wechat.store import release

_GRANT = select(wechat_grant).where(wechat_grant.c.conversation_id == bindparam("conversation"))
_NEW_GRANT = (
    update(wechat_grant)
    .where(wechat_grant.c.conversation_id == bindparam("conversation"))
    .values({name: bindparam(name) for name in ("source", "kind", "until", "remaining")})
)
_FIRST_GRANT = insert(wechat_grant).values(
    conversation_id=bindparam("conversation"),
    **{name: bindparam(name) for name in ("source", "kind", "until", "remaining")},
)

_SPEND = (
    update(wechat_grant)
    .where(wechat_grant.c.conversation_id == bindparam("conversation"))
    .values(remaining=wechat_grant.c.remaining - bindparam("count"))
)


async def grant(
    conn: AsyncConnection, clock: Clock, conversation_id: str, kind: Grant, *, source: str
) -> None:
    """Note that we may write again; `source` is its push, which counts once however often it comes.

    What was held for want of an allowance may go now, but for words of the bot that a change of
    who may speak has overtaken (law 3).
    """
    present, known = await _allowance(conn, conversation_id)
    if known == source:
        return
    new = renewed(present, kind, clock.now())
    values = {
        "conversation": conversation_id, "source": source, "kind": new.grant, "until": new.until,
        "remaining": new.left,
    }  # fmt: skip
    await conn.execute(_FIRST_GRANT if present is None else _NEW_GRANT, values)
    if present is not None:
        await release(conn, conversation_id)


async def allowance(conn: AsyncConnection, conversation_id: str) -> Allowance | None:
    """What is left of the newest grant; None before the first."""
    return (await _allowance(conn, conversation_id))[0]


async def _allowance(
    conn: AsyncConnection, conversation_id: str
) -> tuple[Allowance | None, str | None]:
    row = (await conn.execute(_GRANT, {"conversation": conversation_id})).first()
    if row is None:
        return None, None
    return Allowance(Grant(row.kind), row.until, row.remaining), row.source


async def spend(conn: AsyncConnection, conversation_id: str, count: int) -> None:
    """Take so many messages off the allowance, or give them back when below 0."""
    await conn.execute(_SPEND, {"conversation": conversation_id, "count": count})


async def exhaust(conn: AsyncConnection, conversation_id: str) -> None:
    """WeChat counts otherwise than we do: nothing is left."""
    await conn.execute(
        update(wechat_grant)
        .where(wechat_grant.c.conversation_id == conversation_id)
        .values(remaining=0)
    )
