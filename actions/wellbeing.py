"""How somebody is: noted, told to the family if wanted; and away from home, left in peace meanwhile."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import EventType, FollowupAction, SlotSet

from actions import reading, wellbeing_words
from actions.base import ServiceAction
from actions.binding import BindingQuestions
from actions.days import no_such_day
from actions.form_end import finished
from actions.forms import Fields
from actions.hearing import Hearing
from community.errors import NotFound
from community.labels import label
from community.services import kin, wellbeing
from community.store import checkins
from conversation import care, telling
from language.schedules import say_clock

_FAMILY = "wellbeing_family"


class ValidateWellbeingForm(BindingQuestions):
    """Until when nobody is to worry; read back, for it silences the daily question."""

    stem = "wellbeing"
    intents = frozenset({"report_wellbeing", "bind_identity"})

    def _interrupts(self, heard: Hearing) -> bool:
        """Somebody who is not well is answered first."""
        unwell = wellbeing_words.meaning_of(heard.words) == "unwell"
        return (heard.intent == "report_wellbeing" and unwell) or super()._interrupts(heard)

    async def begin(self, heard: Hearing) -> Fields:
        about = kin.other_of(heard.words)
        return self._absence(heard) | ({"wellbeing_kin": about} if about else {})

    def _absence(self, heard: Hearing, *, answers: bool = False) -> Fields:
        if no_such_day(heard.words):
            heard.say("utter_wellbeing_no_such_day")
            return {}
        found = wellbeing_words.absence_of(heard.words, heard.now, answers=answers)
        if found and not self._is_short_enough(heard, found["end"]):
            return {}
        return {"wellbeing_time": found} if found else {}

    def _is_short_enough(self, heard: Hearing, end: str) -> bool:
        longest = heard.now + wellbeing.longest_absence()
        if end <= longest.isoformat():
            return True
        heard.say("utter_wellbeing_too_long", days=wellbeing.longest_absence().days)
        return False

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        open_binding = await self.bind_missing(heard, known)
        if open_binding:
            return open_binding
        if not known.get("wellbeing_time"):
            return "wellbeing_time"
        return None if known.get("wellbeing_confirm") else "wellbeing_confirm"

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        match question:
            case "wellbeing_room" | "wellbeing_code":
                return await self.bind_read(heard, question, known)
            case "wellbeing_time":
                return self._absence(heard, answers=True) or None
            case _:
                answer = reading.yes_or_no(heard)
                if answer is not None:
                    return {"wellbeing_confirm": answer}
                return self.amend(heard, known) or None

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        return self._absence(heard, answers=True)

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "wellbeing_room" | "wellbeing_code":
                self.bind_put(heard, question, known)
            case "wellbeing_time":
                heard.ask("utter_wellbeing_ask_time")
            case _ if known.get("wellbeing_confirm") is False:
                heard.ask("utter_wellbeing_what_to_change")
            case _:
                self._read_back(heard, known)

    def _read_back(self, heard: Hearing, known: Fields) -> None:
        time, who = known["wellbeing_time"]["said"], _called(known.get("wellbeing_kin"))
        heard.ask("utter_wellbeing_ask_confirm", time=time, who=who)


def _called(about: str | None) -> str:
    """您, or 您妈妈."""
    return label("care_word", "you") + (kin.kin_word(about) if about else "")


async def _elder_id(heard: Hearing, about: str | None) -> str | None:
    """Whose report it is; None for the speaker's own. Raises NotFound without the right."""
    if about is None:
        return None
    found = await wellbeing.elder(heard.ctx, await heard.party(), about)
    if found is None:
        raise NotFound("no such elder")
    return found.elder_id


class ActionWellbeingAway(ServiceAction):
    """Writes the absence that was confirmed."""

    writes = "wellbeing"

    def name(self) -> str:
        return "action_wellbeing_away"

    async def handle(self, heard: Hearing) -> list[EventType]:
        window = reading.moments(heard.slot("wellbeing_time"))
        assert window is not None  # noqa: S101 - the form asked for it
        about = heard.slot("wellbeing_kin")
        await wellbeing.leave(
            heard.ctx, await heard.party(), turn_id=heard.turn_id, window=window,
            elder_id=await _elder_id(heard, about),
        )  # fmt: skip
        said = heard.slot("wellbeing_time")["said"]
        heard.say("utter_wellbeing_away", time=said, who=_called(about))
        return finished(heard, "wellbeing")


class ActionWellbeingReport(ServiceAction):
    """report_wellbeing: well, not quite, back, away, or how often one wishes to be asked."""

    def name(self) -> str:
        return "action_wellbeing_report"

    async def handle(self, heard: Hearing) -> list[EventType]:
        if heard.slot(_FAMILY):
            return await self._tell_family(heard)
        meaning = str(heard.entity("choice") or wellbeing_words.meaning_of(heard.words))
        about = kin.other_of(heard.words)
        if about is not None:
            return await self._of_kin(heard, meaning, about)
        match meaning:
            case "away":
                return [FollowupAction("wellbeing_form")]
            case "back":
                await wellbeing.come_back(heard.ctx, await heard.party())
                heard.say("utter_wellbeing_back")
            case "daily" | "no_daily":
                await self._ask_daily(heard, wanted=meaning == "daily")
            case "unwell":
                return await self._unwell(heard)
            case _:
                noted = await wellbeing.note(heard.ctx, await heard.party(), checkins.WELL)
                heard.say("utter_wellbeing_noted" if noted else "utter_wellbeing_glad")
        return []

    async def _of_kin(self, heard: Hearing, meaning: str, about: str) -> list[EventType]:
        """A report of somebody else is written for the speaker's elder alone, never for the speaker."""
        account, called = await heard.party(), kin.kin_word(about)
        elder = await wellbeing.elder(heard.ctx, account, about)
        if meaning == "unwell":
            if elder is not None:
                await wellbeing.note(heard.ctx, account, checkins.UNWELL, elder_id=elder.elder_id)
            heard.say("utter_wellbeing_unwell_kin", kin=called)
            return self._offer_person(heard)
        if meaning in {"daily", "no_daily"}:
            heard.say("utter_wellbeing_daily_own", kin=called)
        elif elder is None:
            heard.say("utter_wellbeing_not_yours", kin=called)
        elif meaning == "away":
            return [FollowupAction("wellbeing_form")]
        elif meaning == "back":
            await wellbeing.come_back(heard.ctx, account, elder_id=elder.elder_id)
            heard.say("utter_wellbeing_back_kin", kin=called)
        else:
            await wellbeing.note(heard.ctx, account, checkins.WELL, elder_id=elder.elder_id)
            heard.say("utter_wellbeing_noted_kin", kin=called)
        return []

    async def _unwell(self, heard: Hearing) -> list[EventType]:
        """Kind words, the way to help, and the family only on a yes."""
        account = await heard.party()
        await wellbeing.note(heard.ctx, account, checkins.UNWELL)
        heard.say("utter_wellbeing_unwell")
        if account.resident_id and await self._has_family(heard, account.resident_id):
            heard.ask("utter_wellbeing_ask_family")
            fills = {_FAMILY: True}
            return [SlotSet("offer", {"kind": "resume", "form": self.name(), "fills": fills})]
        return self._offer_person(heard)

    def _offer_person(self, heard: Hearing) -> list[EventType]:
        heard.ask("utter_wellbeing_ask_person")
        return [SlotSet("offer", {"kind": "handoff", "reason": "unwell", "words": heard.words})]

    async def _has_family(self, heard: Hearing, resident_id: str) -> bool:
        async with heard.ctx.db.read() as conn:
            found = await care.of_guardians(conn, resident_id, "alarm")
        return any(reached for _, reached in found)

    async def _tell_family(self, heard: Hearing) -> list[EventType]:
        account, told = await heard.party(), 0
        async with heard.ctx.db.write() as conn:
            if account.resident_id is not None:
                told = await care.tell_guardians(
                    conn, heard.ctx.clock, account.resident_id, "alarm", "unwell",
                    key=f"unwell:{heard.turn_id}", at_any_hour=True,
                )  # fmt: skip
        heard.say("utter_wellbeing_family_told" if told else "utter_wellbeing_no_family")
        return [SlotSet(_FAMILY, None)]

    async def _ask_daily(self, heard: Hearing, *, wanted: bool) -> None:
        account = await heard.party()

        async def arm(conn: Any, resident_id: str) -> None:
            await care.arm_checkin(conn, heard.ctx.clock, resident_id)

        if not wanted:
            ended = await wellbeing.ask_no_more(heard.ctx, account, arm=arm)
            heard.say("utter_wellbeing_daily_off" if ended else "utter_wellbeing_daily_was_off")
            return
        wished = wellbeing_words.asked_minute(heard.words) or wellbeing.asks_at()
        minute = telling.by_day(wished)
        if await wellbeing.ask_daily(heard.ctx, account, minute, arm=arm):
            held = minute != wished
            response = "utter_wellbeing_daily_by_day" if held else "utter_wellbeing_daily_on"
            heard.say(response, time=say_clock(minute))
        else:
            heard.say("utter_wellbeing_who_unknown")
