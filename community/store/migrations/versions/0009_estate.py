"""What the estate arranges for homes: cars and parking, rooms to borrow, release slips, votes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "space",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Integer(), nullable=False),
        sa.Column("closes", sa.Integer(), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
        sa.UniqueConstraint("name", name=op.f("uq_space_name")),
    )
    op.create_table(
        "vote",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("arguments_for", sa.Text(), nullable=False),
        sa.Column("arguments_against", sa.Text(), nullable=False),
        sa.Column("opens_at", Moment(timezone=True), nullable=False),
        sa.Column("closes_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote")),
        sa.UniqueConstraint("title", name=op.f("uq_vote_title")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("vote_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("choice", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_ballot_room_id_room")),
        sa.ForeignKeyConstraint(["vote_id"], ["vote.id"], name=op.f("fk_ballot_vote_id_vote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("no", name=op.f("uq_ballot_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_ballot_turn_id")),
        sa.UniqueConstraint("vote_id", "room_id", name=op.f("uq_ballot_vote_id_room_id")),
    )
    op.create_table(
        "car",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=False),
        sa.Column("monthly_fen", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("entered_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_car_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_car")),
        sa.UniqueConstraint("plate", name=op.f("uq_car_plate")),
    )
    op.create_index(op.f("ix_car_room_id"), "car", ["room_id"], unique=False)
    op.create_table(
        "parking_request",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("old_plate", sa.String(length=16), nullable=True),
        sa.Column("space_code", sa.String(length=16), nullable=True),
        sa.Column("held_until", Moment(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_parking_request_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_parking_request_room_id_room")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_request")),
        sa.UniqueConstraint("no", name=op.f("uq_parking_request_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_parking_request_turn_id")),
    )
    op.create_index(
        "ix_parking_request_kind_state", "parking_request", ["kind", "state"], unique=False
    )
    op.create_index(
        op.f("ix_parking_request_room_id"), "parking_request", ["room_id"], unique=False
    )
    op.create_table(
        "release_slip",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("plate", sa.String(length=16), nullable=True),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_release_slip_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_release_slip_room_id_room")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_slip")),
        sa.UniqueConstraint("no", name=op.f("uq_release_slip_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_release_slip_turn_id")),
    )
    op.create_index(op.f("ix_release_slip_room_id"), "release_slip", ["room_id"], unique=False)
    op.create_index(op.f("ix_release_slip_starts_at"), "release_slip", ["starts_at"], unique=False)
    op.create_table(
        "space_booking",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("price_fen", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_space_booking_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_space_booking_room_id_room")
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_space_booking_space_id_space")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space_booking")),
        sa.UniqueConstraint("no", name=op.f("uq_space_booking_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_space_booking_turn_id")),
    )
    op.create_index(op.f("ix_space_booking_room_id"), "space_booking", ["room_id"], unique=False)
    op.create_index(
        op.f("ix_space_booking_starts_at"), "space_booking", ["starts_at"], unique=False
    )
    op.create_table(
        "parking_space",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=16), nullable=False),
        sa.Column("monthly_fen", sa.Integer(), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=True),
        sa.Column("rented_until", sa.Date(), nullable=True),
        sa.Column("held_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["held_by"],
            ["parking_request.id"],
            name=op.f("fk_parking_space_held_by_parking_request"),
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["room.id"], name=op.f("fk_parking_space_room_id_room")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parking_space")),
        sa.UniqueConstraint("code", name=op.f("uq_parking_space_code")),
        sa.UniqueConstraint("held_by", name=op.f("uq_parking_space_held_by")),
    )
    op.create_index(op.f("ix_parking_space_room_id"), "parking_space", ["room_id"], unique=False)
    op.create_table(
        "space_hour",
        sa.Column("space_id", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("booking_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"],
            ["space_booking.id"],
            name=op.f("fk_space_hour_booking_id_space_booking"),
        ),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.id"], name=op.f("fk_space_hour_space_id_space")
        ),
        sa.PrimaryKeyConstraint("space_id", "unit", "starts_at", name=op.f("pk_space_hour")),
    )
    op.create_index(op.f("ix_space_hour_booking_id"), "space_hour", ["booking_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_space_hour_booking_id"), table_name="space_hour")
    op.drop_table("space_hour")
    op.drop_index(op.f("ix_parking_space_room_id"), table_name="parking_space")
    op.drop_table("parking_space")
    op.drop_index(op.f("ix_space_booking_starts_at"), table_name="space_booking")
    op.drop_index(op.f("ix_space_booking_room_id"), table_name="space_booking")
    op.drop_table("space_booking")
    op.drop_index(op.f("ix_release_slip_starts_at"), table_name="release_slip")
    op.drop_index(op.f("ix_release_slip_room_id"), table_name="release_slip")
    op.drop_table("release_slip")
    op.drop_index(op.f("ix_parking_request_room_id"), table_name="parking_request")
    op.drop_index("ix_parking_request_kind_state", table_name="parking_request")
    op.drop_table("parking_request")
    op.drop_index(op.f("ix_car_room_id"), table_name="car")
    op.drop_table("car")
    op.drop_table("ballot")
    op.drop_table("vote")
    op.drop_table("space")
