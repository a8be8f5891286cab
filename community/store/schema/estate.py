"""Homes, people and staff, and what the estate keeps of them: orders, bills, notices, passes."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
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

room = Table(
    "room",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("building", Integer, nullable=False),
    Column("unit", Integer, nullable=False),
    Column("number", String(16), nullable=False),
    Column("label", String(64), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=True, unique=True),
    Column("area_dm2", Integer, nullable=True),
    UniqueConstraint("building", "unit", "number"),
)

resident = Table(
    "resident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("phone", String(20), nullable=True),
    Column("role", String(16), nullable=False),
    Column("birth_year", Integer, nullable=True),
    Column("notes", JSON, nullable=False, default=dict),
)

identity = Table(
    "identity",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("user_key", String(200), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=True),
    Column("bound_at", Moment, nullable=True),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("channel", "user_key"),
)

guess = Table(
    "guess",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(200), nullable=False),
    Column("at", Moment, nullable=False),
    Index("ix_guess_key_at", "key", "at"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("role", String(32), nullable=False),
    Column("skills", JSON, nullable=False, default=list),
    Column("password_hash", String(200), nullable=False),
    Column("on_duty", Boolean, nullable=False),
)

staff_session = Table(
    "staff_session",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

setting = Table(
    "setting",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
)

ticket = Table(
    "ticket",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(24), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=True, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True, index=True),
    Column("conversation_id", String(32), nullable=True),
    Column("place", String(64), nullable=True),
    Column("description", Text, nullable=False),
    Column("urgency", String(16), nullable=False),
    Column("phone", String(20), nullable=True),
    Column("anonymous", Boolean, nullable=False),
    Column("appointment_start", Moment, nullable=True),
    Column("appointment_end", Moment, nullable=True),
    Column("due_at", Moment, nullable=True),
    Column("assignee_id", ForeignKey("staff.id"), nullable=True),
    Column("score", Integer, nullable=True),
    Column("reopened", Integer, nullable=False),
    Column("urged", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_ticket_kind_state", "kind", "state"),
)

ticket_event = Table(
    "ticket_event",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("state", String(24), nullable=False),
    Column("note", Text, nullable=False),
    Column("turn_id", String(64), nullable=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("ticket_id", "kind", "turn_id"),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", String(32), nullable=False, index=True),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=True, index=True),
    Column("kind", String(10), nullable=False, server_default="photo"),
    Column("state", String(10), nullable=False, server_default="kept"),
    Column("source", String(400), nullable=True),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment, nullable=True),
    Column("content_type", String(32), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_ms", Integer, nullable=True),
    Column("transcript", JSON, nullable=True),
    Column("sha256", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Index("ix_attachment_state_not_before", "state", "not_before"),
)

bill = Table(
    "bill",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("room_id", ForeignKey("room.id"), nullable=False),
    Column("item", String(32), nullable=False),
    Column("period", String(7), nullable=False),
    Column("amount_fen", Integer, nullable=False),
    Column("late_fee_fen", Integer, nullable=False),
    Column("paid_fen", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("paid_at", Moment, nullable=True),
    Column("lines", JSON, nullable=False),
    UniqueConstraint("room_id", "item", "period"),
)

notice = Table(
    "notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("title", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("building", Integer, nullable=True),
    Column("unit", Integer, nullable=True),
    Column("starts_at", Moment, nullable=True),
    Column("ends_at", Moment, nullable=True),
    Column("published_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
)

visit = Table(
    "visit",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False),
    Column("visitor", String(64), nullable=False),
    Column("phone", String(20), nullable=True),
    Column("plate", String(16), nullable=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("code", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)
