"""The time bank: what a help counts for, who pays, and what a person has."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import Conflict, NotBound
from community.services.volunteers import rules
from community.store import helps, timebank, volunteers
from community.store.helps import Help
from community.store.identities import Party
from community.store.timebank import COMMUNITY, Entry
from community.times import Clock, local

LISTED = 3
COIN_MINUTES = 60
Tell = Callable[[AsyncConnection, Help], Awaitable[None]]


def counted(took: timedelta) -> int:
    """Minutes that a help counts for: rounded to the nearest step, within its bounds."""
    known = rules()
    step = known["round_minutes"]
    steps = math.floor(took.total_seconds() / 60 / step + 0.5)
    return int(min(known["most_minutes"], max(known["fewest_minutes"], steps * step)))


def coins(minutes: int) -> str:
    """Minutes as time coins of an hour each: 1, 1.5."""
    return f"{minutes / COIN_MINUTES:g}"


async def credit(conn: AsyncConnection, clock: Clock, done: Help) -> int:
    """Move the time of a confirmed help to its helper; returns the minutes that moved.

    Who asked pays, or the community when they have not so much. Above the month's cap nothing
    more moves: 0 is a help that was given freely.
    """
    helper = await volunteers.get(conn, str(done.helper_id))
    month = local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    earned = await timebank.earned_since(conn, helper.owner, month)
    minutes: int = min(done.minutes or 0, max(0, rules()["earn_minutes_a_month"] - earned))
    if minutes == 0:
        return 0
    has = await timebank.balance(conn, [done.owner])
    await timebank.transfer(
        conn,
        clock,
        key=f"help:{done.id}",
        payer=done.owner if has >= minutes else COMMUNITY,
        payee=helper.owner,
        minutes=minutes,
        what=str(done.no),
    )
    return minutes


async def disputed(ctx: Context) -> list[Help]:
    """Helps on which the two sides do not agree, oldest first."""
    async with ctx.db.read() as conn:
        return await helps.in_state(conn, "disputed")


async def settle(
    ctx: Context, no: int, *, staff_id: str, pays: bool, tell: Tell | None = None
) -> Help:
    """Staff decide a dispute: the time moves after all, or the request ends without it.

    `minutes` of what is returned moved. `tell` runs in the transaction. Raises NotFound, and
    Conflict for one that is not disputed.
    """
    async with ctx.db.write() as conn:
        one = await helps.by_no(conn, no)
        if one.state != "disputed":
            raise Conflict("it is not disputed")
        ended = await helps.move(
            conn,
            ctx.clock,
            one,
            "credited" if pays else "cancelled",
            states=("disputed",),
            actor=staff_id,
            minutes=await credit(conn, ctx.clock, one) if pays else 0,
        )
        if tell is not None:
            await tell(conn, ended)
        return ended


def _owners(account: Party) -> list[str]:
    """Under which names a person may have an account: before and after they were known."""
    return [one for one in (account.resident_id, account.identity_id) if one]


async def statement(ctx: Context, account: Party) -> tuple[int, list[Entry], int]:
    """Own minutes, the last entries, and how many helps wait to be confirmed. Raises NotBound."""
    if account.home is None:
        raise NotBound("a time account is a neighbour's")
    owners = _owners(account)
    async with ctx.db.read() as conn:
        minutes = await timebank.balance(conn, owners)
        last = await timebank.entries(conn, owners, LISTED)
        own = await volunteers.of_identity(conn, account.identity_id)
        waiting = 0 if own is None else len(await helps.of_helper(conn, own.id, ("done",)))
    return minutes, last, waiting
