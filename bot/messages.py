"""What the engine answered, before it is stored: words, and acts that only the gateway may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conversation.messages import Draft

REASON_MAX_CHARACTERS = 32


@dataclass(frozen=True)
class Handoff:
    """The engine wants a person to take over."""

    reason: str
    "Why: asked, misunderstood, failed, rule …"
    slots: dict[str, str] = field(default_factory=dict)
    "What the dialogue knows already, by the name staff read"
    words: str = ""
    "What was said that this is about"


@dataclass(frozen=True)
class Alarm:
    """The engine's own intent says that life or home is in danger."""

    kind: str | None = None
    place: str | None = None


@dataclass(frozen=True)
class Reply:
    """The engine's answer to one turn."""

    drafts: tuple[Draft, ...]
    intent: str | None = None
    confidence: float | None = None
    asked: bool = False
    "True when the bot ended with a question"
    handoff: Handoff | None = None
    alarm: Alarm | None = None


def read_act(custom: dict[str, Any]) -> Handoff | Alarm | None:
    """The act in an action's `custom` payload `{"act": {"name": …}}`; None when there is none."""
    act = custom.get("act")
    if not isinstance(act, dict):
        return None
    if act.get("name") == "handoff":
        slots = act.get("slots")
        return Handoff(
            str(act.get("reason", "asked"))[:REASON_MAX_CHARACTERS],
            {str(k): str(v) for k, v in slots.items()} if isinstance(slots, dict) else {},
            str(act.get("words", "")),
        )
    if act.get("name") == "alarm":
        kind, place = act.get("kind"), act.get("place")
        return Alarm(str(kind) if kind else None, str(place) if place else None)
    return None
