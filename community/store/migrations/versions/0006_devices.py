"""Things at home that listen to words, what was done with them, and the doors of the community."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "virtual_device",
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("entity_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("area", sa.String(length=16), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("limits", sa.JSON(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("fault", sa.String(length=8), nullable=True),
        sa.Column("seen_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_virtual_device_room_id_room")
        ),
        sa.PrimaryKeyConstraint("room_id", "entity_id", name=op.f("pk_virtual_device")),
    )
    op.create_table(
        "device_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("results", sa.JSON(), nullable=True),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_device_act_room_id_room")),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_device_act_identity_id_identity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_act")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_device_act_turn_id")),
    )
    op.create_index("ix_device_act_identity_id_at", "device_act", ["identity_id", "at"])
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
    op.create_table(
        "door",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("building", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("is_online", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door")),
        sa.UniqueConstraint("name", name=op.f("uq_door_name")),
    )
    op.create_table(
        "door_opening",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("door_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["door_id"], ["door.id"], name=op.f("fk_door_opening_door_id_door")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_door_opening_room_id_room")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_door_opening_identity_id_identity")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_door_opening")),
        sa.UniqueConstraint("no", name=op.f("uq_door_opening_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_door_opening_turn_id")),
    )
    op.create_index("ix_door_opening_door_id", "door_opening", ["door_id"])
    op.create_index("ix_door_opening_room_id", "door_opening", ["room_id"])
    op.create_index("ix_door_opening_identity_id_at", "door_opening", ["identity_id", "at"])
