"""The conversation: messages in and out, cases, notes, timers, events, the audit."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from community.store.schema.base import metadata
from community.store.types import Moment

conversation = Table(
    "conversation",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("identity_id", ForeignKey("identity.id"), nullable=False, unique=True),
    Column("channel", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner_epoch", Integer, nullable=False),
    Column("owner_id", ForeignKey("staff.id"), nullable=True),
    Column("next_seq", Integer, nullable=False),
    Column("seen_seq", Integer, nullable=False),
    Column("acknowledged_at", Moment, nullable=True),
    Column("boundary", JSON, nullable=True),
    Column("created_at", Moment, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("sender", String(10), nullable=False),
    Column("text", Text, nullable=False),
    Column("choices", JSON, nullable=True),
    Column("card", JSON, nullable=True),
    Column("attachment_id", String(32), nullable=True),
    Column("staff_id", String(32), nullable=True),
    Column("turn_id", String(64), nullable=True),
    Column("at", Moment, nullable=False),
)

inbound = Table(
    "inbound",
    metadata,
    Column("turn_id", String(32), primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("channel_key", String(200), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("choice", String(64), nullable=True),
    Column("attachment_id", String(32), nullable=True),
    Column("body_hash", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("lease_until", Moment, nullable=True),
    Column("outcome", String(16), nullable=True),
    Column("intent", String(64), nullable=True),
    Column("confidence", JSON, nullable=True),
    Column("received_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=True),
    UniqueConstraint("channel", "channel_key"),
    UniqueConstraint("conversation_id", "seq"),
    Index("ix_inbound_conversation_id_state", "conversation_id", "state"),
    Index("ix_inbound_conversation_id_received_at", "conversation_id", "received_at"),
    Index("ix_inbound_state_received_at", "state", "received_at"),
    Index("ix_inbound_channel_finished_at", "channel", "finished_at"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("channel", String(32), nullable=False),
    Column("client_key", String(120), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("lease_until", Moment, nullable=True),
    Column("sent_at", Moment, nullable=True),
    Column("purpose", String(10), nullable=True),
    Column("private", Boolean, nullable=False, server_default=false()),
    Column("given", Integer, nullable=False, server_default="0"),
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_key"),
    Index("ix_outbox_channel_state_not_before", "channel", "state", "not_before"),
)

queue_case = Table(
    "queue_case",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("no", Integer, nullable=False, unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    Column("lane", String(10), nullable=False),
    Column("state", String(12), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("open_key", String(80), nullable=True, unique=True),
    Column("room_id", ForeignKey("room.id"), nullable=True),
    Column("summary", JSON, nullable=False),
    Column("owner_id", ForeignKey("staff.id"), nullable=True),
    Column("opened_at", Moment, nullable=False),
    Column("acknowledged_at", Moment, nullable=True),
    Column("claimed_at", Moment, nullable=True),
    Column("lease_until", Moment, nullable=True),
    Column("parked_until", Moment, nullable=True),
    Column("resolved_at", Moment, nullable=True),
    Column("resolution", String(32), nullable=True),
    Column("resolution_note", Text, nullable=True),
    Column("promise", JSON, nullable=True),
    Column("score", Integer, nullable=True),
    Index("ix_queue_case_state_lane", "state", "lane"),
)

note = Table(
    "note",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("case_id", ForeignKey("queue_case.id"), nullable=False, index=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("client_key", String(120), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
)

timer = Table(
    "timer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("key", String(120), nullable=False, unique=True),
    Column("due_at", Moment, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("state", String(10), nullable=False),
    Column("fired_at", Moment, nullable=True),
    Index("ix_timer_state_due_at", "state", "due_at"),
)

event = Table(
    "event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(24), nullable=False),
    Column("conversation_id", String(32), nullable=True),
    Column("case_id", String(32), nullable=True),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(64), nullable=False),
    Column("act", String(48), nullable=False),
    Column("object", String(80), nullable=False, index=True),
    Column("detail", JSON, nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_autoincrement=True,
)
