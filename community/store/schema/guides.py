"""How government matters are done, as the library of guides keeps it, and the index that finds them."""

from __future__ import annotations

from sqlalchemy import DDL, JSON, Boolean, Column, Date, Integer, String, Table, Text, event

from community.store.schema.base import metadata

guide = Table(
    "guide",
    metadata,
    Column("code", String(36), primary_key=True),
    Column("catalog_code", String(12), nullable=False),
    Column("name", String(80), nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("topic", String(16), nullable=False),
    Column("office", String(64), nullable=False),
    Column("conditions", Text, nullable=False),
    Column("promise_days", Integer, nullable=True),
    Column("place", String(120), nullable=False),
    Column("hours", String(120), nullable=False),
    Column("phone", String(32), nullable=False),
    Column("complaint_phone", String(32), nullable=False),
    Column("is_online", Boolean, nullable=True),
    Column("online", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("effective_on", Date, nullable=True),
    Column("cancelled_on", Date, nullable=True),
    Column("aliases", JSON, nullable=False, default=list),
    Column("materials", JSON, nullable=False, default=list),
    Column("fees", JSON, nullable=False, default=list),
    Column("steps", JSON, nullable=False, default=list),
    Column("faqs", JSON, nullable=False, default=list),
    Column("eligibility", JSON, nullable=False, default=dict),
)

INDEX = "guide_index"
MAKE_INDEX = f"CREATE VIRTUAL TABLE {INDEX} USING fts5(code UNINDEXED, name, aliases, body)"
"""SQLite's full-text index over words that are already cut; its own tables are no part of the
metadata. PostgreSQL would have a tsvector column in its place, behind store/guides.py alike."""

event.listen(guide, "after_create", DDL(MAKE_INDEX).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
