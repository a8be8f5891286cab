"""Care at home: guardians, medicines and doses, check-ins and absences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkin",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.Column("case_no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_checkin_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkin")),
        sa.UniqueConstraint("resident_id", "day", name=op.f("uq_checkin_resident_id_day")),
    )
    op.create_index("ix_checkin_day_state", "checkin", ["day", "state"], unique=False)
    op.create_table(
        "checkin_plan",
        sa.Column("resident_id", sa.String(length=32), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("consented_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_checkin_plan_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_checkin_plan")),
    )
    op.create_table(
        "guardianship",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("elder_id", sa.String(length=32), nullable=False),
        sa.Column("guardian_id", sa.String(length=32), nullable=False),
        sa.Column("kin", sa.String(length=16), nullable=False),
        sa.Column("rights", sa.JSON(), nullable=False),
        sa.Column("whole_home", sa.Boolean(), nullable=False),
        sa.Column("consented_by", sa.String(length=64), nullable=False),
        sa.Column("consented_at", Moment(timezone=True), nullable=False),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["elder_id"], ["resident.id"], name=op.f("fk_guardianship_elder_id_resident")
        ),
        sa.ForeignKeyConstraint(
            ["guardian_id"], ["resident.id"], name=op.f("fk_guardianship_guardian_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardianship")),
        sa.UniqueConstraint(
            "elder_id", "guardian_id", name=op.f("uq_guardianship_elder_id_guardian_id")
        ),
    )
    op.create_index(
        op.f("ix_guardianship_guardian_id"), "guardianship", ["guardian_id"], unique=False
    )
    op.create_table(
        "absence",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("identity_id", sa.String(length=32), nullable=False),
        sa.Column("room_id", sa.String(length=32), nullable=False),
        sa.Column("starts_at", Moment(timezone=True), nullable=False),
        sa.Column("ends_at", Moment(timezone=True), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_absence_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_absence_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_absence_room_id_room")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_absence_turn_id")),
    )
    op.create_index(op.f("ix_absence_identity_id"), "absence", ["identity_id"], unique=False)
    op.create_index(op.f("ix_absence_resident_id"), "absence", ["resident_id"], unique=False)
    op.create_index(op.f("ix_absence_room_id"), "absence", ["room_id"], unique=False)
    op.create_table(
        "medication_plan",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resident_id", sa.String(length=32), nullable=True),
        sa.Column("identity_id", sa.String(length=32), nullable=True),
        sa.Column("kin", sa.String(length=16), nullable=True),
        sa.Column("drug", sa.String(length=64), nullable=False),
        sa.Column("dose", sa.String(length=32), nullable=True),
        sa.Column("regimen", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["identity_id"], ["identity.id"], name=op.f("fk_medication_plan_identity_id_identity")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_medication_plan_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication_plan")),
        sa.UniqueConstraint("no", "version", name=op.f("uq_medication_plan_no_version")),
        sa.UniqueConstraint("turn_id", name=op.f("uq_medication_plan_turn_id")),
    )
    op.create_index(
        op.f("ix_medication_plan_identity_id"), "medication_plan", ["identity_id"], unique=False
    )
    op.create_index(op.f("ix_medication_plan_no"), "medication_plan", ["no"], unique=False)
    op.create_index(
        op.f("ix_medication_plan_resident_id"), "medication_plan", ["resident_id"], unique=False
    )
    op.create_table(
        "dose",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("plan_id", sa.String(length=32), nullable=False),
        sa.Column("due_at", Moment(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reminded_at", Moment(timezone=True), nullable=True),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("snoozes", sa.Integer(), nullable=False),
        sa.Column("answered_at", Moment(timezone=True), nullable=True),
        sa.Column("answered_by", sa.String(length=32), nullable=True),
        sa.Column("turn_id", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["identity.id"], name=op.f("fk_dose_answered_by_identity")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["medication_plan.id"], name=op.f("fk_dose_plan_id_medication_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose")),
        sa.UniqueConstraint("plan_id", "due_at", name=op.f("uq_dose_plan_id_due_at")),
    )
    op.create_index(op.f("ix_dose_due_at"), "dose", ["due_at"], unique=False)
    op.create_index(op.f("ix_dose_state"), "dose", ["state"], unique=False)
    op.create_index(op.f("ix_dose_turn_id"), "dose", ["turn_id"], unique=False)
