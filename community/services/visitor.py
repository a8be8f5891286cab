"""Visitor passes: a code and a time window for a guest, from a bound household."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from community.context import Context
from community.errors import BadInput, NotAllowed, NotBound
from community.store import visits
from community.store.identities import Party
from community.store.visits import Visit

LONGEST_DAYS = 7
EARLY = timedelta(minutes=30)
"A guest may come this much before the time that was said"


async def invite(
    ctx: Context,
    account: Party,
    *,
    turn_id: str,
    visitor: str,
    window: tuple[datetime, datetime],
    plate: str | None = None,
    phone: str | None = None,
) -> Visit:
    """Issue a pass for the account's home.

    Raises NotBound without a home, NotAllowed for a role that may not let people in, BadInput for
    a window that is over, ends before it begins, or is longer than LONGEST_DAYS.
    """
    if account.home is None:
        raise NotBound("a pass belongs to a home")
    if account.role == "guardian":
        raise NotAllowed("a guardian needs to be granted this")
    starts_at, ends_at = window
    over = ends_at <= ctx.clock.now()
    if over or not timedelta(0) < ends_at - starts_at <= timedelta(days=LONGEST_DAYS):
        raise BadInput("window")
    async with ctx.db.write() as conn:
        return await visits.create(
            conn,
            ctx.clock,
            turn_id=turn_id,
            room_id=account.home.room_id,
            identity_id=account.identity_id,
            visitor=visitor,
            phone=phone,
            plate=plate,
            starts_at=starts_at - EARLY,
            ends_at=ends_at,
            code=f"{secrets.randbelow(1_000_000):06d}",
        )


async def valid(ctx: Context, account: Party) -> list[Visit]:
    """The household's passes that still open the gate. Raises NotBound."""
    if account.home is None:
        raise NotBound("passes belong to a home")
    async with ctx.db.read() as conn:
        found = await visits.of_room(conn, account.home.room_id, ["approved"])
    return [one for one in found if one.ends_at > ctx.clock.now()]
