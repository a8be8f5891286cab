"""One table says who may do what for whom: what a home granted becomes a guardianship."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table("home_grant")


def downgrade() -> None:
    op.create_table(
        "home_grant",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_home_grant_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", "what", name=op.f("pk_home_grant")),
    )
