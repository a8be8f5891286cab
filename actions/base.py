"""ServiceAction: the base of all actions, and the only place where they catch errors.

Rasa records a failed action as executed and goes on, so nothing may escape from here: each error
becomes words and, where we are at fault, a person.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import guide_telling
from actions.hearing import Hearing
from actions.wiring import context
from community.errors import Code, CommunityError, NotBound
from community.log import turn_id

logger = logging.getLogger(__name__)

OURS = frozenset({Code.INTERNAL, Code.UNAVAILABLE, Code.STORE_UNAVAILABLE})
"Codes that are our fault: the resident gets a person"


class ServiceAction(Action, ABC):
    """An action of one service: `handle` does the work and utters its own outcome."""

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
        token = turn_id.set(heard.turn_id)
        try:
            taken = await guide_telling.taken_up(heard) if self.takes_up_matters else None
            events = await self.handle(heard) if taken is None else taken
            return events if _steps_aside(events) else [*_spent(heard, events), *events]
        except NotBound:
            heard.ask("utter_bind_first")
        except CommunityError as error:
            logger.info("%s ended with code=%s", self.name(), error.code)
            self._apologise(heard, error.code)
            if error.code not in OURS:
                return [*_spent(heard, []), *self.refused(heard)]
        except Exception:
            logger.exception("%s failed", self.name())
            self._apologise(heard, Code.INTERNAL)
        finally:
            turn_id.reset(token)
        return _spent(heard, [])

    def _apologise(self, heard: Hearing, code: Code) -> None:
        if code in OURS:
            heard.say("utter_error_internal")
            heard.hand_off("failed", words=heard.words)
        else:
            heard.say(f"utter_error_{code}")


def _steps_aside(events: list[EventType]) -> bool:
    """Whether a form left the answer to another action: an open offer stays for that one."""
    return any(event.get("event") == "action_execution_rejected" for event in events)


def _spent(heard: Hearing, events: list[EventType]) -> list[EventType]:
    """An offer stands for one turn: it is cleared unless this action made a new one."""
    renewed = {event.get("name") for event in events if event.get("event") == "slot"}
    return [
        SlotSet(name, None)
        for name in ("offer", "unclear")
        if heard.slot(name) is not None and name not in renewed
    ]
