"""Turns at a counter or with a nurse, and matters handed in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bookable",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("at_home", sa.Boolean(), nullable=False),
        sa.Column("bring", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("hours", sa.JSON(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookable")),
        sa.UniqueConstraint("name", name=op.f("uq_bookable_name")),
    )
    op.create_table(
        "seat_slot",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("bookable_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["bookable_id"], ["bookable.id"], name=op.f("fk_seat_slot_bookable_id_bookable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat_slot")),
        sa.UniqueConstraint(
            "bookable_id", "starts_at", name=op.f("uq_seat_slot_bookable_id_starts_at")
        ),
    )
    op.create_index(op.f("ix_seat_slot_starts_at"), "seat_slot", ["starts_at"], unique=False)
    op.create_table(
        "appointment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("person_key", sa.String(length=80), nullable=False),
        sa.Column("item", sa.String(length=32), nullable=False),
        sa.Column("queue_no", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_appointment_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_appointment_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_appointment_room_id_room")),
        sa.ForeignKeyConstraint(
            ["slot_id"], ["seat_slot.id"], name=op.f("fk_appointment_slot_id_seat_slot")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("no", name=op.f("uq_appointment_no")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_appointment_turn_id")),
    )
    op.create_index(op.f("ix_appointment_person_key"), "appointment", ["person_key"], unique=False)
    op.create_index(op.f("ix_appointment_room_id"), "appointment", ["room_id"], unique=False)
    op.create_index(op.f("ix_appointment_slot_id"), "appointment", ["slot_id"], unique=False)
    op.create_table(
        "appointment_event",
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"],
            ["appointment.id"],
            name=op.f("fk_appointment_event_appointment_id_appointment"),
        ),
        sa.PrimaryKeyConstraint("appointment_id", "seq", name=op.f("pk_appointment_event")),
        sa.UniqueConstraint(
            "appointment_id",
            "kind",
            "turn_id",
            name=op.f("uq_appointment_event_appointment_id_kind_turn_id"),
        ),
    )
    op.create_table(
        "gov_case",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("person", sa.String(length=32), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("updated_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_gov_case_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_gov_case_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gov_case")),
        sa.UniqueConstraint("no", name=op.f("uq_gov_case_no")),
    )
    op.create_index(op.f("ix_gov_case_room_id"), "gov_case", ["room_id"], unique=False)
    op.create_table(
        "gov_case_step",
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["gov_case.id"], name=op.f("fk_gov_case_step_case_id_gov_case")
        ),
        sa.PrimaryKeyConstraint("case_id", "seq", name=op.f("pk_gov_case_step")),
    )
