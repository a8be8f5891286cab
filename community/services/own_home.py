"""The account's own home, for acts in it: a guardian needs the right to them."""

from __future__ import annotations

from community.context import Context
from community.errors import NotAllowed, NotBound
from community.store import guardians
from community.store.identities import Home, Party


async def own_home(ctx: Context, account: Party, right: str) -> Home:
    """Raises NotBound without a home; NotAllowed for a guardian who was not granted `right` there."""
    if account.home is None:
        raise NotBound("this belongs to a home")
    if account.role == "guardian":
        async with ctx.db.read() as conn:
            room_id = account.home.room_id
            if not await guardians.may_at_home(conn, account.resident_id, room_id, right):
                raise NotAllowed("a guardian needs to be granted this")
    return account.home
