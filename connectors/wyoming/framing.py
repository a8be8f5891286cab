"""Framing: one event is a line of JSON, then data as JSON, then a payload, each as long as it says.

    {"type": "audio-chunk", "version": "1.10.2", "data_length": 61, "payload_length": 4}\\n<data><payload>

Lengths are bytes. `data` may stand in the line instead, or as well: the block wins.
Source: https://github.com/OHF-Voice/wyoming, README.md "Format" and wyoming/event.py
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from community.errors import BadInput, TooLarge

VERSION = "1.10.2"
"The release of the official package whose bytes these are"
LINE_MAX_BYTES = 64 * 1024
DATA_MAX_BYTES = 1024 * 1024
PAYLOAD_MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Event:
    """What one side says to the other."""

    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    payload: bytes = b""


def encode(event: Event) -> bytes:
    """The bytes of an event, as the official package writes it."""
    line: dict[str, Any] = {"type": event.type, "version": VERSION}
    data = _json(event.data) if event.data else b""
    if data:
        line["data_length"] = len(data)
    if event.payload:
        line["payload_length"] = len(event.payload)
    return b"".join((_json(line), b"\n", data, event.payload))


async def read(reader: asyncio.StreamReader) -> Event | None:
    """The next event; None when the other side has gone after a whole one.

    `reader` was made with LINE_MAX_BYTES as its limit. Raises BadInput for what is no event or is
    cut short, TooLarge for one that is larger than any.
    """
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.LimitOverrunError as error:
        raise TooLarge("a line without end") from error
    except asyncio.IncompleteReadError as error:
        if not error.partial:
            return None
        raise BadInput("an event that is cut short") from error
    head = _object(line)
    kind = head.get("type")
    if not isinstance(kind, str) or not kind:
        raise BadInput("an event without a type")
    inline = head.get("data")
    if inline is not None and not isinstance(inline, dict):
        raise BadInput("data that is no object")
    block = await _exactly(reader, _length(head, "data_length", DATA_MAX_BYTES))
    payload = await _exactly(reader, _length(head, "payload_length", PAYLOAD_MAX_BYTES))
    return Event(kind, {**(inline or {}), **(_object(block) if block else {})}, payload)


def _length(head: Mapping[str, Any], name: str, largest: int) -> int:
    length = head.get(name)
    if length is None:
        return 0
    if not isinstance(length, int) or isinstance(length, bool) or length < 0:
        raise BadInput(f"no {name}")
    if length > largest:
        raise TooLarge(name)
    return length


async def _exactly(reader: asyncio.StreamReader, count: int) -> bytes:
    try:
        return await reader.readexactly(count)
    except asyncio.IncompleteReadError as error:
        raise BadInput("an event that is cut short") from error


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadInput("not JSON") from error
    if not isinstance(found, dict):
        raise BadInput("not an object")
    return found


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
