"""A small community for the desk's tests: staff, homes, conversations, cases and orders."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy import insert, update

from community.config import Secret
from community.context import Context
from community.services import complaint, repair
from community.store import identities
from community.store.database import Database
from community.store.schema import attachment, identity, resident, room, staff
from community.store.tickets import Ticket
from community.times import Clock
from conversation import inbox, outbox, queue
from conversation.messages import Draft, Inbound, Sender
from conversation.ownership import current
from conversation.queue import Case, Lane
from desk.passwords import Passwords
from desk.staff import Role, Staff

PASSWORD = "correct horse"
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
_HASH = CHEAP.hash(PASSWORD)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


@dataclass
class World:
    """Builds what a test needs, through the same doors the product uses."""

    db: Database
    clock: Clock
    data_dir: Path
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def ctx(self) -> Context:
        return Context(self.db, self.clock, Secret("pepper"))

    async def staff(
        self,
        user: str,
        name: str,
        role: Role = Role.CLERK,
        *,
        skills: Sequence[str] = (),
        on_duty: bool = True,
    ) -> Staff:
        staff_id = f"staff_{user}"
        async with self.db.write() as conn:
            await conn.execute(
                insert(staff).values(
                    id=staff_id,
                    user=user,
                    name=name,
                    role=role,
                    skills=list(skills),
                    password_hash=_HASH,
                    on_duty=on_duty,
                )
            )
        return Staff(staff_id, name, role, on_duty)

    async def home(self, label: str, *people: tuple[str, str, str | None, dict[str, str]]) -> str:
        """A room with its people: (name, role, phone, notes); returns the room's id."""
        number = next(self._numbers)
        room_id = f"room_{number}"
        async with self.db.write() as conn:
            await conn.execute(
                insert(room).values(id=room_id, building=number, unit=1, number="501", label=label)
            )
            for i, (name, role, phone, notes) in enumerate(people):
                await conn.execute(
                    insert(resident).values(
                        id=f"{room_id}_p{i}",
                        room_id=room_id,
                        name=name,
                        role=role,
                        phone=phone,
                        birth_year=1948,
                        notes=notes,
                    )
                )
        return room_id

    async def conversation(
        self, room_id: str | None = None, *, channel: str = "wechat", person: int | None = 0
    ) -> str:
        sender = Sender(channel, f"user-{next(self._numbers)}")
        async with self.db.write() as conn:
            conversation_id = await inbox.conversation_of(conn, self.clock, sender)
            if room_id is not None:
                await conn.execute(
                    update(identity)
                    .where(identity.c.user_key == sender.user_key)
                    .values(
                        room_id=room_id,
                        resident_id=f"{room_id}_p{person}" if person is not None else None,
                    )
                )
        self._senders = getattr(self, "_senders", {}) | {conversation_id: sender}
        return conversation_id

    def sender(self, conversation_id: str) -> Sender:
        sender: Sender = self._senders[conversation_id]
        return sender

    async def says(
        self,
        conversation_id: str,
        text: str,
        *,
        photo: str | None = None,
        choice: str | None = None,
    ) -> int:
        """The resident writes; returns the message's number."""
        turn, _ = await inbox.receive(
            self.db,
            self.clock,
            Inbound(
                self.sender(conversation_id), f"key-{next(self._numbers)}", text, choice, photo
            ),
            lease_s=15,
        )
        async with self.db.write() as conn:
            await inbox.finish(
                conn, self.clock, turn.id, outcome="answered", intent=None, confidence=None
            )
        return turn.seq

    async def bot_says(
        self,
        conversation_id: str,
        text: str,
        *choices: tuple[str, str],
        read: bool = True,
        card: dict[str, Any] | None = None,
    ) -> int:
        async with self.db.write() as conn:
            epoch = (await current(conn, conversation_id)).epoch
            said = await outbox.say(
                conn,
                self.clock,
                conversation_id,
                [Draft(text, choices, card)],
                epoch=epoch,
                key=f"bot-{next(self._numbers)}",
            )
            if read:
                await outbox.mark_read(conn, self.clock, conversation_id, said[0].seq)
        return said[0].seq

    async def case(
        self,
        conversation_id: str,
        lane: Lane = Lane.NORMAL,
        *,
        reason: str = "asked",
        **summary: Any,
    ) -> Case:
        async with self.db.write() as conn:
            return await queue.open_case(
                conn, self.clock, conversation_id, lane=lane, reason=reason, summary=summary
            )

    async def waiting(
        self, words: str = "厨房水管漏水了", lane: Lane = Lane.NORMAL, *, channel: str = "wechat"
    ) -> Case:
        """A case of a bound home, with one thing said."""
        room_id = await self.home(
            f"{next(self._numbers)}号楼1单元501",
            ("王建国", "owner", "13812348000", {"health": "高血压", "lives_alone": "是"}),
        )
        conversation_id = await self.conversation(room_id, channel=channel)
        seq = await self.says(conversation_id, words)
        return await self.case(conversation_id, lane, words=words, seq=seq, slots={"位置": "厨房"})

    async def order(
        self,
        conversation_id: str,
        description: str = "厨房水管漏水",
        *,
        phone: str | None = None,
        appointment: tuple[datetime, datetime] | None = None,
        photos: Sequence[str] = (),
    ) -> Ticket:
        return await repair.create(
            self.ctx,
            await self.party(conversation_id),
            turn_id=f"turn-{next(self._numbers)}",
            description=description,
            place="厨房",
            phone=phone,
            appointment=appointment,
            photos=photos,
        )

    async def complaint(
        self,
        conversation_id: str,
        description: str,
        *,
        kind: str = "complaint",
        anonymous: bool = False,
    ) -> Ticket:
        return await complaint.submit(
            self.ctx,
            await self.party(conversation_id),
            kind=kind,
            turn_id=f"turn-{next(self._numbers)}",
            description=description,
            place="楼道",
            anonymous=anonymous,
        )

    async def party(self, conversation_id: str) -> identities.Party:
        async with self.db.read() as conn:
            found = await identities.party(conn, conversation_id)
        assert found is not None
        return found

    async def photo(self, conversation_id: str, data: bytes = JPEG) -> str:
        photo_id = f"att_{next(self._numbers)}"
        folder = self.data_dir / "photos"
        folder.mkdir(exist_ok=True)
        (folder / f"{photo_id}.jpg").write_bytes(data)
        async with self.db.write() as conn:
            await conn.execute(
                insert(attachment).values(
                    id=photo_id,
                    conversation_id=conversation_id,
                    content_type="image/jpeg",
                    size_bytes=len(data),
                    width=1,
                    height=1,
                    sha256="-",
                    created_at=self.clock.now(),
                )
            )
        return photo_id

    async def transcript(self, conversation_id: str) -> list[str]:
        """What was said, as `speaker: words`."""
        async with self.db.read() as conn:
            said = await outbox.transcript(conn, conversation_id)
        return [f"{one.sender}: {one.text}" for one in said]


def in_an_hour(clock: Clock) -> datetime:
    return clock.now() + timedelta(hours=1)
