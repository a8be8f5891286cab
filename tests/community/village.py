"""A small community through the product's own doors: homes, accounts, tickets in any state, bills."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from community.config import Secret
from community.context import Context
from community.errors import Code, Conflict
from community.services import complaint, repair
from community.store import identities, rooms, tickets
from community.store.database import Database
from community.store.identities import Home, Party
from community.store.schema import attachment, bill, identity, notice, resident, room, ticket
from community.store.tickets import Ticket, TicketEvent
from community.times import FixedClock
from conversation import inbox
from conversation.messages import Sender

PEPPER = Secret("pepper-for-tests")


@dataclass
class Village:
    """Builds what a test needs; every method commits before it returns."""

    db: Database
    clock: FixedClock
    pay_url: str = ""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def ctx(self) -> Context:
        return Context(self.db, self.clock, PEPPER, self.pay_url)

    def next(self, kind: str) -> str:
        return f"{kind}_{next(self._numbers)}"

    async def home(
        self, building: int, unit: int, number: str, *people: tuple[str, str, str | None], code: str
    ) -> Home:
        """A home with its people: (name, role, phone)."""
        room_id, label = f"room_{building}_{unit}_{number}", f"{building}号楼{unit}单元{number}"
        async with self.db.write() as conn:
            await conn.execute(
                insert(room).values(
                    id=room_id, building=building, unit=unit, number=number, label=label,
                    code_hash=rooms.hash_code(code, PEPPER),
                )
            )  # fmt: skip
            for i, (name, role, phone) in enumerate(people):
                await conn.execute(
                    insert(resident).values(
                        id=f"{room_id}_p{i}", room_id=room_id, name=name, role=role, phone=phone,
                        birth_year=1970, notes={},
                    )
                )  # fmt: skip
        return Home(room_id, label, building, unit)

    async def account(self, home: Home | None = None, *, person: int | None = None) -> Party:
        """A new account, of the home and of its n-th person when they are given."""
        sender = Sender("webchat", self.next("user"))
        async with self.db.write() as conn:
            conversation_id = await inbox.conversation_of(conn, self.clock, sender)
            if home is not None:
                await conn.execute(
                    update(identity)
                    .where(identity.c.user_key == sender.user_key)
                    .values(
                        room_id=home.room_id,
                        resident_id=None if person is None else f"{home.room_id}_p{person}",
                    )
                )
            found = await identities.party(conn, conversation_id)
        assert found is not None
        return found

    async def order(
        self, account: Party, description: str = "厨房水管漏水", *, state: str = "pending"
    ) -> Ticket:
        """A repair order, put into a state however it would be reached."""
        made = await repair.create(
            self.ctx, account, turn_id=self.next("turn"), description=description, place="厨房",
            phone="13812348000", appointment=None,
        )  # fmt: skip
        return await self.put(made, state)

    async def complaint(
        self, account: Party, *, state: str = "submitted", anonymous: bool = False
    ) -> Ticket:
        made = await complaint.submit(
            self.ctx, account, kind="complaint", turn_id=self.next("turn"),
            description="楼道堆了杂物", place="楼道", anonymous=anonymous,
        )  # fmt: skip
        return await self.put(made, state)

    async def put(self, one: Ticket, state: str) -> Ticket:
        async with self.db.write() as conn:
            await conn.execute(update(ticket).where(ticket.c.id == one.id).values(state=state))
            return await tickets.get(conn, one.id)

    async def now(self, one: Ticket) -> Ticket:
        async with self.db.read() as conn:
            return await tickets.get(conn, one.id)

    async def now_of(self, ticket_id: str) -> Ticket:
        async with self.db.read() as conn:
            return await tickets.get(conn, ticket_id)

    async def history(self, one: Ticket) -> list[TicketEvent]:
        async with self.db.read() as conn:
            return await tickets.history(conn, one.id)

    async def moves(self, one: Ticket) -> list[str]:
        """`actor kind → state` of every event, oldest first."""
        return [f"{e.actor} {e.kind} → {e.state}" for e in await self.history(one)]

    async def outcome(self, one: Ticket, moving: Awaitable[Ticket]) -> str | Code:
        """The state that a move leads to, or the code it is refused with, which changes nothing."""
        before = await self.history(one)
        try:
            moved = await moving
        except Conflict as refused:
            assert (await self.now(one), await self.history(one)) == (one, before)
            return refused.code
        assert await self.now(one) == moved
        return moved.state

    async def count(self, table: Any) -> int:
        async with self.db.read() as conn:
            return int((await conn.execute(select(func.count()).select_from(table))).scalar_one())

    async def photo(self, account: Party) -> str:
        photo_id = self.next("att")
        async with self.db.write() as conn:
            await conn.execute(
                insert(attachment).values(
                    id=photo_id, conversation_id=account.conversation_id,
                    content_type="image/jpeg", size_bytes=1, width=1, height=1, sha256="-",
                    created_at=self.clock.now(),
                )
            )  # fmt: skip
        return photo_id

    async def photos_of(self, one: Ticket) -> list[str]:
        async with self.db.read() as conn:
            return await tickets.photos_of(conn, one.id)

    async def bill(
        self,
        home: Home,
        item: str,
        period: str,
        *lines: tuple[str, int],
        paid: int = 0,
        late: int = 0,
    ) -> str:
        """A bill of these (name, fen) lines; returns its id."""
        bill_id, (year, month) = self.next("bill"), map(int, period.split("-"))
        async with self.db.write() as conn:
            await conn.execute(
                insert(bill).values(
                    id=bill_id, room_id=home.room_id, item=item, period=period,
                    amount_fen=sum(fen for _, fen in lines), late_fee_fen=late, paid_fen=paid,
                    due_on=date(year, month, 25), paid_at=self.clock.now() if paid else None,
                    lines=[{"name": name, "fen": fen, "detail": ""} for name, fen in lines],
                )
            )  # fmt: skip
        return bill_id

    async def notice(
        self,
        title: str,
        topic: str = "停水",
        *,
        building: int | None = None,
        unit: int | None = None,
        starts: datetime | None = None,
        ends: datetime | None = None,
        published_h: float = -6,
        expires_h: float = 24,
    ) -> None:
        """`published_h`, `expires_h`: hours from now."""
        async with self.db.write() as conn:
            await conn.execute(
                insert(notice).values(
                    id=self.next("notice"), topic=topic, title=title, body="-", building=building,
                    unit=unit, starts_at=starts, ends_at=ends,
                    published_at=self.clock.now() + timedelta(hours=published_h),
                    expires_at=self.clock.now() + timedelta(hours=expires_h),
                )
            )  # fmt: skip
