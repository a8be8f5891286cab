"""Care at home: who looks after whom, medicines and their doses, check-ins and being away."""

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
    UniqueConstraint,
)

from community.store.schema.base import metadata
from community.store.types import Moment

guardianship = Table(
    "guardianship",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("elder_id", ForeignKey("resident.id"), nullable=False),
    Column("guardian_id", ForeignKey("resident.id"), nullable=False, index=True),
    Column("kin", String(16), nullable=False),
    Column("rights", JSON, nullable=False),
    Column("whole_home", Boolean, nullable=False),
    Column("consented_by", String(64), nullable=False),
    Column("consented_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
    UniqueConstraint("elder_id", "guardian_id"),
)

medication_plan = Table(
    "medication_plan",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("resident_id", ForeignKey("resident.id"), nullable=True, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True, index=True),
    Column("kin", String(16), nullable=True),
    Column("drug", String(64), nullable=False),
    Column("dose", String(32), nullable=True),
    Column("regimen", JSON, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(64), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("no", "version"),
)

dose = Table(
    "dose",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("plan_id", ForeignKey("medication_plan.id"), nullable=False),
    Column("due_at", Moment, nullable=False, index=True),
    Column("state", String(16), nullable=False, index=True),
    Column("reminded_at", Moment, nullable=True),
    Column("repeats", Integer, nullable=False),
    Column("snoozes", Integer, nullable=False),
    Column("answered_at", Moment, nullable=True),
    Column("answered_by", ForeignKey("identity.id"), nullable=True),
    Column("turn_id", String(64), nullable=True, index=True),
    UniqueConstraint("plan_id", "due_at"),
)

checkin_plan = Table(
    "checkin_plan",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("minute", Integer, nullable=False),
    Column("consented_at", Moment, nullable=False),
    Column("ended_at", Moment, nullable=True),
)

checkin = Table(
    "checkin",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=False),
    Column("day", Date, nullable=False),
    Column("state", String(16), nullable=False),
    Column("step", Integer, nullable=False),
    Column("answered_at", Moment, nullable=True),
    Column("case_no", Integer, nullable=True),
    UniqueConstraint("resident_id", "day"),
    Index("ix_checkin_day_state", "day", "state"),
)

absence = Table(
    "absence",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=True, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False, index=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("turn_id", String(64), nullable=False, unique=True),
)
