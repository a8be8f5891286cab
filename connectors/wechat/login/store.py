"""What the login pages keep of a visit; the only file of this package with SQL.

A row is found by the hash of the visit's state, so nobody can take up a visit from the database.
It outlives the binding, without the openid, until it expires: a second tap on the button then
sees that all is well. No row is used for a second binding.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.store.schema import wechat_login
from community.times import Clock

LIFE_S = 600
"From the first page to the last"
_USED = ""
"The openid of a row that a home was bound with"


class Stage(enum.Enum):
    """How far a visit has come."""

    BEGUN = enum.auto()
    "Sent to WeChat"
    KNOWN = enum.auto()
    "WeChat has said who it is"
    DONE = enum.auto()
    "A home is bound"


@dataclass(frozen=True)
class Visit:
    """A visit that has not expired."""

    stage: Stage
    openid: str = field(repr=False)
    "Empty unless KNOWN"


def key_of(state: str) -> str:
    """The key of a row: 64 hex digits, for any text."""
    return hashlib.sha256(state.encode("utf-8", "replace")).hexdigest()


async def begin(conn: AsyncConnection, clock: Clock, key: str) -> None:
    """A new visit that lives for LIFE_S."""
    expires_at = clock.now() + timedelta(seconds=LIFE_S)
    await conn.execute(insert(wechat_login).values(state_hash=key, expires_at=expires_at))


async def find(conn: AsyncConnection, clock: Clock, key: str) -> Visit | None:
    """The visit; None when it never was or has expired."""
    found = await conn.execute(
        select(wechat_login.c.user_key).where(
            wechat_login.c.state_hash == key, wechat_login.c.expires_at > clock.now()
        )
    )
    row = found.first()
    if row is None:
        return None
    if row.user_key is None:
        return Visit(Stage.BEGUN, "")
    return Visit(Stage.DONE if row.user_key == _USED else Stage.KNOWN, row.user_key)


async def identify(conn: AsyncConnection, key: str, openid: str) -> None:
    """WeChat has said who it is; whoever was said first stays."""
    await conn.execute(
        update(wechat_login)
        .where(wechat_login.c.state_hash == key, wechat_login.c.user_key.is_(None))
        .values(user_key=openid)
    )


async def use_up(conn: AsyncConnection, key: str) -> None:
    """A home is bound: the row forgets whose it was and serves for nothing more."""
    await conn.execute(
        update(wechat_login).where(wechat_login.c.state_hash == key).values(user_key=_USED)
    )


async def forget_expired(conn: AsyncConnection, clock: Clock) -> None:
    await conn.execute(delete(wechat_login).where(wechat_login.c.expires_at <= clock.now()))
