"""Neighbours: help between homes and its time bank, shops and their orders, jobs and schools."""

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

volunteer = Table(
    "volunteer",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("conversation_id", String(32), nullable=False),
    Column("name", String(64), nullable=True),
    Column("kinds", JSON, nullable=False, default=list),
    Column("days", String(16), nullable=False),
    Column("part", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
)

help_request = Table(
    "help_request",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("task", Text, nullable=False),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("state", String(16), nullable=False),
    Column("helper_id", ForeignKey("volunteer.id"), nullable=True, index=True),
    Column("started_at", Moment, nullable=True),
    Column("minutes", Integer, nullable=True),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)

help_event = Table(
    "help_event",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("request_id", ForeignKey("help_request.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("actor", String(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

help_call = Table(
    "help_call",
    metadata,
    Column("request_id", ForeignKey("help_request.id"), primary_key=True),
    Column("volunteer_id", ForeignKey("volunteer.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)

time_account = Table(
    "time_account",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(32), nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
)

time_entry = Table(
    "time_entry",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("transfer", String(64), nullable=False),
    Column("account_id", ForeignKey("time_account.id"), nullable=False, index=True),
    Column("minutes", Integer, nullable=False),
    Column("what", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("transfer", "account_id"),
)

merchant = Table(
    "merchant",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("services", JSON, nullable=False),
    Column("place", String(64), nullable=False),
    Column("distance_m", Integer, nullable=False),
    Column("comes_within_m", Integer, nullable=False),
    Column("opens", Integer, nullable=False),
    Column("closes", Integer, nullable=False),
    Column("closed_on", JSON, nullable=False, default=list),
    Column("phone", String(20), nullable=False),
    Column("prices", String(64), nullable=False),
    Column("listed", Boolean, nullable=False),
)

merchant_order = Table(
    "merchant_order",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("merchant_id", ForeignKey("merchant.id"), nullable=False),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False),
    Column("conversation_id", String(32), nullable=False),
    Column("service", String(32), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("phone", String(20), nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
    Index("ix_merchant_order_merchant_id_state", "merchant_id", "state"),
)

job = Table(
    "job",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("title", String(64), nullable=False),
    Column("topics", JSON, nullable=False),
    Column("employer", String(64), nullable=False),
    Column("from_age", Integer, nullable=False),
    Column("to_age", Integer, nullable=False),
    Column("distance_m", Integer, nullable=False),
    Column("hours", String(64), nullable=False),
    Column("pay", String(64), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("source", String(64), nullable=False),
    Column("expires_on", Date, nullable=False),
)

school = Table(
    "school",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("topics", JSON, nullable=False),
    Column("from_months", Integer, nullable=False),
    Column("to_months", Integer, nullable=False),
    Column("distance_m", Integer, nullable=False),
    Column("enrols_from", Date, nullable=False),
    Column("enrols_to", Date, nullable=False),
    Column("advice", Text, nullable=False),
    Column("fee", String(64), nullable=False),
    Column("phone", String(20), nullable=False),
    Column("source", String(64), nullable=False),
)
