"""What is due on one channel, found without looking at other channels or at questions of others."""

from __future__ import annotations

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_inbound_conversation_id_received_at", "inbound", ["conversation_id", "received_at"]
    )
    op.create_index(
        "ix_outbox_channel_state_not_before", "outbox", ["channel", "state", "not_before"]
    )
    op.drop_index("ix_outbox_state_not_before", "outbox")


def downgrade() -> None:
    op.create_index("ix_outbox_state_not_before", "outbox", ["state", "not_before"])
    op.drop_index("ix_outbox_channel_state_not_before", "outbox")
    op.drop_index("ix_inbound_conversation_id_received_at", "inbound")
