"""Opaque identifiers: random, unguessable, and saying only what kind of thing they name."""

from __future__ import annotations

import secrets


def new_id(kind: str) -> str:
    """A fresh id such as `turn_3f9c…`: 80 random bits behind the name of its kind."""
    return f"{kind}_{secrets.token_hex(10)}"
