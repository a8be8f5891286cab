"""The canteen with its meal cards, and activities with their lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("note", sa.String(length=120), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("series", "starts_at", name=op.f("uq_activity_series_starts_at")),
    )
    op.create_index("ix_activity_starts_at", "activity", ["starts_at"])
    op.create_table(
        "meal_menu",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("dishes", sa.JSON(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("sold", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_menu")),
        sa.UniqueConstraint("day", "meal", "code", name=op.f("uq_meal_menu_day_meal_code")),
    )
    op.create_table(
        "meal_week",
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("meal", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("dishes", sa.JSON(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("weekday", "meal", "code", name=op.f("pk_meal_week")),
    )
    op.create_table(
        "meal_class",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_meal_class_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_meal_class")),
    )
    op.create_table(
        "activity_signup",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("who", sa.String(length=32), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("open_key", sa.String(length=112), nullable=True),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id"], ["activity.id"], name=op.f("fk_activity_signup_activity_id_activity")
        ),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_activity_signup_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_activity_signup_room_id_room")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity_signup")),
        sa.UniqueConstraint("no", name=op.f("uq_activity_signup_no")),
        sa.UniqueConstraint("open_key", name=op.f("uq_activity_signup_open_key")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_activity_signup_turn_id")),
    )
    op.create_index(
        "ix_activity_signup_activity_id_state_no", "activity_signup", ["activity_id", "state", "no"]
    )
    op.create_index("ix_activity_signup_room_id", "activity_signup", ["room_id"])
    op.create_table(
        "meal_order",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("menu_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("portions", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("note", sa.String(length=64), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("subsidy_fen", sa.Integer(), nullable=False),
        sa.Column("delivery_fen", sa.Integer(), nullable=False),
        sa.Column("paid_by", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=72), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_meal_order_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["menu_id"], ["meal_menu.id"], name=op.f("fk_meal_order_menu_id_meal_menu")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_meal_order_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_order")),
        sa.UniqueConstraint("no", name=op.f("uq_meal_order_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_meal_order_turn_id")),
    )
    op.create_index("ix_meal_order_menu_id", "meal_order", ["menu_id"])
    op.create_index("ix_meal_order_room_id", "meal_order", ["room_id"])
    op.create_table(
        "meal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("source", sa.String(length=48), nullable=False),
        sa.Column("target", sa.String(length=48), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("fen > 0", name="ck_meal_entry_fen"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["meal_order.id"], name=op.f("fk_meal_entry_order_id_meal_order")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meal_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_meal_entry_key")),
    )
    op.create_index("ix_meal_entry_source_at", "meal_entry", ["source", "at"])
    op.create_index("ix_meal_entry_target_at", "meal_entry", ["target", "at"])
    op.create_table(
        "meal_grant",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meal", sa.String(length=8), nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("fen", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["meal_order.id"], name=op.f("fk_meal_grant_order_id_meal_order")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_meal_grant_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", "day", "meal", name=op.f("pk_meal_grant")),
    )
    op.create_index("ix_meal_grant_order_id", "meal_grant", ["order_id"])


def downgrade() -> None:
    op.drop_index("ix_meal_grant_order_id", table_name="meal_grant")
    op.drop_table("meal_grant")
    op.drop_index("ix_meal_entry_target_at", table_name="meal_entry")
    op.drop_index("ix_meal_entry_source_at", table_name="meal_entry")
    op.drop_table("meal_entry")
    op.drop_index("ix_meal_order_room_id", table_name="meal_order")
    op.drop_index("ix_meal_order_menu_id", table_name="meal_order")
    op.drop_table("meal_order")
    op.drop_index("ix_activity_signup_room_id", table_name="activity_signup")
    op.drop_index("ix_activity_signup_activity_id_state_no", table_name="activity_signup")
    op.drop_table("activity_signup")
    op.drop_table("meal_class")
    op.drop_table("meal_week")
    op.drop_table("meal_menu")
    op.drop_index("ix_activity_starts_at", table_name="activity")
    op.drop_table("activity")
