"""The hand-over summary: why a person is needed and what is known, each fact with its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.labels import label
from conversation.messages import Message
from conversation.queue import Case
from desk.words import group


@dataclass(frozen=True)
class Fact:
    """Something that was said. `seq`: the message that says so; None when none could be found."""

    name: str
    value: str
    seq: int | None


@dataclass(frozen=True)
class Cause:
    """Why a person was called, each time again."""

    reason: str
    at: datetime
    seq: int | None


@dataclass(frozen=True)
class Summary:
    """What a clerk should grasp in fifteen seconds."""

    reason: str
    words: str
    seq: int | None
    intent: str | None
    kind: str | None
    "Of an emergency: fire, fall …, in words"
    place: str | None
    facts: tuple[Fact, ...]
    remarks: tuple[Fact, ...]
    "What was added later, such as 居民说是误报"
    causes: tuple[Cause, ...]


def reason_words(code: str) -> str:
    """`failed:engine_timeout` and `failed` read alike."""
    return label("reason", code.partition(":")[0])


def read(case: Case, messages: Sequence[Message]) -> Summary:
    """The case's summary in words, its slots tied to the messages that hold them."""
    told = case.summary
    intent, kind = told.get("intent"), told.get("kind")
    return Summary(
        reason_words(case.reason),
        str(told.get("words") or ""),
        told.get("seq"),
        label("intent", intent) if intent else None,
        label("emergency", kind) if kind else None,
        told.get("place"),
        tuple(_slots(told.get("slots"), messages)),
        tuple(
            Fact("", group("facts").get(one["fact"], one["fact"]), one.get("seq"))
            for one in told.get("facts", [])
        ),
        tuple(
            Cause(reason_words(one["reason"]), datetime.fromisoformat(one["at"]), one.get("seq"))
            for one in told.get("causes", [])
        ),
    )


def _slots(slots: Any, messages: Sequence[Message]) -> list[Fact]:
    """Slots come as `{name: value}` or as `[{name, value, seq}]`."""
    if isinstance(slots, dict):
        slots = [{"name": name, "value": value} for name, value in slots.items()]
    return [
        Fact(
            str(slot["name"]),
            str(slot["value"]),
            slot.get("seq") or _where_said(str(slot["value"]), messages),
        )
        for slot in slots or []
        if slot.get("value") not in (None, "")
    ]


def _where_said(value: str, messages: Sequence[Message]) -> int | None:
    """The newest message of the resident that has the value in it."""
    return next(
        (
            message.seq
            for message in reversed(messages)
            if message.sender == "resident" and value in message.text
        ),
        None,
    )
