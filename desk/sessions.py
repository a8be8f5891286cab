"""Log-ins and sessions: limited guessing, random tokens of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from community.errors import NotAuthenticated, TooMany
from community.store import rooms
from community.store.database import Database
from community.store.schema import guess, queue_case, staff, staff_session
from community.times import Clock
from conversation import audit, duty, events, queue
from desk.passwords import Passwords
from desk.staff import Role, Staff

WINDOW_S = 15 * 60
WRONG_PER_USER = 5
WRONG_PER_ADDRESS = 30
"A whole office may share one address"
LASTS_S = 12 * 3600
IDLE_S = 60 * 60
TOUCH_EVERY_S = 60


@dataclass(frozen=True)
class Session:
    """A live log-in."""

    staff: Staff
    seen_at: datetime
    expires_at: datetime


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def log_in(
    db: Database, clock: Clock, passwords: Passwords, *, user: str, password: str, address: str
) -> str:
    """Check a password and begin a session; returns its token.

    The try is counted before the password is looked at, so many at once are no way around the
    limit. Raises NotAuthenticated, or TooMany when the user name or the address has used its tries
    up; neither tells whether the user exists.
    """
    by_user, by_address = f"login:user:{user[:64]}", f"login:addr:{address}"
    tried_at = clock.now()
    since = tried_at - timedelta(seconds=WINDOW_S)
    async with db.write() as conn:
        if (
            await rooms.guesses_since(conn, by_user, since) >= WRONG_PER_USER
            or await rooms.guesses_since(conn, by_address, since) >= WRONG_PER_ADDRESS
        ):
            raise TooMany("log-ins", retry_after_s=WINDOW_S)
        for key in (by_user, by_address):
            await rooms.note_guess(conn, key, tried_at)
        known = (
            await conn.execute(
                select(staff.c.id, staff.c.password_hash).where(staff.c.user == user)
            )
        ).first()
    if not await passwords.fits(password, known.password_hash if known else None) or not known:
        raise NotAuthenticated("wrong user or password")
    token = secrets.token_hex(32)
    async with db.write() as conn:
        await rooms.forget_guesses(conn, by_user)
        await conn.execute(delete(guess).where(guess.c.key == by_address, guess.c.at == tried_at))
        now = clock.now()
        await conn.execute(
            insert(staff_session).values(
                token_hash=_hashed(token),
                staff_id=known.id,
                created_at=now,
                seen_at=now,
                expires_at=now + timedelta(seconds=LASTS_S),
            )
        )
        await audit.record(conn, clock, actor=known.id, act="staff.log_in", obj=known.id)
    return token


async def find(conn: AsyncConnection, clock: Clock, token: str) -> Session | None:
    """Whose session this is; None when there is none, or it is over or was idle for too long."""
    now = clock.now()
    row = (
        await conn.execute(
            select(
                staff.c.id,
                staff.c.name,
                staff.c.role,
                staff.c.on_duty,
                staff_session.c.seen_at,
                staff_session.c.expires_at,
            )
            .join(staff, staff.c.id == staff_session.c.staff_id)
            .where(
                staff_session.c.token_hash == _hashed(token),
                staff_session.c.expires_at > now,
                staff_session.c.seen_at > now - timedelta(seconds=IDLE_S),
            )
        )
    ).first()
    if row is None:
        return None
    person = Staff(row.id, row.name, Role(row.role), row.on_duty)
    return Session(person, row.seen_at, row.expires_at)


async def touch(db: Database, clock: Clock, token: str, found: Session) -> None:
    """The clerk did something: the idle time begins anew (written at most once a minute)."""
    if clock.now() - found.seen_at < timedelta(seconds=TOUCH_EVERY_S):
        return
    async with db.write() as conn:
        await conn.execute(
            update(staff_session)
            .where(staff_session.c.token_hash == _hashed(token))
            .values(seen_at=clock.now())
        )


async def log_out(db: Database, clock: Clock, token: str, person: Staff) -> None:
    """End the session. With their last one the clerk goes off duty and their cases go back."""
    async with db.write() as conn:
        await conn.execute(
            delete(staff_session).where(staff_session.c.token_hash == _hashed(token))
        )
        await audit.record(conn, clock, actor=person.id, act="staff.log_out", obj=person.id)
        await _leave_if_gone(conn, clock, person.id)


async def sweep(db: Database, clock: Clock) -> int:
    """Drop sessions that are over; whoever has none left is no longer on duty. Returns how many."""
    now = clock.now()
    over = (staff_session.c.expires_at <= now) | (
        staff_session.c.seen_at <= now - timedelta(seconds=IDLE_S)
    )
    async with db.read() as conn:
        found = await conn.execute(select(func.count()).select_from(staff_session).where(over))
    if not found.scalar_one():
        return 0
    async with db.write() as conn:
        gone = (
            (
                await conn.execute(
                    delete(staff_session).where(over).returning(staff_session.c.staff_id)
                )
            )
            .scalars()
            .all()
        )
        for staff_id in set(gone):
            await _leave_if_gone(conn, clock, staff_id)
    return len(gone)


async def _leave_if_gone(conn: AsyncConnection, clock: Clock, staff_id: str) -> None:
    left = await conn.execute(
        select(func.count())
        .select_from(staff_session)
        .where(staff_session.c.staff_id == staff_id, staff_session.c.expires_at > clock.now())
    )
    if left.scalar_one():
        return
    await duty.set_on_duty(conn, staff_id, False)
    await events.publish(conn, clock, "staff")
    held = await conn.execute(
        select(queue_case.c.id).where(
            queue_case.c.owner_id == staff_id, queue_case.c.state == queue.OWNED
        )
    )
    for case_id in held.scalars().all():
        await queue.put_back(conn, clock, case_id, actor=staff_id, cause="logged_out")
