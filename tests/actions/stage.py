"""A conversation as the engine would lead it, without the engine: trackers in, events and words out.

The intents and entities are given, not predicted. Slots, the active form and the events since the
last words are kept between the actions as Rasa keeps them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.base import ServiceAction
from actions.hearing import Hearing
from community.context import Context
from tests.community.village import Village

REQUESTED = "requested_slot"
KINDS = {"text", "buttons", "elements", "custom", "template", "response", "image", "attachment"}


def entity(kind: str, value: str, text: str = "") -> dict[str, Any]:
    """An entity as the engine reports it; with `text`, where it stands there."""
    found: dict[str, Any] = {"entity": kind, "value": value}
    if text:
        start = text.index(value)
        found |= {"start": start, "end": start + len(value)}
    return found


@dataclass
class Stage:
    """One conversation; `said` is what the last action uttered."""

    village: Village
    conversation_id: str
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None
    latest: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    _turns: int = 0

    @property
    def ctx(self) -> Context:
        return self.village.ctx

    def hear(
        self,
        text: str,
        intent: str = "nlu_fallback",
        *entities: dict[str, Any],
        confidence: float = 0.95,
        photo: str | None = None,
        turn_id: str | None = None,
    ) -> Hearing:
        """The resident's next words, as the engine understood them."""
        self._turns += 1
        metadata = {"turn_id": turn_id or f"turn_{self._turns}"}
        if photo:
            metadata["attachment_id"] = photo
        self.latest = {
            "text": text,
            "intent": {"name": intent, "confidence": confidence},
            "intent_ranking": [{"name": intent, "confidence": confidence}],
            "entities": list(entities),
            "message_id": f"m{self._turns}",
            "metadata": metadata,
        }
        understood = {"intent": self.latest["intent"]}
        self.events.append({"event": "user", "text": text, "parse_data": understood})
        return self.hearing()

    def hearing(self) -> Hearing:
        return Hearing(self.ctx, self.tracker(), CollectingDispatcher())

    def tracker(self) -> Tracker:
        names = (
            "offer", "unclear", "misses", "suspended", REQUESTED, *self.slots,
        )  # fmt: skip
        return Tracker.from_dict(
            {
                "sender_id": self.conversation_id,
                "slots": {name: self.slots.get(name) for name in names},
                "latest_message": self.latest,
                "events": self.events,
                "active_loop": {"name": self.loop} if self.loop else {},
            }
        )

    async def run(self, action: ServiceAction) -> list[dict[str, Any]]:
        """Run an action and apply its events; returns them."""
        dispatcher = CollectingDispatcher()
        events = await action.run(dispatcher, self.tracker(), {})
        self.messages = dispatcher.messages
        self.events.append({"event": "action", "name": action.name()})
        for event in events:
            if event["event"] == "slot":
                self.events.append(dict(event))
                self.slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self.loop = event["name"]
        return list(events)

    async def tell(self, form: Any, text: str, intent: str, *entities: Any, **more: Any) -> None:
        """Words that the running form is asked about, as Rasa's form does it."""
        self.hear(text, intent, *entities, **more)
        self.loop = form.form
        await self.run(form)
        if self.slots.get(REQUESTED) is None:
            self.loop = None

    @property
    def said(self) -> list[str]:
        """Names of the responses, in order."""
        return [m["response"] for m in self.messages if m["response"]]

    def values(self, response: str) -> dict[str, Any]:
        """What a response was filled with."""
        found = next(m for m in self.messages if m["response"] == response)
        return {name: value for name, value in found.items() if name not in KINDS}

    def buttons(self, response: str) -> list[tuple[str, str]]:
        found = next(m for m in self.messages if m["response"] == response)
        return [(one["title"], one["payload"]) for one in found["buttons"]]

    @property
    def acts(self) -> list[dict[str, Any]]:
        """What the gateway is asked to do: hand over, ring."""
        return [m["custom"]["act"] for m in self.messages if "act" in m["custom"]]

    @property
    def asked(self) -> bool:
        """Whether the turn ends by waiting for an answer."""
        return any(m["custom"].get("asked") for m in self.messages)

    def known(self, stem: str) -> dict[str, Any]:
        """The filled slots of a form; of a time what is said back."""
        return {
            name.removeprefix(f"{stem}_"): value["said"] if isinstance(value, dict) else value
            for name, value in self.slots.items()
            if name.startswith(f"{stem}_") and value is not None
        }
