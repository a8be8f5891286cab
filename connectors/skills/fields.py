"""Fields of a maker's JSON: what is missing, empty or of another kind reads as empty.

Makers write `[]` where an object is empty, numbers as texts and texts as JSON; nothing of that may
keep a resident from being heard.
"""

from __future__ import annotations

import json
import math
from typing import Any

from connectors.skills.errors import Unreadable

ID_MAX_CHARACTERS = 1024


def read_object(sent: bytes) -> dict[str, Any]:
    """The object of a body. Raises Unreadable."""
    try:
        found = json.loads(sent)
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(found, dict):
        raise Unreadable("not an object")
    return found


def at(fields: dict[str, Any], path: str) -> Any:
    """The value at a dotted path; None when a part of it is not there."""
    found: Any = fields
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def text_at(fields: dict[str, Any], path: str) -> str:
    """A text, or a whole number as one."""
    found = at(fields, path)
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return found if isinstance(found, str) else ""


def id_at(fields: dict[str, Any], path: str) -> str:
    """A text that names something. Raises Unreadable for a longer one than any maker's."""
    found = text_at(fields, path)
    if len(found) > ID_MAX_CHARACTERS:
        raise Unreadable(f"{path} is too long")
    return found


def flag_at(fields: dict[str, Any], path: str) -> bool:
    return at(fields, path) is True


def seconds_at(fields: dict[str, Any], path: str) -> float | None:
    """A time in seconds, written as a number or a text; None for anything else."""
    found = at(fields, path)
    if isinstance(found, bool) or not isinstance(found, int | float | str):
        return None
    try:
        seconds = float(found)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None
