"""XiaoAI's JSON: a request of the open skill platform, and the answer to it.

Source: github.com/MagicBowen/aixbot lib/request.js and lib/response.js
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.skills.errors import Unreadable
from connectors.skills.exchange import Asked, Kind, Spoken, request_key, sender_of
from connectors.skills.fields import flag_at, id_at, read_object, text_at
from connectors.skills.words import words

CHANNEL = "xiaoai"
VERSION = "1.0"
REFUSAL: dict[str, Any] = {"version": VERSION, "is_session_end": True}
_KINDS = {"0": Kind.ENTER, "1": Kind.SAID, "2": Kind.LEFT}
_PLAIN_TEXT = 0


@dataclass(frozen=True)
class Request:
    """What of a request matters here."""

    app_id: str
    user_id: str = field(repr=False)
    device_id: str = field(repr=False)
    request_id: str
    kind: Kind | None
    "None for an event that nobody waits to have answered"
    words: str = field(repr=False)
    is_probe: bool


def read(sent: bytes) -> Request:
    """Raises Unreadable."""
    body = read_object(sent)
    kind = _KINDS.get(text_at(body, "request.type"))
    words = text_at(body, "query") or text_at(body, "request.intent.query")
    if kind is Kind.SAID and text_at(body, "request.event_type"):
        kind = None
    elif kind is Kind.SAID and (flag_at(body, "request.no_response") or not words.strip()):
        kind = Kind.SILENT
    return Request(
        id_at(body, "session.application.app_id"),
        id_at(body, "session.user.user_id"),
        id_at(body, "context.device_id"),
        id_at(body, "request.request_id"),
        kind,
        "" if kind is Kind.SILENT else words,
        flag_at(body, "request.is_monitor"),
    )


def asked(request: Request) -> Asked | None:
    """None for an event. Raises Unreadable for a request of nobody."""
    if request.kind is None and not request.is_probe:
        return None
    if not request.is_probe and not (request.user_id or request.device_id):
        raise Unreadable("nobody asks")
    if not request.is_probe and not request.request_id:
        raise Unreadable("no request id")
    sender = sender_of(CHANNEL, request.user_id, request.device_id)
    kind = request.kind or Kind.ENTER
    key = request_key(sender, request.request_id, kind, request.words)
    return Asked(sender, key, kind, request.words, is_probe=request.is_probe)


def answer(spoken: Spoken) -> dict[str, Any]:
    """The answer: the session goes on while the microphone is open, and ends when it is not.

    An answer without anything to say would end the session in an error.
    """
    opens = spoken.mic and not spoken.leaves
    return {
        "version": VERSION,
        "session_attributes": {},
        "is_session_end": not opens,
        "response": {
            "to_speak": {"type": _PLAIN_TEXT, "text": spoken.text or words("hushed")},
            "open_mic": opens,
            "not_understand": False,
        },
    }
