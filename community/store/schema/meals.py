"""The canteen: what it cooks, who ordered what, whom the subsidy helped, and the meal cards' ledger."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
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

meal_week = Table(
    "meal_week",
    metadata,
    Column("weekday", Integer, primary_key=True),
    Column("meal", String(8), primary_key=True),
    Column("code", String(16), primary_key=True),
    Column("dishes", JSON, nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("portions", Integer, nullable=False),
)

meal_menu = Table(
    "meal_menu",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("day", Date, nullable=False),
    Column("meal", String(8), nullable=False),
    Column("code", String(16), nullable=False),
    Column("dishes", JSON, nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("portions", Integer, nullable=False),
    Column("sold", Integer, nullable=False),
    UniqueConstraint("day", "meal", "code"),
)

meal_order = Table(
    "meal_order",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("menu_id", ForeignKey("meal_menu.id"), nullable=False, index=True),
    Column("room_id", ForeignKey("room.id"), nullable=False, index=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=True),
    Column("portions", Integer, nullable=False),
    Column("mode", String(8), nullable=False),
    Column("note", String(64), nullable=False),
    Column("price_fen", Integer, nullable=False),
    Column("subsidy_fen", Integer, nullable=False),
    Column("delivery_fen", Integer, nullable=False),
    Column("paid_by", String(8), nullable=False),
    Column("state", String(16), nullable=False),
    Column("turn_id", String(72), nullable=True, unique=True),
    Column("created_at", Moment, nullable=False),
)

meal_class = Table(
    "meal_class",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("code", String(16), nullable=False),
)

meal_grant = Table(
    "meal_grant",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("meal", String(8), primary_key=True),
    Column("order_id", ForeignKey("meal_order.id"), nullable=False, index=True),
    Column("fen", Integer, nullable=False),
)

meal_entry = Table(
    "meal_entry",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(96), nullable=False, unique=True),
    Column("source", String(48), nullable=False),
    Column("target", String(48), nullable=False),
    Column("fen", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("order_id", ForeignKey("meal_order.id"), nullable=True),
    Column("at", Moment, nullable=False),
    CheckConstraint("fen > 0", name="ck_meal_entry_fen"),
    Index("ix_meal_entry_source_at", "source", "at"),
    Index("ix_meal_entry_target_at", "target", "at"),
)
