"""What all share: facilities, the grid and its workers, matters of all, and known incidents."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table, Text

from community.store.schema.base import metadata
from community.store.types import Moment

facility = Table(
    "facility",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("kind", String(24), nullable=False, index=True),
    Column("words", JSON, nullable=False),
    Column("building", Integer, nullable=True),
    Column("unit", Integer, nullable=True),
    Column("number", Integer, nullable=True),
    Column("place", String(64), nullable=False),
    Column("hours", String(64), nullable=False),
    Column("price", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("until", Moment, nullable=True),
    Column("version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

grid = Table(
    "grid",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("worker_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("substitute_id", ForeignKey("staff.id"), nullable=True, index=True),
)

grid_area = Table(
    "grid_area",
    metadata,
    Column("building", Integer, primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("grid_id", ForeignKey("grid.id"), nullable=False, index=True),
)

grid_worker = Table(
    "grid_worker",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("phone", String(20), nullable=False),
    Column("hours", String(64), nullable=False),
    Column("away_until", Moment, nullable=True),
)

matter = Table(
    "matter",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("category", String(24), nullable=False),
    Column("facility_id", ForeignKey("facility.id"), nullable=True, index=True),
    Column("grid_id", ForeignKey("grid.id"), nullable=True, index=True),
    Column("outside_no", String(32), nullable=True),
)

incident = Table(
    "incident",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("topic", String(24), nullable=False),
    Column("facility_id", ForeignKey("facility.id"), nullable=True, index=True),
    Column("building", Integer, nullable=True),
    Column("title", String(120), nullable=False),
    Column("state", String(16), nullable=False),
    Column("expected", Text, nullable=False),
    Column("expected_at", Moment, nullable=True),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    Index("ix_incident_topic_state", "topic", "state"),
)

incident_voice = Table(
    "incident_voice",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("incident_id", ForeignKey("incident.id"), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
)
