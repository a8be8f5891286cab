"""What the estate arranges for homes: cars and parking, rooms to borrow, release slips, votes."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from community.store.schema.base import metadata
from community.store.types import Moment

car = Table(
    "car",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("plate", String(16), nullable=False, unique=True),
    Column("monthly_fen", Integer, nullable=True),
    Column("valid_until", Date, nullable=True),
    Column("entered_at", Moment, nullable=True),
)

parking_space = Table(
    "parking_space",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("code", String(16), nullable=False, unique=True),
    Column("zone", String(16), nullable=False),
    Column("monthly_fen", Integer, nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=True, index=True),
    Column("rented_until", Date, nullable=True),
    Column("held_by", ForeignKey("parking_request.id"), nullable=True, unique=True),
)

parking_request = Table(
    "parking_request",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("plate", String(16), nullable=True),
    Column("old_plate", String(16), nullable=True),
    Column("space_code", String(16), nullable=True),
    Column("held_until", Moment, nullable=True),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
    Index("ix_parking_request_kind_state", "kind", "state"),
)

space = Table(
    "space",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(32), nullable=False, unique=True),
    Column("words", JSON, nullable=False, default=list),
    Column("units", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("opens", Integer, nullable=False),
    Column("closes", Integer, nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("place", String(64), nullable=False),
)

space_booking = Table(
    "space_booking",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("space_id", ForeignKey("space.id"), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("unit", Integer, nullable=False),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)

space_hour = Table(
    "space_hour",
    metadata,
    Column("space_id", ForeignKey("space.id"), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("starts_at", Moment, primary_key=True),
    Column("booking_id", ForeignKey("space_booking.id"), nullable=False, index=True),
)

release_slip = Table(
    "release_slip",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("items", Text, nullable=False),
    Column("plate", String(16), nullable=True),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("code", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)

vote = Table(
    "vote",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(64), nullable=False, unique=True),
    Column("words", JSON, nullable=False, default=list),
    Column("question", Text, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("arguments_for", Text, nullable=False),
    Column("arguments_against", Text, nullable=False),
    Column("opens_at", Moment, nullable=False),
    Column("closes_at", Moment, nullable=False),
)

ballot = Table(
    "ballot",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("vote_id", ForeignKey("vote.id"), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("choice", String(32), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("vote_id", "room_id"),
)
