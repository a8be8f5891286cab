"""Floor areas of the homes: owners' votes are counted by them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("room", sa.Column("area_dm2", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("room", "area_dm2")
