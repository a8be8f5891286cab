"""A member of staff, and which roles may open which part of the desk."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What somebody is at the desk; `community/labels.yml` has the words."""

    CLERK = "clerk"
    DUTY = "duty"
    GRID = "grid"
    REPAIRER = "repairer"
    ADMIN = "admin"


EVERYBODY = frozenset(Role)
CASE_WORKERS = EVERYBODY - {Role.REPAIRER}
"Roles that see the queue, conversations and complaints; a repairer sees only orders of his own"

CARE = frozenset({Role.DUTY, Role.GRID, Role.ADMIN})
"Roles that may see who is cared for (community.md 2.4)"


@dataclass(frozen=True)
class Staff:
    """Who is signed in."""

    id: str
    name: str
    role: Role
    on_duty: bool

    @property
    def works_cases(self) -> bool:
        return self.role in CASE_WORKERS

    @property
    def sees_care(self) -> bool:
        return self.role in CARE
