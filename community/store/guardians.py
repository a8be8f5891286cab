"""Guardians: who may act for an elder, in what, and with whose consent. No row, no right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.identities import Party
from community.store.schema import guardianship, resident
from community.times import Clock

RIGHTS = ("meals", "medication", "alarm", "fees", "health", "devices", "doors")
"What an elder can agree to, in the order in which staff read it"


@dataclass(frozen=True)
class Guardian:
    """One person's rights for one elder.

    `kin`: what the elder is to the guardian (mother, grandpa), a code of the label group `kin`.
    `whole_home`: the elder agreed that anybody of the guardian's home may, not one person alone.
    """

    elder_id: str
    elder_room_id: str
    elder_name: str
    guardian_id: str
    guardian_room_id: str
    kin: str
    rights: tuple[str, ...]
    whole_home: bool
    id: str
    guardian_name: str
    consented_by: str
    consented_at: datetime


async def grant(
    conn: AsyncConnection,
    clock: Clock,
    *,
    elder_id: str,
    guardian_id: str,
    kin: str,
    rights: frozenset[str],
    consented_by: str,
    consented_at: datetime | None = None,
    whole_home: bool = False,
) -> None:
    """Record what the elder agrees to now; `consented_by` names who took the consent down.

    What the two had agreed to before gives way. Raises ValueError for a right that there is not.
    """
    if not rights <= set(RIGHTS):
        raise ValueError("no such right")
    agreed = {
        "kin": kin, "rights": sorted(rights), "whole_home": whole_home, "ended_at": None,
        "consented_by": consented_by, "consented_at": consented_at or clock.now(),
    }  # fmt: skip
    changed = await conn.execute(
        update(guardianship)
        .where(guardianship.c.elder_id == elder_id, guardianship.c.guardian_id == guardian_id)
        .values(**agreed)
    )
    if changed.rowcount == 0:
        await conn.execute(
            insert(guardianship).values(
                id=new_id("grd"), elder_id=elder_id, guardian_id=guardian_id, **agreed
            )
        )


async def end(conn: AsyncConnection, clock: Clock, guardianship_id: str) -> bool:
    """Take the rights back; False when there are none any more."""
    changed = await conn.execute(
        update(guardianship)
        .where(guardianship.c.id == guardianship_id, guardianship.c.ended_at.is_(None))
        .values(ended_at=clock.now())
    )
    return changed.rowcount == 1


async def may(conn: AsyncConnection, account: Party, elder_id: str, right: str) -> bool:
    """Whether the account may do this for the elder; everybody may for themselves."""
    if account.resident_id == elder_id:
        return True
    found = await elders(conn, account, right)
    return any(one.elder_id == elder_id for one in found)


async def may_at_home(
    conn: AsyncConnection, resident_id: str | None, room_id: str, right: str
) -> bool:
    """Whether somebody of that home agreed that this person may do this there."""
    found = await _having(conn, right, guardianship.c.guardian_id == resident_id)
    return any(one.elder_room_id == room_id for one in found)


async def elders(conn: AsyncConnection, account: Party, right: str) -> list[Guardian]:
    """For whom the account may do this.

    An account whose person is not known counts only where the elder agreed to the whole home.
    """
    if account.resident_id is not None:
        mine = guardianship.c.guardian_id == account.resident_id
        if account.home is not None:
            mine = or_(mine, _of_home(account.home.room_id))
    elif account.home is not None:
        mine = _of_home(account.home.room_id)
    else:
        return []
    return await _having(conn, right, mine)


def _of_home(room_id: str) -> ColumnElement[bool]:
    people = select(resident.c.id).where(resident.c.room_id == room_id)
    return and_(guardianship.c.whole_home, guardianship.c.guardian_id.in_(people))


async def guardians(conn: AsyncConnection, elder_id: str, right: str) -> list[Guardian]:
    """Who is to be told about the elder in this matter."""
    return await _having(conn, right, guardianship.c.elder_id == elder_id)


async def standing(conn: AsyncConnection) -> list[Guardian]:
    """Every guardianship that has not ended, the oldest consent first."""
    return await _found(conn, true())


async def get(conn: AsyncConnection, guardianship_id: str) -> Guardian | None:
    """One that has not ended."""
    found = await _found(conn, guardianship.c.id == guardianship_id)
    return found[0] if found else None


async def between(conn: AsyncConnection, elder_id: str, guardian_id: str) -> Guardian | None:
    """What stands between the two."""
    found = await _found(
        conn, and_(guardianship.c.elder_id == elder_id, guardianship.c.guardian_id == guardian_id)
    )
    return found[0] if found else None


async def _having(conn: AsyncConnection, right: str, whose: ColumnElement[bool]) -> list[Guardian]:
    return [one for one in await _found(conn, whose) if right in one.rights]


async def _found(conn: AsyncConnection, whose: ColumnElement[bool]) -> list[Guardian]:
    elder, guardian = resident.alias("elder"), resident.alias("guardian")
    rows = await conn.execute(
        select(
            guardianship.c.elder_id, elder.c.room_id, elder.c.name, guardianship.c.guardian_id,
            guardian.c.room_id, guardianship.c.kin, guardianship.c.rights,
            guardianship.c.whole_home, guardianship.c.id, guardian.c.name,
            guardianship.c.consented_by, guardianship.c.consented_at,
        )
        .join(elder, elder.c.id == guardianship.c.elder_id)
        .join(guardian, guardian.c.id == guardianship.c.guardian_id)
        .where(whose, guardianship.c.ended_at.is_(None))
        .order_by(guardianship.c.consented_at, guardianship.c.id)
    )  # fmt: skip
    return [_guardian(*row) for row in rows]


def _guardian(
    elder_id: str, elder_room_id: str, elder_name: str, guardian_id: str, guardian_room_id: str,
    kin: str, rights: list[str], whole_home: bool, guardianship_id: str, guardian_name: str,
    consented_by: str, consented_at: datetime,
) -> Guardian:  # fmt: skip
    return Guardian(
        elder_id, elder_room_id, elder_name, guardian_id, guardian_room_id, kin, tuple(rights),
        whole_home, guardianship_id, guardian_name, consented_by, consented_at,
    )  # fmt: skip
