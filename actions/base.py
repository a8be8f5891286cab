"""ServiceAction: the base of all actions, and the only place where they catch errors.

Rasa records a failed action as executed and goes on, so nothing may escape from here: each error
becomes words and, where we are at fault, a person. What was refused is forgotten: it would be
refused again at each next word.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import guide_telling
from actions.form_end import GAVE_UP, finished
from actions.hearing import Hearing
from actions.wiring import context
from community.errors import Code, CommunityError
from community.log import turn_id

logger = logging.getLogger(__name__)

OURS = frozenset({Code.INTERNAL, Code.UNAVAILABLE, Code.STORE_UNAVAILABLE})
"Codes that are our fault: the resident gets a person"
PASSING = frozenset({Code.UNAVAILABLE, Code.STORE_UNAVAILABLE})
"Codes of faults after which the same may be said again and succeed"


class ServiceAction(Action, ABC):
    """An action of one service: `handle` does the work and utters its own outcome."""

    steps: ClassVar[tuple[str, ...]] = ()
    "Slots that name a step to be done: an attempt uses them up, whatever comes of it"
    writes: ClassVar[str | None] = None
    "Stem of the form whose answers it writes; it is silent after a form that gave up"
    takes_up_matters: ClassVar[bool] = True
    "Whether a bare question after a government matter is about that matter and not this service"

    @abstractmethod
    def name(self) -> str: ...

    @abstractmethod
    async def handle(self, heard: Hearing) -> list[EventType]:
        """Do it; returns slot and loop events. May raise CommunityError."""

    def refused(self, heard: Hearing) -> list[EventType]:
        """What is forgotten when the work was refused, so that the next try begins afresh."""
        return []

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        heard = Hearing(context(), tracker, dispatcher)
        if self.writes is not None and heard.slot(GAVE_UP) == self.writes:
            return [SlotSet(GAVE_UP, None)]
        token = turn_id.set(heard.turn_id)
        try:
            taken = await guide_telling.taken_up(heard) if self.takes_up_matters else None
            events = await self.handle(heard) if taken is None else taken
            return events if _steps_aside(events) else self._ended(heard, events)
        except CommunityError as error:
            logger.info("%s ended with code=%s", self.name(), error.code)
            return self._ended(heard, self._answer_error(heard, error.code))
        except Exception:
            logger.exception("%s failed", self.name())
            return self._ended(heard, self._answer_error(heard, Code.INTERNAL))
        finally:
            turn_id.reset(token)

    def _ended(self, heard: Hearing, events: list[EventType]) -> list[EventType]:
        """An offer stands for one turn, a step for one attempt, unless this action made a new one."""
        renewed = {event.get("name") for event in events if event.get("event") == "slot"}
        spent: list[EventType] = [
            SlotSet(name, None)
            for name in ("offer", "unclear", *self.steps)
            if heard.slot(name) is not None and name not in renewed
        ]
        return spent + events

    def _answer_error(self, heard: Hearing, code: Code) -> list[EventType]:
        """Say why, call a person where we are at fault; what would be refused again is forgotten."""
        if code is Code.NOT_BOUND:
            heard.ask("utter_bind_first")
        elif code in OURS:
            heard.say("utter_error_internal")
            heard.hand_off("failed", words=heard.words)
        else:
            heard.say(f"utter_error_{code}")
        return self.forget(heard, code)

    def forget(self, heard: Hearing, code: Code) -> list[EventType]:
        """What is forgotten after an error. A passing fault leaves the form's answers as they are."""
        if self.writes is None or code in PASSING:
            return []
        return finished(heard, self.writes)


def _steps_aside(events: list[EventType]) -> bool:
    """Whether a form left the answer to another action: an open offer stays for that one."""
    return any(event.get("event") == "action_execution_rejected" for event in events)
