"""Things at home that listen to words, what was done with them, and the doors of the community."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table

from community.store.schema.base import metadata
from community.store.types import Moment

virtual_device = Table(
    "virtual_device",
    metadata,
    Column("room_id", ForeignKey("room.id"), primary_key=True),
    Column("entity_id", String(64), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("name", String(32), nullable=False),
    Column("area", String(16), nullable=False),
    Column("words", JSON, nullable=False),
    Column("limits", JSON, nullable=False),
    Column("state", JSON, nullable=False),
    Column("fault", String(8), nullable=True),
    Column("seen_at", Moment, nullable=False),
)

device_act = Table(
    "device_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("identity_id", ForeignKey("identity.id"), nullable=False),
    Column("steps", JSON, nullable=False),
    Column("results", JSON, nullable=True),
    Column("undone", Boolean, nullable=False),
    Column("turn_id", String(64), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Index("ix_device_act_identity_id_at", "identity_id", "at"),
)

door = Table(
    "door",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("building", Integer, nullable=True),
    Column("unit", Integer, nullable=True),
    Column("words", JSON, nullable=False),
    Column("is_online", Boolean, nullable=False),
)

door_opening = Table(
    "door_opening",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("door_id", ForeignKey("door.id"), nullable=False, index=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Index("ix_door_opening_identity_id_at", "identity_id", "at"),
)
