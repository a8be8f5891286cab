"""What the skills of commercial speakers keep between two requests."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table

from community.store.schema.base import metadata
from community.store.types import Moment

skill_reply = Table(
    "skill_reply",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("request_key", String(64), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("spoken", JSON, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

skill_talk = Table(
    "skill_talk",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("said", JSON, nullable=True),
    Column("rest", JSON, nullable=False),
    Column("pending", String(32), nullable=True),
    Column("fruitless", Integer, nullable=False),
    Column("known_until", Moment, nullable=True),
    Column("at", Moment, nullable=False, index=True),
)
