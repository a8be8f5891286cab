"""Speakers at home, how each is spoken to, and what became of the words said aloud there."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, String, Table

from community.store.schema.base import metadata
from community.store.types import Moment

speaker = Table(
    "speaker",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("device_key", String(100), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("name", String(40), nullable=False),
    Column("identity_id", ForeignKey("identity.id"), nullable=False, unique=True),
    Column("code", String(6), nullable=True, unique=True),
    Column("code_until", Moment, nullable=True),
    Column("secret_hash", String(64), nullable=True),
    Column("client_id", String(64), nullable=True),
    Column("next_client_id", String(64), nullable=True),
    Column("pace", Integer, nullable=False),
    Column("volume", Integer, nullable=False),
    Column("senior", Boolean, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
)

spoken = Table(
    "spoken",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("fate", String(10), nullable=False),
    Column("times", Integer, nullable=False),
    Column("at", Moment, nullable=False),
)
