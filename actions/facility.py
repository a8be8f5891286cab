"""Facilities that all share: how one stands, and a fault that is reported."""

from __future__ import annotations

import re
from typing import Any

from rasa_sdk.events import EventType, SlotSet

from actions import matters, reading
from actions.account_form import says_place
from actions.base import ServiceAction
from actions.form_end import finished
from actions.forms import COMMANDS, STRANGE, Fields, Form
from actions.hearing import Hearing
from community.labels import label
from community.services import facility, matter
from community.services.facility import Standing
from community.store.facilities import Facility
from community.times import date_words
from language import addresses

CHOSEN_FROM = 4
"Buttons, when it is asked which one is meant"
TOLD_AT_MOST = 3
_GENERIC = re.compile(
    r"我?(要|想|得)?(报个?修|报(一下|个|上去)?|反映|公共|设施|东西|坏了?|有|个|一下|的|吗|呢|啊|呀|吧|哦|了|[，。！？,.!? ])"
)
SWAP = re.compile(
    r"不是(?P<old>[^，,。 是]{1,12})[，,。 ]*(?:而|应该|我?说的)?是(?P<new>[^，,。 ]{1,12})"
)
_WHERE = re.compile(r"在哪|哪里有|哪儿|哪栋|几号(?:楼|门)|放在|什么地方")
_HOURS = re.compile(
    r"几点|开放|开不开|开门|关门|[开閂关]们|开着|好久开|时间|打烊|休息|上锁|锁门|今天开|周末"
)
_PRICE = re.compile(r"钱|收费|價|价|几块|几毛|优惠|半价|免费")
_FREE = re.compile(r"空|满|人多|人少|挤|排队|几个|吉位|轮得?上|有位|冇位|闲着|占")


class ValidateFacilityForm(Form):
    """What is broken, which one it is, and once more in full; what is known needs no summary."""

    stem = "facility"
    intents = frozenset({"report_facility"})

    async def begin(self, heard: Hearing) -> Fields:
        if len(_GENERIC.sub("", heard.words)) < 2:
            return {}
        return {"facility_text": heard.words}

    async def _which(self, heard: Hearing, words: str, *, first: bool) -> Fields:
        """The one that is meant, or for a thing that is in no register the place as it was said.

        Asked once: an answer that names none for sure is kept as it is, for staff to read.
        """
        found = await facility.meant(heard.ctx, await heard.party(), words)
        if len(found) == 1:
            return {"facility_which": {"id": found[0].id, "said": found[0].name}}
        place = heard.entity("place") or (None if first else heard.text)
        if place and (not found or not first):
            return {"facility_which": {"id": None, "said": place}}
        return {}

    def _interrupts(self, heard: Hearing) -> bool:
        """An address answers where it is, whatever else it looks like."""
        return super()._interrupts(heard) and addresses.final_room(heard.text) is None

    async def missing(self, heard: Hearing, known: Fields) -> str | None:
        if not known.get("facility_text"):
            return "facility_text"
        if not known.get("facility_which"):
            known |= await self._which(heard, known["facility_text"], first=True)
        if not known.get("facility_which"):
            return "facility_which"
        if await self._is_known(heard, known):
            return None
        return None if known.get("facility_confirm") else "facility_confirm"

    async def _is_known(self, heard: Hearing, known: Fields) -> bool:
        """Whether it is known: kept with the others without a summary, and easily undone."""
        facility_id = known["facility_which"]["id"]
        dangerous = facility.is_dangerous(known["facility_text"])
        if facility_id is None or known.get("facility_own") or dangerous:
            return False
        account = await heard.party()
        if await facility.mine_on(heard.ctx, account, facility_id):
            return True
        return await facility.known(heard.ctx, account, facility_id) is not None

    async def read(self, heard: Hearing, question: str, known: Fields) -> Fields | None:
        if question == "facility_confirm":
            answer = reading.yes_or_no(heard)
            if answer is False:
                return {"facility_text": None, "facility_which": None}
            return {"facility_confirm": True} if answer else None
        words = heard.text or heard.entity("facility") or ""  # a button says which one
        if not words or heard.intent in COMMANDS | {"affirm", "deny"}:
            return None
        if question == "facility_text":
            if len(_GENERIC.sub("", words)) < 2:
                return None
            return {"facility_text": words}
        if self._interrupts(heard) and not (heard.entity("place") or says_place(heard)):
            return None
        return await self._which(heard, f"{known['facility_text']}，{words}", first=False)

    def amend(self, heard: Hearing, known: Fields) -> Fields:
        """不是三号楼，是十三号楼: which one it is is looked up anew; and more of the same."""
        text = known.get("facility_text")
        if not text:
            return {}
        swap = SWAP.search(heard.text)
        if swap is not None and swap["old"] in text:
            text = text.replace(swap["old"], swap["new"])
            return {"facility_text": text, "facility_which": None}
        said = addresses.final_room(heard.text)
        place = said.label if said else heard.entity("place") or heard.entity("facility")
        if place is not None and heard.corrects:
            return {"facility_text": _at(place, text), "facility_which": None}
        if said and not addresses.find_rooms(text):
            return {"facility_text": f"{heard.text}：{text}", "facility_which": None}
        goes_on = heard.intent in self.intents | STRANGE | {"correct_info"}
        return {"facility_text": f"{text}；{heard.text}"} if goes_on and heard.text else {}

    async def put(self, heard: Hearing, question: str, known: Fields) -> None:
        match question:
            case "facility_text":
                heard.ask("utter_facility_ask_text")
            case "facility_which":
                account = await heard.party()
                found = await facility.meant(heard.ctx, account, known["facility_text"])
                heard.ask("utter_facility_ask_which", buttons=_choices(found))
            case _:
                heard.ask(
                    "utter_facility_ask_confirm", which=known["facility_which"]["said"],
                    fault=known["facility_text"],
                )  # fmt: skip


def _at(place: str, words: str) -> str:
    """The words with another place in them: its address is exchanged, or it is said in front."""
    for found in addresses.find_rooms(words):
        return words[: found.start] + place + words[found.end :]
    return f"{place}：{words}"


def _choices(found: list[Facility]) -> list[tuple[str, str]]:
    """A button for each, when they are few; the words of a tap are its label."""
    if len(found) > CHOSEN_FROM:
        return []
    return [(one.name, f'/report_facility{{"facility":"{one.name}"}}') for one in found]


class ActionFacilityCreate(ServiceAction):
    """Files the fault, or keeps it with those that are known."""

    writes = "facility"

    def name(self) -> str:
        return "action_facility_create"

    async def handle(self, heard: Hearing) -> list[EventType]:
        which: dict[str, Any] = heard.slot("facility_which")
        words, own = str(heard.slot("facility_text")), bool(heard.slot("facility_own"))
        account = await heard.party()
        before = None
        if which["id"] and not own and not heard.slot("facility_confirm"):
            before = await facility.mine_on(heard.ctx, account, which["id"])
        if before is not None:
            heard.ask("utter_facility_reported_before", which=which["said"], no=before.no,
                      state=matter.state_words(before))  # fmt: skip
            return [*finished(heard, "facility"), SlotSet("offer", _anew(which, words))]
        made, known = await facility.report(
            heard.ctx, account, turn_id=heard.turn_id, words=words, place=which["said"],
            facility_id=which["id"], own=own, photos=heard.slot("facility_photos") or (),
        )  # fmt: skip
        if known is not None:
            return [*finished(heard, "facility"), *matters.tell_known(heard, known, made.no)]
        if made.urgency == "critical":
            heard.say("utter_facility_danger")
        heard.say(
            "utter_facility_created", no=made.no, promise=label("promise_to_look", made.urgency)
        )
        return finished(heard, "facility")


def _anew(which: dict[str, Any], words: str) -> dict[str, Any]:
    """The offer to report it once more, by itself."""
    fills = {"facility_which": which, "facility_text": words, "facility_own": True}
    return {"kind": "resume", "form": "facility_form", "fills": fills}


class ActionFacilityQuery(ServiceAction):
    """How what is meant stands, where it is, when it is open and what it costs."""

    def name(self) -> str:
        return "action_facility_query"

    async def handle(self, heard: Hearing) -> list[EventType]:
        account = await heard.party()
        found = await facility.meant(heard.ctx, account, heard.words)
        if not found:
            heard.ask("utter_facility_unknown")
            return [SlotSet("offer", {"kind": "handoff", "reason": "rule", "words": heard.words})]
        every = await facility.standing(heard.ctx, found)
        if len(every) > TOLD_AT_MOST:
            every = _most_telling(heard, every)
        for one in every[:TOLD_AT_MOST]:
            _tell(heard, one)
            _tell_asked(heard, one.facility)
        if _FREE.search(heard.words):
            heard.say("utter_facility_no_count")
        own = [
            one
            for one in await matter.mine(heard.ctx, account, kinds=["facility"], states=matter.OPEN)
            if one.detail.facility_id in {place.id for place in found}
        ]
        for reported in own[:TOLD_AT_MOST]:
            matters.tell(heard, reported)
        return []


def _most_telling(heard: Hearing, every: list[Standing]) -> list[Standing]:
    """Of many, those that do not work; when all do, that is said and the first one tells the rest."""
    broken = [one for one in every if not one.works]
    if broken:
        heard.say("utter_facility_some", count=len(every), broken=len(broken))
        return broken
    heard.say("utter_facility_all_ok", count=len(every), names=every[0].facility.name)
    if any(asks.search(heard.words) for asks in (_WHERE, _HOURS, _PRICE)):
        for one in every[:TOLD_AT_MOST]:
            _tell_asked(heard, one.facility, named=True)
    return []


def _tell(heard: Hearing, one: Standing) -> None:
    place, now = one.facility, heard.ctx.clock.now()
    if place.state != "ok":
        heard.say(
            "utter_facility_repairing" if place.state == "repairing" else "utter_facility_faulty",
            name=place.name,
        )
        if place.until is not None and place.until > now:
            heard.say("utter_facility_until", until=date_words(place.until))
        elif place.until is not None:
            heard.say("utter_facility_late", until=date_words(place.until))
    elif one.reports:
        heard.say("utter_facility_reported", name=place.name, count=one.reports)
    else:
        heard.say("utter_facility_ok", name=place.name)


def _tell_asked(heard: Hearing, place: Facility, *, named: bool = False) -> None:
    """What else was asked of it; what is written nowhere is not made up."""
    if _WHERE.search(heard.words) or named:
        heard.say("utter_facility_where", name=place.name, place=place.place)
    for asks, told, missing in (
        (_HOURS, place.hours, "utter_facility_no_hours"),
        (_PRICE, place.price, "utter_facility_no_price"),
    ):
        if asks.search(heard.words):
            if told:
                heard.say("utter_facility_told", name=place.name, words=told)
            else:
                heard.say(missing, name=place.name)
