"""Skills of commercial speakers: what was answered to a request, and where a talk stands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "skill_reply",
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("spoken", sa.JSON(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_skill_reply_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("channel", "request_key", name=op.f("pk_skill_reply")),
    )
    op.create_index(op.f("ix_skill_reply_conversation_id"), "skill_reply", ["conversation_id"])
    op.create_index(op.f("ix_skill_reply_at"), "skill_reply", ["at"])
    op.create_table(
        "skill_talk",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.Column("rest", sa.JSON(), nullable=False),
        sa.Column("pending", sa.String(length=32), nullable=True),
        sa.Column("fruitless", sa.Integer(), nullable=False),
        sa.Column("known_until", Moment(timezone=True), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_skill_talk_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_skill_talk")),
    )
    op.create_index(op.f("ix_skill_talk_at"), "skill_talk", ["at"])


def downgrade() -> None:
    op.drop_table("skill_talk")
    op.drop_table("skill_reply")
