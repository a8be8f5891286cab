"""Every table, in one metadata: the community's records first, then the conversation's.

Nothing here that PostgreSQL would refuse. A unique column that is NULL while it does not apply
(`queue_case.open_key`, `ticket.turn_id`) stands for a partial unique index, which both have.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from community.store.types import Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- the community -------------------------------------------------------------------------

room = Table(
    "room",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("building", Integer, nullable=False),
    Column("unit", Integer, nullable=False),
    Column("number", String(16), nullable=False),
    Column("label", String(64), nullable=False, unique=True),
    Column("code_hash", String(64), nullable=True, unique=True),
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

# --- the conversation ----------------------------------------------------------------------

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
    UniqueConstraint("conversation_id", "seq"),
    UniqueConstraint("conversation_id", "client_key"),
    Index("ix_outbox_state_not_before", "state", "not_before"),
)

wechat_answer = Table(
    "wechat_answer",
    metadata,
    Column("turn_id", ForeignKey("inbound.turn_id"), primary_key=True),
    Column("way", String(10), nullable=False),
    Column("reply", Text, nullable=True),
    Column("at", Moment, nullable=False),
)

wechat_grant = Table(
    "wechat_grant",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("source", String(200), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("until", Moment, nullable=False),
    Column("remaining", Integer, nullable=False),
)

wechat_notice = Table(
    "wechat_notice",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("template", String(64), nullable=False),
    Column("msg_id", String(32), nullable=True, index=True),
    Column("state", String(10), nullable=False),
    Column("reason", String(64), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    Index("ix_wechat_notice_state_not_before", "state", "not_before"),
)

wechat_login = Table(
    "wechat_login",
    metadata,
    Column("state_hash", String(64), primary_key=True),
    Column("user_key", String(200), nullable=True, index=True),
    Column("expires_at", Moment, nullable=False),
)

wecom_cursor = Table(
    "wecom_cursor",
    metadata,
    Column("open_kfid", String(64), primary_key=True),
    Column("cursor", String(128), nullable=False),
    Column("at", Moment, nullable=False),
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
