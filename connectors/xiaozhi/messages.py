"""Messages: what the device and the gateway say to each other in JSON, by its `type`.

Source: https://github.com/78/xiaozhi-esp32, docs/websocket.md section 4 and main/application.cc
"""

from __future__ import annotations

import enum
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from community.errors import BadInput
from connectors.base import TEXT_MAX_CHARACTERS, storable
from connectors.middlewares import to_json
from connectors.xiaozhi.frames import VERSIONS
from voice.door import FRAME_MS


class Mode(enum.Enum):
    """Who says when the resident has finished."""

    AUTO = "auto"
    "We do; the device is deaf while it speaks"
    MANUAL = "manual"
    "A button, which is held"
    REALTIME = "realtime"
    "We do; the device hears while it speaks, and cancels the echo of itself"


@dataclass(frozen=True)
class Hello:
    """What a device says first."""

    version: int
    "How it wraps sound"
    mcp: bool
    "Whether it has tools"
    aec: bool
    "Whether it counts on us to take its own voice out of what it hears"


@dataclass(frozen=True)
class Listen:
    """The device hears from now on."""

    mode: Mode


@dataclass(frozen=True)
class Stop:
    """The button was let go."""


@dataclass(frozen=True)
class Detect:
    """The wake word, or words that were typed."""

    text: str


@dataclass(frozen=True)
class Abort:
    """What is being said is to stop."""


@dataclass(frozen=True)
class Mcp:
    """JSON-RPC of the tools."""

    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Ping:
    """Whether somebody is there."""


@dataclass(frozen=True)
class Goodbye:
    """The device hangs up."""


Message = Hello | Listen | Stop | Detect | Abort | Mcp | Ping | Goodbye


def read(frame: str) -> Message | None:
    """One text frame; None for all that is to be passed over: what is no JSON, what has no type
    or one that nobody knows, and the old `iot`.

    Raises BadInput for a `hello` that asks for what there is not.
    """
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    match body.get("type"):
        case "hello":
            return _hello(body)
        case "listen":
            return _listen(body)
        case "abort":
            return Abort()
        case "mcp" if isinstance(body.get("payload"), dict):
            return Mcp(body["payload"])
        case "ping":
            return Ping()
        case "goodbye":
            return Goodbye()
        case _:
            return None


def _hello(body: Mapping[str, Any]) -> Hello:
    version = body.get("version", 1)
    if version not in VERSIONS or isinstance(version, bool):
        raise BadInput("no such version")
    if body.get("transport", "websocket") != "websocket":
        raise BadInput("no such transport")
    sound = body.get("audio_params", {})
    if not isinstance(sound, dict) or sound.get("format", "opus") != "opus":
        raise BadInput("no such format of sound")
    if sound.get("channels", 1) != 1:
        raise BadInput("more than one channel")
    features = body.get("features", {})
    has = features if isinstance(features, dict) else {}
    return Hello(int(version), has.get("mcp") is True, has.get("aec") is True)


def _listen(body: Mapping[str, Any]) -> Listen | Stop | Detect | None:
    match body.get("state"):
        case "start":
            known = {mode.value: mode for mode in Mode}
            mode = body.get("mode")
            return Listen(known.get(mode, Mode.AUTO) if isinstance(mode, str) else Mode.AUTO)
        case "stop":
            return Stop()
        case "detect" if isinstance(body.get("text", ""), str):
            return Detect(storable(body.get("text", ""))[:TEXT_MAX_CHARACTERS].strip())
        case _:
            return None


def hello(session_id: str, rate_hz: int) -> str:
    """Our answer; `audio_params` is what we send. Without `transport` the firmware crashes."""
    return to_json(
        {
            "type": "hello",
            "transport": "websocket",
            "session_id": session_id,
            "audio_params": {
                "format": "opus", "sample_rate": rate_hz, "channels": 1, "frame_duration": FRAME_MS,
            },
        }
    )  # fmt: skip


def stt(session_id: str, text: str) -> str:
    """What was heard, for the screen."""
    return to_json({"session_id": session_id, "type": "stt", "text": text})


def llm(session_id: str, emotion: str, text: str) -> str:
    """The face on the screen, and the sign of it."""
    return to_json({"session_id": session_id, "type": "llm", "emotion": emotion, "text": text})


def tts(session_id: str, state: str, text: str | None = None) -> str:
    """`start`, `sentence_start` with its words, or `stop`."""
    words = {} if text is None else {"text": text}
    return to_json({"session_id": session_id, "type": "tts", "state": state, **words})


def mcp(session_id: str, payload: Mapping[str, Any]) -> str:
    return to_json({"session_id": session_id, "type": "mcp", "payload": payload})


def alert(session_id: str, status: str, message: str, emotion: str) -> str:
    """Words on the screen with a signal; the firmware passes over one that lacks a field."""
    return to_json(
        {
            "session_id": session_id, "type": "alert", "status": status, "message": message,
            "emotion": emotion,
        }
    )  # fmt: skip


def pong(session_id: str) -> str:
    return to_json({"session_id": session_id, "type": "pong"})
