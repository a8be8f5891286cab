"""Judging an answer: every field must be known, of its kind, and say something."""

from __future__ import annotations

import json
from typing import Any


class BadAnswer(Exception):
    """The maker would not have spoken this answer; the message says what is wrong."""


def read(status: int, content_type: str, body: bytes, *, max_bytes: int) -> dict[str, Any]:
    """The object of an answer. Raises BadAnswer."""
    if status != 200:
        raise BadAnswer(f"status {status}")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise BadAnswer(f"content type {content_type}")
    if len(body) > max_bytes:
        raise BadAnswer(f"{len(body)} bytes")
    try:
        found = json.loads(body)
    except ValueError:
        raise BadAnswer("not JSON") from None
    return obj(found, "answer")


def obj(found: Any, name: str) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadAnswer(f"{name} is no object")
    return found


def listed(found: Any, name: str) -> list[Any]:
    if not isinstance(found, list):
        raise BadAnswer(f"{name} is no list")
    return found


def text(fields: dict[str, Any], name: str) -> str:
    found = fields.get(name)
    if not isinstance(found, str) or not found.strip():
        raise BadAnswer(f"{name} says nothing")
    return found


def flag(fields: dict[str, Any], name: str) -> bool:
    found = fields.get(name)
    if not isinstance(found, bool):
        raise BadAnswer(f"{name} is neither true nor false")
    return found


def one_of(fields: dict[str, Any], name: str, *allowed: object) -> Any:
    found = fields.get(name)
    if found not in allowed or isinstance(found, bool) != any(isinstance(a, bool) for a in allowed):
        raise BadAnswer(f"{name} is {found!r}")
    return found


def only(fields: dict[str, Any], name: str, needed: set[str], allowed: set[str]) -> None:
    """All of `needed`, nothing but these and `allowed`, and no null: unused keys are left out."""
    if missing := needed - fields.keys():
        raise BadAnswer(f"{name} lacks {sorted(missing)}")
    if unknown := fields.keys() - needed - allowed:
        raise BadAnswer(f"{name} has {sorted(unknown)}")
    if empty := [key for key, value in fields.items() if value is None]:
        raise BadAnswer(f"{name} has nulls: {empty}")
