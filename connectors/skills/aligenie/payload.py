"""AliGenie's JSON: a request of the custom-skill platform, and the answer to it in its third form.

Source: https://www.aligenie.com/doc/357834/cxgzl6 and .../dxzpdh
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from connectors.skills.answers import yes_first
from connectors.skills.commands import opens
from connectors.skills.errors import Unreadable
from connectors.skills.exchange import Asked, Kind, Spoken, request_key, sender_of
from connectors.skills.fields import at, flag_at, id_at, read_object, text_at

CHANNEL = "aligenie"
REFUSAL: dict[str, Any] = {"returnCode": "-1", "returnValue": None}
_SPEAKER, _CONTROL = "AliGenie.Speaker", "AliGenie.System.Control"
_CONSENTS = {"CONFIRMED": True, "DENIED": False}
_CONSOLE = "console"


@dataclass(frozen=True)
class Request:
    """What of a request matters here."""

    skill_id: str
    user_id: str = field(repr=False)
    device_id: str = field(repr=False)
    request_id: str
    kind: Kind
    words: str = field(repr=False)
    consents: bool | None
    intent_id: int | None
    parameter: str
    "Name of a parameter of the intent, when one was filled"


def read(sent: bytes) -> Request:
    """Raises Unreadable. The console's own test has no user and no device."""
    body = read_object(sent)
    words = text_at(body, "utterance")
    session = id_at(body, "skillSession.skillSessionId") or id_at(body, "sessionId")
    user, device = id_at(body, "requestData.userOpenId"), id_at(body, "requestData.deviceOpenId")
    if not (user or device):
        user, device = _CONSOLE, session
    intent = at(body, "intentId")
    return Request(
        id_at(body, "skillId"),
        user,
        device,
        id_at(body, "requestId") or hashlib.sha256(sent).hexdigest(),
        _kind(words, text_at(body, "skillName"), flag_at(body, "skillSession.newSession")),
        words,
        _CONSENTS.get(text_at(body, "confirmStatus")),
        intent if isinstance(intent, int) and not isinstance(intent, bool) else None,
        _parameter(at(body, "slotEntities")),
    )


def asked(request: Request) -> Asked:
    """Raises Unreadable for a request of nobody."""
    if request.user_id == _CONSOLE and not request.device_id:
        raise Unreadable("nobody asks")
    sender = sender_of(CHANNEL, request.user_id, request.device_id)
    key = request_key(sender, request.request_id, request.kind, request.words)
    return Asked(sender, key, request.kind, request.words, request.consents)


def answer(request: Request | None, spoken: Spoken, *, parameter: str) -> dict[str, Any]:
    """The answer; `parameter` is one of the intent's that takes any words, or empty.

    The microphone is opened by a command, which the platform heeds before the kind of the result.
    """
    opens_mic = spoken.mic and not spoken.leaves
    value: dict[str, Any] = {
        "reply": spoken.text,
        "resultType": "RESULT",
        "properties": {},
        "actions": [],
        "executeCode": "SUCCESS",
        "gwCommands": [_speak(spoken.text, opens_mic)] if spoken.text else [],
    }
    if opens_mic:
        value |= _question(request, spoken, parameter)
    if spoken.leaves:
        value["gwCommands"].append(_command(_CONTROL, "Exit", {}))
    return {
        "returnCode": "0", "returnErrorSolution": "", "returnMessage": "", "returnValue": value,
    }  # fmt: skip


def _question(request: Request | None, spoken: Spoken, parameter: str) -> dict[str, Any]:
    """The kind of a result that asks: a yes or no, or the words of a parameter."""
    if yes_first(spoken.choices) is not None:
        return {
            "resultType": "CONFIRM",
            "confirmParaInfo": {"confirmParameterName": "confirm", "denyParameterName": "deny"},
        }
    name = parameter or (request.parameter if request else "")
    if request is None or request.intent_id is None or not name:
        return {}
    asked_for = [{"parameterName": name, "intentId": request.intent_id}]
    return {"resultType": "ASK_INF", "askedInfos": asked_for}


def _speak(text: str, expects: bool) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "text", "text": text, "expectSpeech": expects}
    if expects:
        said |= {"needLight": True, "needVoice": True, "wakeupType": "continuity"}
    return _command(_SPEAKER, "Speak", said)


def _command(domain: str, name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {"commandDomain": domain, "commandName": name, "payload": payload}


def _kind(words: str, skill_name: str, is_new: bool) -> Kind:
    if opens(words, skill_name) or (is_new and not words.strip()):
        return Kind.ENTER
    return Kind.SAID if words.strip() else Kind.SILENT


def _parameter(slots: Any) -> str:
    """The name of the first parameter among the slots."""
    for slot in slots if isinstance(slots, list) else ():
        if isinstance(slot, dict) and isinstance(slot.get("intentParameterName"), str):
            return str(slot["intentParameterName"])[:64]
    return ""
