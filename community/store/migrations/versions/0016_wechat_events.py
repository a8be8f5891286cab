"""Events of the official account that had their effect; grants side by side; words given in part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_event",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("reader_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("created_s", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_wechat_event")),
    )
    op.create_index(op.f("ix_wechat_event_reader_hash"), "wechat_event", ["reader_hash"])
    op.create_index(op.f("ix_wechat_event_created_s"), "wechat_event", ["created_s"])
    _grants_of_a_conversation("conversation_id", "kind")
    with op.batch_alter_table("wechat_notice", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tried_at", Moment(timezone=True), nullable=True))
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("given", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("given")
    with op.batch_alter_table("wechat_notice", schema=None) as batch_op:
        batch_op.drop_column("tried_at")
    op.execute("DELETE FROM wechat_grant WHERE kind = 'tap'")  # it ends within a minute
    _grants_of_a_conversation("conversation_id")
    op.drop_table("wechat_event")


def _grants_of_a_conversation(*key: str) -> None:
    with op.batch_alter_table("wechat_grant", schema=None) as batch_op:
        batch_op.drop_constraint("pk_wechat_grant", type_="primary")
        batch_op.create_primary_key("pk_wechat_grant", list(key))
