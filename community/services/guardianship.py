"""Guardianships: an elder agrees, before staff, to what another may do for them; ended at a word.

Nothing is presumed from kinship or from a shared home (community.md 2.4: no row, no right).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from community.context import Context
from community.errors import BadInput, NotFound
from community.labels import group
from community.services.kin import SELF
from community.store import guardians, rooms
from community.store.guardians import RIGHTS, Guardian
from community.store.identities import Home
from community.store.rooms import Resident
from language.addresses import parse_room

Told = Callable[[AsyncConnection, Guardian], Awaitable[None]]
"Tells both sides, in the transaction of the write"


@dataclass(frozen=True)
class People:
    """A home and who lives there."""

    home: Home
    residents: list[Resident]


def kinships() -> dict[str, str]:
    """What an elder may be to a guardian: code and word."""
    return {code: word for code, word in group("kin").items() if code != SELF}


async def people_of(ctx: Context, said: str) -> People:
    """The home that is meant by 3号楼2单元501, with its residents. Raises NotFound."""
    room = parse_room(said)
    async with ctx.db.read() as conn:
        home = await rooms.by_label(conn, room.label) if room else None
        if home is None:
            raise NotFound("no such home")
        return People(home, await rooms.residents_of(conn, home.room_id))


async def standing(ctx: Context) -> list[Guardian]:
    """Every guardianship that has not ended, the oldest consent first."""
    async with ctx.db.read() as conn:
        return await guardians.standing(conn)


async def grant(
    ctx: Context,
    *,
    elder_id: str,
    guardian_id: str,
    kin: str,
    rights: frozenset[str],
    whole_home: bool,
    staff_id: str,
    tell: Told,
) -> Guardian:
    """Record what an elder agreed to before `staff_id`; what the two agreed to before gives way.

    The same agreement once more changes and tells nothing.

    Raises BadInput for rights or a kinship that there are not, for none, and for oneself; NotFound
    for a resident who is not there.
    """
    if not rights or not rights <= set(RIGHTS) or kin not in kinships():
        raise BadInput("no such right or kinship")
    if elder_id == guardian_id:
        raise BadInput("nobody is their own guardian")
    async with ctx.db.write() as conn:
        if not await rooms.are_residents(conn, [elder_id, guardian_id]):
            raise NotFound("no such resident")
        before = await guardians.between(conn, elder_id, guardian_id)
        agreed = (kin, rights, whole_home)
        if before and (before.kin, frozenset(before.rights), before.whole_home) == agreed:
            return before
        await guardians.grant(
            conn, ctx.clock, elder_id=elder_id, guardian_id=guardian_id, kin=kin, rights=rights,
            consented_by=staff_id, whole_home=whole_home,
        )  # fmt: skip
        made = await guardians.between(conn, elder_id, guardian_id)
        assert made is not None  # noqa: S101 - it was granted just now
        await tell(conn, made)
    return made


async def end(ctx: Context, guardianship_id: str, *, tell: Told) -> None:
    """Take the rights back. Raises NotFound when there are none any more."""
    async with ctx.db.write() as conn:
        one = await guardians.get(conn, guardianship_id)
        if one is None or not await guardians.end(conn, ctx.clock, guardianship_id):
            raise NotFound("no such guardianship")
        await tell(conn, one)
