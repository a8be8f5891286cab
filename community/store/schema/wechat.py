"""What the channels of WeChat keep."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from community.store.schema.base import metadata
from community.store.types import Moment

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
    Column("kind", String(10), primary_key=True),
    Column("source", String(200), nullable=False),
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
    Column("tried_at", Moment, nullable=True),
    Column("at", Moment, nullable=False),
    UniqueConstraint("conversation_id", "seq"),
    Index("ix_wechat_notice_state_not_before", "state", "not_before"),
)

wechat_event = Table(
    "wechat_event",
    metadata,
    Column("key_hash", String(64), primary_key=True),
    Column("reader_hash", String(64), nullable=False, index=True),
    Column("name", String(32), nullable=False),
    Column("created_s", Integer, nullable=False, index=True),
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
