"""OTA: what a speaker asks when it starts, and what it is told: the time, where to talk, and how
to become somebody's.

It reads the answer only with status 200. `firmware` says the version that it has: we send no
firmware. Without `activation` it goes on; with it, it shows the message, says the digits and asks
`…/activate` every 3 s: 202 is "not yet", 200 "now", all else makes it wait for 10 s.
Source: https://github.com/78/xiaozhi-esp32, main/ota.cc and main/application.cc `CheckNewVersion`
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from community.config import Secret
from community.times import local
from connectors.xiaozhi.devices import Activation
from connectors.xiaozhi.words import words

ASK_AGAIN_MS = 30_000
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){0,3}")
_NO_VERSION = "0"
"Never newer than what a speaker has; one that is no number would crash it"


def version_of(body: bytes) -> str:
    """The firmware's version in the report of a speaker; "0" when there is none to echo."""
    application = _object(body).get("application")
    version = application.get("version") if isinstance(application, dict) else None
    if isinstance(version, str) and _VERSION.fullmatch(version):
        return version
    return _NO_VERSION


def challenge_of(body: bytes) -> str | None:
    """The challenge that is given back; a speaker without serial number has none."""
    challenge = _object(body).get("challenge")
    return challenge if isinstance(challenge, str) else None


def answer(
    now: datetime, version: str, url: str, *, token: Secret | None, activation: Activation | None
) -> dict[str, Any]:
    """The whole answer. Without a token the one that the speaker keeps is wiped."""
    offset = local(now).utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    told: dict[str, Any] = {
        "server_time": {
            "timestamp": int(now.timestamp() * 1000), "timezone_offset": minutes,
        },
        "firmware": {"version": version, "url": ""},
        "websocket": {"url": url, "token": token.reveal() if token else ""},
    }  # fmt: skip
    if activation is not None:
        told["activation"] = {
            "code": activation.code,
            "message": words("activate", code=activation.code),
            "challenge": activation.challenge,
            "timeout_ms": ASK_AGAIN_MS,
        }
    return told


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
