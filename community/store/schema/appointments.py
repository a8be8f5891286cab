"""Turns at a counter or with a nurse, and matters handed in: what can be booked, who has it, how far it is."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from community.store.schema.base import metadata
from community.store.types import Moment

bookable = Table(
    "bookable",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(32), nullable=False, unique=True),
    Column("words", JSON, nullable=False, default=list),
    Column("place", String(64), nullable=False),
    Column("at_home", Boolean, nullable=False),
    Column("bring", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("hours", JSON, nullable=False, default=list),
    Column("rank", Integer, nullable=False),
)

seat_slot = Table(
    "seat_slot",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("bookable_id", ForeignKey("bookable.id"), nullable=False),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
    UniqueConstraint("bookable_id", "starts_at"),
)

appointment = Table(
    "appointment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("slot_id", ForeignKey("seat_slot.id"), nullable=False, index=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=True),
    Column("person", String(32), nullable=False),
    Column("person_key", String(80), nullable=False, index=True),
    Column("item", String(32), nullable=False),
    Column("queue_no", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)

appointment_event = Table(
    "appointment_event",
    metadata,
    Column("appointment_id", ForeignKey("appointment.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("turn_id", String(64), nullable=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("appointment_id", "kind", "turn_id"),
)

gov_case = Table(
    "gov_case",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", String(32), nullable=False, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=True),
    Column("matter", String(32), nullable=False),
    Column("words", JSON, nullable=False, default=list),
    Column("person", String(32), nullable=False),
    Column("office", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("promised_on", Date, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

gov_case_step = Table(
    "gov_case_step",
    metadata,
    Column("case_id", ForeignKey("gov_case.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
