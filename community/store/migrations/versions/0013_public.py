"""What all share: facilities, the grid and its workers, matters of all, and known incidents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from community.store.types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "facility",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("building", sa.Integer(), nullable=True),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("hours", sa.String(length=64), nullable=False),
        sa.Column("price", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("until", Moment(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("name", name=op.f("uq_facility_name")),
    )
    op.create_index(op.f("ix_facility_kind"), "facility", ["kind"], unique=False)
    op.create_table(
        "grid",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("worker_id", sa.String(length=32), nullable=False),
        sa.Column("substitute_id", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["staff.id"], name=op.f("fk_grid_substitute_id_staff")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["staff.id"], name=op.f("fk_grid_worker_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        sa.UniqueConstraint("name", name=op.f("uq_grid_name")),
    )
    op.create_index(op.f("ix_grid_substitute_id"), "grid", ["substitute_id"], unique=False)
    op.create_index(op.f("ix_grid_worker_id"), "grid", ["worker_id"], unique=False)
    op.create_table(
        "grid_worker",
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("hours", sa.String(length=64), nullable=False),
        sa.Column("away_until", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_grid_worker_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_grid_worker")),
    )
    op.create_table(
        "incident",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=24), nullable=False),
        sa.Column("facility_id", sa.String(length=32), nullable=True),
        sa.Column("building", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("expected_at", Moment(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(timezone=True), nullable=False),
        sa.Column("updated_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_incident_facility_id_facility")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("no", name=op.f("uq_incident_no")),
    )
    op.create_index(op.f("ix_incident_facility_id"), "incident", ["facility_id"], unique=False)
    op.create_index("ix_incident_topic_state", "incident", ["topic", "state"], unique=False)
    op.create_table(
        "grid_area",
        sa.Column("building", sa.Integer(), nullable=False),
        sa.Column("unit", sa.Integer(), nullable=False),
        sa.Column("grid_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_grid_area_grid_id_grid")),
        sa.PrimaryKeyConstraint("building", "unit", name=op.f("pk_grid_area")),
    )
    op.create_index(op.f("ix_grid_area_grid_id"), "grid_area", ["grid_id"], unique=False)
    op.create_table(
        "incident_voice",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("incident_id", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_incident_voice_incident_id_incident")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_incident_voice_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_incident_voice")),
    )
    op.create_index(
        op.f("ix_incident_voice_incident_id"), "incident_voice", ["incident_id"], unique=False
    )
    op.create_table(
        "matter",
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=24), nullable=False),
        sa.Column("facility_id", sa.String(length=32), nullable=True),
        sa.Column("grid_id", sa.String(length=32), nullable=True),
        sa.Column("outside_no", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["facility.id"], name=op.f("fk_matter_facility_id_facility")
        ),
        sa.ForeignKeyConstraint(["grid_id"], ["grid.id"], name=op.f("fk_matter_grid_id_grid")),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_matter_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_matter")),
    )
    op.create_index(op.f("ix_matter_facility_id"), "matter", ["facility_id"], unique=False)
    op.create_index(op.f("ix_matter_grid_id"), "matter", ["grid_id"], unique=False)
