"""DuerOS's JSON: a request of the skill platform, and the answer to it.

Source: https://dueros.baidu.com/didp/doc/dueros-bot-platform/dbp-custom/request_markdown and
.../response_markdown ; github.com/dueros/bot-sdk
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from connectors.skills.errors import Unreadable
from connectors.skills.exchange import Asked, Kind, Spoken, request_key, sender_of
from connectors.skills.fields import id_at, read_object, seconds_at, text_at

CHANNEL = "dueros"
VERSION = "2.0"
MAX_BYTES = 24 * 1024
"Of an answer"
MOST_EXPECTED, EXPECTED_MAX_CHARACTERS = 20, 40
"Answers that are named to the platform's recogniser, and how long one of them may be"
REFUSAL: dict[str, Any] = {"status": 1, "msg": "非法请求"}  # as the platform's own kits write it
_KINDS = {
    "LaunchRequest": Kind.ENTER, "IntentRequest": Kind.SAID, "SessionEndedRequest": Kind.LEFT,
}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What of a request matters here."""

    application_id: str
    user_id: str = field(repr=False)
    device_id: str = field(repr=False)
    request_id: str
    timestamp_s: float | None
    kind: Kind | None
    "None for an event that nobody waits to have answered"
    words: str = field(repr=False)


def read(sent: bytes) -> Request:
    """Raises Unreadable."""
    body = read_object(sent)
    kind = _KINDS.get(text_at(body, "request.type"))
    words = text_at(body, "request.query.original") or text_at(body, "request.query.rewritten")
    if kind is Kind.SAID and not words.strip():
        kind = Kind.SILENT
    return Request(
        id_at(body, "context.System.application.applicationId"),
        id_at(body, "context.System.user.userId"),
        id_at(body, "context.System.device.deviceId"),
        id_at(body, "request.requestId"),
        seconds_at(body, "request.timestamp"),
        kind,
        words,
    )


def asked(request: Request) -> Asked | None:
    """None for an event. Raises Unreadable for a request of nobody."""
    if request.kind is None:
        return None
    if not (request.user_id or request.device_id) or not request.request_id:
        raise Unreadable("nobody asks")
    sender = sender_of(CHANNEL, request.user_id, request.device_id)
    key = request_key(sender, request.request_id, request.kind, request.words)
    return Asked(sender, key, request.kind, request.words)


def answer(spoken: Spoken) -> dict[str, Any]:
    """The answer; the choices are named to the recogniser, which then hears them better."""
    response: dict[str, Any] = {
        "shouldEndSession": spoken.leaves, "expectSpeech": spoken.mic and not spoken.leaves,
    }  # fmt: skip
    if spoken.text:
        response["outputSpeech"] = _plain(spoken.text)
    if response["expectSpeech"] and spoken.reprompt:
        response["reprompt"] = {"outputSpeech": _plain(spoken.reprompt)}
    expected = [
        {"type": "PlainText", "text": label}
        for label in spoken.choices[:MOST_EXPECTED]
        if len(label) <= EXPECTED_MAX_CHARACTERS
    ]
    return {
        "version": VERSION,
        "context": {"expectResponse": expected} if expected else {},
        "session": {"attributes": {}},
        "response": response,
    }


def _plain(text: str) -> dict[str, str]:
    return {"type": "PlainText", "text": text}
