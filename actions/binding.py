"""Binding questions: the two that link an account to a home, for the binding form and any other.

A form that needs a home mixes `BindingQuestions` in and gets its first two questions from here;
the household code never becomes a slot.
"""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import REQUESTED, Fields, Form
from actions.hearing import Hearing
from community.errors import NotFound
from community.services import binding
from language.addresses import Room
from language.numbers import digits

CODE_LENGTH = 8
_NO_CODE = re.compile(
    "不知道|不晓得|不清楚|忘|找不[到着]|没有|没了|没带|丢|哪(里|儿)?(有|看|找)|记不"
)


class BindingQuestions(Form):
    """A form whose act needs a home: it asks for address and code when none is linked."""

    async def bind_missing(self, heard: Hearing, known: Fields) -> str | None:
        """The binding question that is still open; None once a home is linked."""
        if (await heard.party()).home is not None:
            return None
        whole = reading.is_whole(known.get(f"{self.stem}_room"))
        return f"{self.stem}_code" if whole else f"{self.stem}_room"

    async def bind_read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        room_slot = f"{self.stem}_room"
        if question == room_slot or heard.corrects:
            said = reading.room(heard, known.get(room_slot))
            if said is not None or question == room_slot:
                return {room_slot: said} if said else None
        code = _code(heard)
        return {f"{self.stem}_code": code} if code else None

    async def _missed(self, heard: Hearing, question: str, known: Fields) -> list[EventType]:
        if question.endswith("_code") and _NO_CODE.search(heard.text):
            heard.ask("utter_bind_no_code")
            return [SlotSet(REQUESTED, question), SlotSet("misses", 0)]
        return await super()._missed(heard, question, known)

    async def settle(self, heard: Hearing, filled: Fields, known: Fields) -> Fields:
        """Bind with the code that was said; the code itself is not kept."""
        code = filled.pop(f"{self.stem}_code", None)
        if code is None:
            return filled
        room_slot = f"{self.stem}_room"
        try:
            home = await binding.bind(
                heard.ctx, heard.conversation_id, code=code, room=_room(known[room_slot])
            )
        except NotFound:
            heard.say("utter_bind_wrong_code", room=known[room_slot]["said"])
            return filled
        heard.forget_party()
        heard.say("utter_bind_done", room=home.label)
        return filled

    def bind_put(self, heard: Hearing, question: str, known: Fields) -> None:
        if question.endswith("_room"):
            partial = known.get(question)
            key = "utter_bind_ask_room_rest" if partial else "utter_bind_ask_room"
            heard.ask(key, room=partial["said"] if partial else "")
        else:
            heard.ask("utter_bind_ask_code", room=known[f"{self.stem}_room"]["said"])


def _room(field: dict[str, Any]) -> Room:
    return Room(field["building"], field["unit"], field["room"])


def _code(heard: Hearing) -> str | None:
    """Eight digits, however they were said."""
    squeezed = "".join(heard.text.split())
    written = "".join(c for c in squeezed if c.isdigit())
    said = written if len(written) == CODE_LENGTH else digits(squeezed)
    return said if said and len(said) == CODE_LENGTH else None


class ValidateBindForm(BindingQuestions):
    """我要绑定房子: address, code, done."""

    stem = "bind"
    intents = frozenset({"bind_identity"})

    async def begin(self, heard: Hearing) -> Fields:
        said = reading.room(heard)
        return {"bind_room": said} if said else {}

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        return await self.bind_missing(heard, known)

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        return await self.bind_read(heard, question, known)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        self.bind_put(heard, question, known)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        said = reading.room(heard, known.get("bind_room"))
        return {"bind_room": said} if said else {}


class ActionBindTell(ServiceAction):
    """The home is linked: what can be done with it."""

    writes = "bind"

    def name(self) -> str:
        return "action_bind_tell"

    async def handle(self, heard: Hearing) -> list[EventType]:
        heard.say("utter_bind_finished")
        return finished(heard, "bind")
