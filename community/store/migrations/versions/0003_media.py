"""Clips and pictures that are still on their way, notices, logins, and where a pull stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=10), server_default="photo", nullable=False)
        )
        batch_op.add_column(
            sa.Column("state", sa.String(length=10), server_default="kept", nullable=False)
        )
        batch_op.add_column(sa.Column("source", sa.String(length=400), nullable=True))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("not_before", Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("duration_ms", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("transcript", sa.JSON(), nullable=True))
        batch_op.create_index("ix_attachment_state_not_before", ["state", "not_before"])
    op.create_index("ix_inbound_channel_finished_at", "inbound", ["channel", "finished_at"])
    with op.batch_alter_table("wechat_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reply", sa.Text(), nullable=True))
    op.execute("DELETE FROM wechat_grant")  # an allowance ends by itself within two days
    with op.batch_alter_table("wechat_grant", schema=None) as batch_op:
        batch_op.drop_column("granted_at")
        batch_op.add_column(sa.Column("until", Moment(timezone=True), nullable=False))
    op.create_table(
        "wechat_notice",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(length=64), nullable=False),
        sa.Column("msg_id", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", Moment(timezone=True), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_wechat_notice_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wechat_notice")),
        sa.UniqueConstraint(
            "conversation_id", "seq", name=op.f("uq_wechat_notice_conversation_id_seq")
        ),
    )
    op.create_index("ix_wechat_notice_msg_id", "wechat_notice", ["msg_id"])
    op.create_index("ix_wechat_notice_state_not_before", "wechat_notice", ["state", "not_before"])
    op.create_table(
        "wechat_login",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("user_key", sa.String(length=200), nullable=True),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_wechat_login")),
    )
    op.create_index("ix_wechat_login_user_key", "wechat_login", ["user_key"])
    op.create_table(
        "wecom_cursor",
        sa.Column("open_kfid", sa.String(length=64), nullable=False),
        sa.Column("cursor", sa.String(length=128), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("open_kfid", name=op.f("pk_wecom_cursor")),
    )


def downgrade() -> None:
    op.drop_table("wecom_cursor")
    op.drop_table("wechat_login")
    op.drop_table("wechat_notice")
    op.drop_index("ix_inbound_channel_finished_at", "inbound")
    with op.batch_alter_table("wechat_answer", schema=None) as batch_op:
        batch_op.drop_column("reply")
    op.execute("DELETE FROM wechat_grant")
    with op.batch_alter_table("wechat_grant", schema=None) as batch_op:
        batch_op.drop_column("until")
        batch_op.add_column(sa.Column("granted_at", Moment(timezone=True), nullable=False))
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_state_not_before")
        for name in (
            "transcript", "duration_ms", "not_before", "attempts", "source", "state", "kind",
        ):  # fmt: skip
            batch_op.drop_column(name)
