"""Binding: an account is linked to a home by the household's code, and guessing is held down."""

from __future__ import annotations

from datetime import timedelta

from community.context import Context
from community.errors import Code, NotFound, TooMany
from community.store import identities, rooms
from community.store.identities import Home, Party
from language.addresses import Room

WINDOW_S = 900
GUESSES_PER_ACCOUNT = 5
GUESSES_IN_ALL = 200
"Over all accounts: what somebody with endless new accounts could try within one window"


async def party(ctx: Context, conversation_id: str) -> Party:
    """Who the conversation is with. Raises NotFound."""
    async with ctx.db.read() as conn:
        found = await identities.party(conn, conversation_id)
    if found is None:
        raise NotFound("no such conversation")
    return found


async def bind(ctx: Context, conversation_id: str, *, code: str, room: Room | None = None) -> Home:
    """Link the conversation's account to the home whose code this is.

    With `room`, the address that was said must be that home's. A household of one person binds
    the person too. Raises NotFound (code `wrong_code`) for a wrong code or another home's, and
    TooMany after GUESSES_PER_ACCOUNT wrong ones within WINDOW_S.
    """
    account = await party(ctx, conversation_id)
    keys = (f"identity:{account.identity_id}", "all")
    since = ctx.clock.now() - timedelta(seconds=WINDOW_S)
    async with ctx.db.write() as conn:
        if (
            await rooms.guesses_since(conn, keys[0], since) >= GUESSES_PER_ACCOUNT
            or await rooms.guesses_since(conn, keys[1], since) >= GUESSES_IN_ALL
        ):
            raise TooMany("household codes", retry_after_s=WINDOW_S)
        home = await rooms.by_code(conn, code, ctx.pepper)
        if home is not None and (room is None or room.label == home.label):
            household = await rooms.residents_of(conn, home.room_id)
            only = household[0].id if len(household) == 1 else None
            await identities.bind(conn, ctx.clock, account.identity_id, home.room_id, only)
            await rooms.forget_guesses(conn, keys[0])
            return home
        await rooms.forget_guesses_before(conn, since)
        for key in keys:
            await rooms.note_guess(conn, key, ctx.clock.now())
    raise NotFound(code=Code.WRONG_CODE)


async def contact_phone(ctx: Context, account: Party) -> str | None:
    """The telephone staff should ring: the person's own, else the household's first."""
    if account.phone or account.home is None:
        return account.phone
    async with ctx.db.read() as conn:
        household = await rooms.residents_of(conn, account.home.room_id)
    return next((person.phone for person in household if person.phone), None)
