"""What staff see of a person before they ask for more: enough to tell two apart, no more."""

from __future__ import annotations

from language.phones import mask_phone

HIDDEN = "••••••"


def mask_name(name: str | None) -> str:
    """`王**` for 王建国; empty for nobody."""
    if not name:
        return ""
    return name[0] + "*" * max(1, len(name) - 1)


def mask_number(phone: str | None) -> str:
    """`138****8000`; empty for none."""
    return mask_phone(phone) if phone else ""
