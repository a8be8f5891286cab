"""What an action hears: the words, what the engine read in them, and what is known so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from community.context import Context
from community.services import binding
from community.store.identities import Party
from community.times import local
from language.corrections import corrects, is_denied

Buttons = Sequence[tuple[str, str]]


@dataclass
class Hearing:
    """One turn as an action sees it, and the action's way of answering."""

    ctx: Context
    tracker: Tracker
    dispatcher: CollectingDispatcher
    _party: Party | None = field(default=None, init=False)

    @property
    def conversation_id(self) -> str:
        return str(self.tracker.sender_id)

    @property
    def turn_id(self) -> str:
        """The gateway's id of this turn: the idempotency key of every write."""
        metadata = self._latest.get("metadata") or {}
        return str(metadata.get("turn_id") or f"local:{self._latest.get('message_id')}")

    @property
    def photo(self) -> str | None:
        """Id of the photo that came with this message."""
        return (self._latest.get("metadata") or {}).get("attachment_id")

    @property
    def _latest(self) -> dict[str, Any]:
        latest: dict[str, Any] = self.tracker.latest_message or {}
        return latest

    @property
    def intent(self) -> str:
        return str((self._latest.get("intent") or {}).get("name") or "nlu_fallback")

    @property
    def confidence(self) -> float:
        return float((self._latest.get("intent") or {}).get("confidence") or 0.0)

    @property
    def ranking(self) -> list[dict[str, Any]]:
        return list(self._latest.get("intent_ranking") or [])

    @property
    def text(self) -> str:
        """The words; empty when a button was tapped (a raw intent)."""
        said = str(self._latest.get("text") or "")
        return "" if said.startswith("/") else said

    @property
    def words(self) -> str:
        """The words, or those that a tapped choice of a clarifying question stands for."""
        return self.text or str(self.slot("unclear") or "")

    def slot(self, name: str) -> Any:
        return self.tracker.get_slot(name)

    def entities(self, kind: str) -> list[dict[str, Any]]:
        """The entities of one type, in the order they were said."""
        found = [e for e in self._latest.get("entities") or [] if e.get("entity") == kind]
        return sorted(found, key=lambda e: e.get("start") or 0)

    def entity(self, kind: str) -> str | None:
        """The one value that is meant: taken-back ones are left out, a later one wins.

        不是三号楼，是十三号楼 and 三号楼，不对，十三号楼 both mean the second.
        """
        found = self.meant(kind)
        return found[-1] if found else None

    def meant(self, kind: str) -> list[str]:
        """The values that were said and not taken back; all of them when each was."""
        found = self.entities(kind)
        return [str(e["value"]) for e in found if not self._denied(e)] or [
            str(e["value"]) for e in found
        ]

    def _denied(self, entity: dict[str, Any]) -> bool:
        start, end = entity.get("start"), entity.get("end")
        return start is not None and end is not None and is_denied(self.text, start, end)

    @property
    def corrects(self) -> bool:
        """Whether these words take something back that was said before."""
        return self.intent == "correct_info" or corrects(self.text)

    @property
    def now(self) -> datetime:
        """The resident's wall clock, Asia/Shanghai."""
        return local(self.ctx.clock.now())

    async def party(self) -> Party:
        """Who is speaking, with their home if one is linked."""
        if self._party is None:
            self._party = await binding.party(self.ctx, self.conversation_id)
        return self._party

    def forget_party(self) -> None:
        """After a binding: look anew."""
        self._party = None

    def say(
        self,
        response: str,
        *,
        buttons: Buttons = (),
        card: dict[str, Any] | None = None,
        **values: str | int,
    ) -> None:
        """Utter a response of the domain, filled in."""
        self.dispatcher.utter_message(
            response=response,
            buttons=[{"title": title, "payload": payload} for title, payload in buttons] or None,
            **{name: str(value) for name, value in values.items()},
        )
        if card is not None:
            self.dispatcher.utter_message(json_message={"card": card})

    def ask(self, response: str, *, buttons: Buttons = (), **values: str | int) -> None:
        """Utter a question: the turn ends by waiting for its answer."""
        self.say(response, buttons=buttons, card=None, **values)
        self.dispatcher.utter_message(json_message={"asked": True})

    def hand_off(
        self, reason: str, *, words: str = "", slots: dict[str, str] | None = None
    ) -> None:
        """Ask the gateway for a person; it says what the resident is told about waiting."""
        act = {"name": "handoff", "reason": reason, "words": words, "slots": slots or {}}
        self.dispatcher.utter_message(json_message={"act": act})

    def alarm(self, place: str | None) -> None:
        """Tell the gateway that life or home is in danger."""
        act = {"name": "alarm", "kind": None, "place": place}
        self.dispatcher.utter_message(json_message={"act": act})
