"""Guardians: who may act for an elder, in what, and with whose consent. No row, no right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from community.ids import new_id
from community.store.identities import Party
from community.store.schema import guardianship, resident
from community.times import Clock

RIGHTS = frozenset({"meals", "medication", "alarm", "fees", "health", "devices"})


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
    """Record that the elder agreed; `consented_by` names who took the consent down.

    Raises ValueError for a right that there is not.
    """
    if not rights <= RIGHTS:
        raise ValueError("no such right")
    await conn.execute(
        insert(guardianship).values(
            id=new_id("grd"), elder_id=elder_id, guardian_id=guardian_id, kin=kin,
            rights=sorted(rights), whole_home=whole_home, consented_by=consented_by,
            consented_at=consented_at or clock.now(),
        )
    )  # fmt: skip


async def may(conn: AsyncConnection, account: Party, elder_id: str, right: str) -> bool:
    """Whether the account may do this for the elder; everybody may for themselves."""
    if account.resident_id == elder_id:
        return True
    found = await elders(conn, account, right)
    return any(one.elder_id == elder_id for one in found)


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


async def _having(conn: AsyncConnection, right: str, whose: ColumnElement[bool]) -> list[Guardian]:
    elder, guardian = resident.alias("elder"), resident.alias("guardian")
    rows = await conn.execute(
        select(
            guardianship.c.elder_id, elder.c.room_id, elder.c.name, guardianship.c.guardian_id,
            guardian.c.room_id, guardianship.c.kin, guardianship.c.rights,
            guardianship.c.whole_home,
        )
        .join(elder, elder.c.id == guardianship.c.elder_id)
        .join(guardian, guardian.c.id == guardianship.c.guardian_id)
        .where(whose, guardianship.c.ended_at.is_(None))
        .order_by(guardianship.c.consented_at, guardianship.c.id)
    )  # fmt: skip
    found = [_guardian(*row) for row in rows]
    return [one for one in found if right in one.rights]


def _guardian(
    elder_id: str, elder_room_id: str, elder_name: str, guardian_id: str, guardian_room_id: str,
    kin: str, rights: list[str], whole_home: bool,
) -> Guardian:  # fmt: skip
    return Guardian(
        elder_id, elder_room_id, elder_name, guardian_id, guardian_room_id, kin, tuple(rights),
        whole_home,
    )  # fmt: skip
