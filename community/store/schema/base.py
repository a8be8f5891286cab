"""The one metadata of all tables.

Nothing in it that PostgreSQL would refuse. A unique column that is NULL while it does not apply
(`queue_case.open_key`, `ticket.turn_id`) stands for a partial unique index, which both have.
"""

from __future__ import annotations

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
