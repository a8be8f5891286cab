"""Activities of the community, and who signed up for them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from community.store.schema.base import metadata
from community.store.types import Moment

activity = Table(
    "activity",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("series", String(32), nullable=False),
    Column("name", String(64), nullable=False),
    Column("words", JSON, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("place", String(64), nullable=False),
    Column("note", String(120), nullable=False),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("weekly", Boolean, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    UniqueConstraint("series", "starts_at"),
)

activity_signup = Table(
    "activity_signup",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("activity_id", ForeignKey("activity.id"), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("who", String(32), nullable=False),
    Column("people", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("open_key", String(112), nullable=True, unique=True),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
    Index("ix_activity_signup_activity_id_state_no", "activity_id", "state", "no"),
)
