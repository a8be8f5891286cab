"""Form: the base of every form's `validate_<form>` action, which leads the questions of one service.

Rasa calls it at the form's start, for each message while the form is active, and when an
interruption is over. It fills what the words fill, asks only what is still open, takes corrections
at any step, and steps aside (rejects) when the resident wants something else: the rules answer
that, and Rasa comes back here.

Fields and questions are domain slots named `<stem>_<field>`; the last question is `<stem>_confirm`.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import Any, ClassVar

from rasa_sdk.events import ActionExecutionRejected, EventType, SlotSet

from actions import reading
from actions.base import ServiceAction
from actions.form_end import GAVE_UP, finished
from actions.hearing import Hearing
from community.errors import Code, CommunityError
from community.labels import group, label

REQUESTED = "requested_slot"
COMMANDS = frozenset(
    {"cancel_flow", "ask_human", "repeat", "speak_differently", "sos", "help_menu", "goodbye"}
)
"Intents that never answer a question, whatever it is"
TALK = frozenset(
    {"affirm", "deny", "correct_info", "greet", "thank", "chitchat", "out_of_scope",
     "nlu_fallback", "send_photo"}
)  # fmt: skip
"Intents that do not interrupt by themselves: the question decides what they mean"
STRANGE = frozenset({"out_of_scope", "nlu_fallback"})
"Intents of words that name no service"
SURE = 0.6
"Confidence from which another service's intent interrupts a form"
HEEDED = 0.4
"Confidence from which a command interrupts a form"
PLAIN_AT_MOST = 12
"Longest answer, in characters, that is taken as nothing but an answer"
BESIDE_AT_MOST = 1
"Characters beside a time up to which words are a time and nothing else, however they look"
FREE_TEXT = ("_fault", "_text", "_person")
"Ends of questions that any words would answer"
ASKS = re.compile("(?:吗|呢|么|没有?|不)[？?。]?$|[？?]$")
MISSES = 2
"Answers in a row that could not be read, until a person is offered; errors, until a form gives up"

Fields = dict[str, Any]


class Form(ServiceAction):
    """One service's form. `stem`: prefix of its slots; `intents`: those that continue it."""

    takes_up_matters = False
    stem: ClassVar[str]
    intents: ClassVar[frozenset[str]]

    def name(self) -> str:
        return f"validate_{self.form}"

    @property
    def form(self) -> str:
        return f"{self.stem}_form"

    @abstractmethod
    async def begin(self, heard: Hearing) -> Fields:
        """What the opening words fill already."""

    @abstractmethod
    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        """The next question's slot; None when everything is known and confirmed."""

    @abstractmethod
    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        """What the words answer to `question`; None when they are no answer. Has no effects."""

    async def settle(self, heard: Hearing, filled: Fields, known: Fields) -> Fields:
        """Act on an answer at once (a household code binds); what is returned is kept."""
        return filled

    @abstractmethod
    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        """Utter the question."""

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """Fields that these words set anew wherever the dialogue stands (a correction)."""
        return {}

    async def handle(self, heard: Hearing) -> list[EventType]:
        question = heard.slot(REQUESTED)
        if not str(question or "").startswith(f"{self.stem}_"):
            return await self._start(heard)
        known = self._known(heard)
        if _interrupted(heard, self.form):
            return await self._come_back(heard, question, known)
        return await self._answer(heard, question, known)

    def _known(self, heard: Hearing) -> Fields:
        return {
            name: value
            for name, value in heard.tracker.slots.items()
            if name.startswith(f"{self.stem}_") and value is not None
        }

    async def _start(self, heard: Hearing) -> list[EventType]:
        left = str(heard.slot(REQUESTED) or "").partition("_")[0]
        known = self._known(heard)
        if f"{self.stem}_confirm" in known:
            # A yes that led to nothing (the write failed) is no yes to what is said now.
            known[f"{self.stem}_confirm"] = None
        if heard.intent in self.intents:  # else it is the yes to go on, which fills nothing
            known |= await self.begin(heard)
        if heard.photo:
            known[f"{self.stem}_photos"] = [*known.get(f"{self.stem}_photos", []), heard.photo]
        events = [SlotSet("suspended", f"{left}_form")] if left else []
        return [*events, *await self._next(heard, known)]

    async def _come_back(self, heard: Hearing, question: str, known: Fields) -> list[EventType]:
        if heard.slot("offer"):
            # The interruption ended with a question of its own; ours is put after its answer.
            return [SlotSet(REQUESTED, question), SlotSet("offer", heard.slot("offer"))]
        if not _only_repeats(heard):
            heard.say("utter_form_come_back", service=label("form", self.stem))
        await self.put(heard, question, known)
        return [SlotSet(REQUESTED, question), SlotSet("misses", 0)]

    async def _answer(self, heard: Hearing, question: str, known: Fields) -> list[EventType]:
        command = heard.intent in COMMANDS and heard.confidence >= HEEDED
        answers_offer = heard.slot("offer") and heard.intent in {"affirm", "deny"}
        plain = await self._is_plain(heard, question, known)
        if answers_offer or (command and not plain):
            return [ActionExecutionRejected(self.form)]
        if heard.photo:
            photos = [*known.get(f"{self.stem}_photos", []), heard.photo]
            known[f"{self.stem}_photos"] = photos
            if not heard.text:
                heard.say("utter_form_photo_taken")
                await self.put(heard, question, known)
                return _slots(known, question)
        amended = self.amend(heard, known) if self._may_amend(heard, question) else {}
        only_amends = amended and (heard.intent in TALK or is_mere_time(heard))
        if self._interrupts(heard) and not plain and not only_amends:
            return [ActionExecutionRejected(self.form)]
        if amended:
            heard.say("utter_form_amended")
            return await self._next(heard, known | amended | {f"{self.stem}_confirm": None})
        filled = await self.read(heard, question, known)
        if filled is None:
            return await self._missed(heard, question, known)
        return await self._next(heard, known | await self.settle(heard, filled, known))

    def _may_amend(self, heard: Hearing, question: str) -> bool:
        return heard.corrects or question.endswith("_confirm")

    def _interrupts(self, heard: Hearing) -> bool:
        """Another service is asked for, with confidence."""
        return (
            heard.intent not in self.intents | TALK | COMMANDS and heard.confidence >= SURE
        ) or (heard.intent == "out_of_scope" and heard.confidence >= SURE)

    async def _is_plain(self, heard: Hearing, question: str, known: Fields) -> bool:
        """Whether nothing but an answer was said: no, when a look at the records fails.

        A command gets through all the same, so that nobody is held in a form that fails.
        """
        try:
            return await self._plain(heard, question, known)
        except CommunityError:
            return False

    async def _plain(self, heard: Hearing, question: str, known: Fields) -> bool:
        """Whether the words are nothing but the answer, whatever intent they look like."""
        if question.endswith(FREE_TEXT) or len(heard.text) > PLAIN_AT_MOST:
            return False
        if self._interrupts(heard) and is_about_more(heard):
            return False
        return await self.read(heard, question, known) is not None

    async def _next(self, heard: Hearing, known: Fields) -> list[EventType]:
        question = await self.missing(heard, known)
        if question is not None:
            await self.put(heard, question, known)
        return _slots(known, question)

    def forget(self, heard: Hearing, code: Code) -> list[EventType]:
        """The first error leaves the question open, the next one in a row ends the form."""
        misses = int(heard.slot("misses") or 0) + 1
        return [SlotSet("misses", misses)] if misses < MISSES else self.give_up(heard)

    def give_up(self, heard: Hearing) -> list[EventType]:
        """End the form without its answers; its last action stays silent."""
        return [
            *finished(heard, self.stem), SlotSet("misses", 0), SlotSet(REQUESTED, None),
            SlotSet(GAVE_UP, self.stem),
        ]  # fmt: skip

    async def _missed(self, heard: Hearing, question: str, known: Fields) -> list[EventType]:
        misses = int(heard.slot("misses") or 0) + 1
        if misses >= MISSES:
            heard.ask("utter_form_offer_human")
            return [*_slots(known, question), SlotSet("misses", 0)]
        heard.say("utter_form_not_understood")
        await self.put(heard, question, known)
        return [*_slots(known, question), SlotSet("misses", misses)]


def is_mere_time(heard: Hearing) -> bool:
    """Whether the words are a time and nothing else: 后天上午."""
    beside = reading.beside_time(heard)
    return beside is not None and len(beside) <= BESIDE_AT_MOST


def is_about_more(heard: Hearing) -> bool:
    """Whether short words hold more than an answer: 今天食堂吃啥, 附近有修脚的没."""
    beside = reading.beside_time(heard)
    if beside is not None:
        return len(beside) > BESIDE_AT_MOST
    return ASKS.search(heard.text) is not None


def _slots(known: Fields, question: str | None) -> list[EventType]:
    return [
        *(SlotSet(name, value) for name, value in known.items()),
        SlotSet("misses", 0),
        SlotSet(REQUESTED, question),
    ]


def _since_words(heard: Hearing) -> list[str]:
    """Names of the actions that ran since the resident's last words."""
    names: list[str] = []
    for event in reversed(heard.tracker.events):
        if event.get("event") == "user":
            break
        if event.get("event") == "action":
            names.append(str(event.get("name")))
    return names


_SILENT = frozenset({"action_listen", "action_extract_slots", "action_session_start"})


def _interrupted(heard: Hearing, form: str) -> bool:
    return any(name not in _SILENT | {form} for name in _since_words(heard))


def _only_repeats(heard: Hearing) -> bool:
    return any(
        name in {"action_repeat", "action_speak_differently"} for name in _since_words(heard)
    )


def known_for_staff(heard: Hearing) -> dict[str, str]:
    """What the running form knows, named as staff read it; what has no name stays here."""
    stem = str(heard.slot(REQUESTED) or "").partition("_")[0]
    if not stem:
        return {}
    found, named = {}, group("slot")
    for name, value in heard.tracker.slots.items():
        if name.startswith(f"{stem}_") and name in named and name != heard.slot(REQUESTED):
            words = value.get("said") if isinstance(value, dict) else value
            if isinstance(words, str) and words:
                found[named[name]] = label("kind", words) if name.endswith("_kind") else words
    return found
