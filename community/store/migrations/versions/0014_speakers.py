"""Speakers at home, what was said aloud there, and what a message is for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "speaker",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("device_key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=True),
        sa.Column("code_until", Moment(timezone=True), nullable=True),
        sa.Column("secret_hash", sa.String(length=64), nullable=True),
        sa.Column("client_id", sa.String(length=64), nullable=True),
        sa.Column("next_client_id", sa.String(length=64), nullable=True),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("senior", sa.Boolean(), nullable=False),
        sa.Column("pauses", sa.JSON(), nullable=False),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_speaker_identity_id_identity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_speaker")),
        sa.UniqueConstraint("code", name=op.f("uq_speaker_code")),
        sa.UniqueConstraint("device_key", name=op.f("uq_speaker_device_key")),
        sa.UniqueConstraint("identity_id", name=op.f("uq_speaker_identity_id")),
    )
    op.create_table(
        "spoken",
        sa.Column("conversation_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("fate", sa.String(length=10), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_spoken_conversation_id_conversation"),
        ),
        sa.PrimaryKeyConstraint("conversation_id", "seq", name=op.f("pk_spoken")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(sa.Column("purpose", sa.String(length=10), nullable=True))
        batch_op.add_column(
            sa.Column("private", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    _name_the_fields_of_waiting_words()


def _name_the_fields_of_waiting_words() -> None:
    """Words that wait for the morning were [text, choices]; now their fields have names."""
    timer = sa.table(
        "timer", sa.column("id", sa.Integer), sa.column("kind", sa.String),
        sa.column("payload", sa.JSON),
    )  # fmt: skip
    conn = op.get_bind()
    waiting = conn.execute(sa.select(timer.c.id, timer.c.payload).where(timer.c.kind == "tell"))
    for row in waiting.all():
        drafts = [{"text": text, "choices": choices} for text, choices in row.payload["drafts"]]
        conn.execute(
            sa.update(timer)
            .where(timer.c.id == row.id)
            .values(payload=row.payload | {"drafts": drafts})
        )


def downgrade() -> None:
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("private")
        batch_op.drop_column("purpose")
    op.drop_table("spoken")
    op.drop_table("speaker")
