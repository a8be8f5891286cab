"""The things of a home as another system keeps them, and a virtual home that stands in for it.

`HomeApi` is shaped so that Home Assistant's REST interface fits behind it: its states become
`Entity`, `ask` becomes one service call for what differs (`light.turn_on`, `climate.set_temperature`,
`cover.set_cover_position`, `valve.close_valve`, `lock.lock`), and `settled` polls the state. Its
answer to a call proves nothing: 200 and an empty list come for an unknown or unavailable entity too.
Source: developers.home-assistant.io/docs/api/rest
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from community.store import devices
from community.store.database import Database
from community.times import Clock

State = dict[str, Any]


@dataclass(frozen=True)
class Entity:
    """One thing. `kind`: light, climate, curtain, window, tv, fan, heater, water_heater, gas, lock,
    temperature, humidity or leak.

    `words`: other names it goes by. `limits`: what can be set, `{"temperature": [16, 30]}` in
    degrees, brightness, position and volume in percent, level in steps, `mode` a list of them; what
    is not there cannot be set. `state["state"]` is on, off, open, closed, locked, unlocked, a
    reading, or the settings beside it. `seen_at`: when the thing itself last reported.
    """

    id: str
    kind: str
    name: str
    area: str
    words: tuple[str, ...]
    limits: dict[str, list[Any]]
    state: State
    is_online: bool
    seen_at: datetime

    @property
    def title(self) -> str:
        """`客厅空调`."""
        return self.area + self.name


class HomeApi(Protocol):
    """The things of homes. Each method raises Unavailable when the system does not answer."""

    async def entities(self, room_id: str) -> list[Entity]:
        """All things of a home, the main one of its kind and room first; none for a home without."""

    async def ask(self, room_id: str, entity_id: str, wanted: State) -> None:
        """Have a thing changed. That this returns does not say that anything has changed."""

    async def settled(self, room_id: str, entity_id: str, wanted: State) -> Entity | None:
        """The thing read back: at once when it is as wanted, else after at most ten seconds."""


class VirtualHome:
    """演示的虚拟家: things that exist in the database alone.

    A `fault` makes one behave as real ones do: offline (nothing is sent), stuck (it takes the order
    and does nothing), silent (a sensor that reported last when it was written).
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def entities(self, room_id: str) -> list[Entity]:
        async with self._db.read() as conn:
            rows = await devices.of_room(conn, room_id)
        return [self._entity(row) for row in rows]

    async def ask(self, room_id: str, entity_id: str, wanted: State) -> None:
        async with self._db.write() as conn:
            row = await devices.get(conn, room_id, entity_id)
            if row is not None and row.fault not in {"offline", "stuck"}:
                await devices.put(
                    conn, room_id, entity_id, state=row.state | wanted, seen_at=self._clock.now()
                )

    async def settled(self, room_id: str, entity_id: str, wanted: State) -> Entity | None:
        async with self._db.read() as conn:
            row = await devices.get(conn, room_id, entity_id)
        return None if row is None else self._entity(row)

    def _entity(self, row: devices.VirtualDevice) -> Entity:
        heard_now = row.fault not in {"offline", "silent"}
        return Entity(
            row.entity_id,
            row.kind,
            row.name,
            row.area,
            tuple(row.words),
            row.limits,
            row.state,
            row.fault != "offline",
            self._clock.now() if heard_now else row.seen_at,
        )
