"""What WeChat's channel keeps: how a turn is answered, and what may still be sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wechat_answer",
        sa.Column("turn_id", sa.String(length=32), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["turn_id"], ["inbound.turn_id"], name=op.f("fk_wechat_answer_turn_id_inbound")
        ),
        sa.PrimaryKeyConstraint("turn_id", name=op.f("pk_wechat_answer")),
    )
    op.create_table(
        "wechat_grant",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("granted_at", Moment(timezone=True), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_wechat_grant_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_wechat_grant")),
    )


def downgrade() -> None:
    op.drop_table("wechat_grant")
    op.drop_table("wechat_answer")
